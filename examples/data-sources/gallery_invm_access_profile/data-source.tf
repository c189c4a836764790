variable "gallery_id" {
  type = string
}

data "gallery_invm_access_profile" "web" {
  gallery_id = var.gallery_id
  name       = "web-imds"
}

output "endpoint" {
  value = data.gallery_invm_access_profile.web.applicable_host_endpoint
}
