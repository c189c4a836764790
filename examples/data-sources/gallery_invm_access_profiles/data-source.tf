variable "gallery_id" {
  type = string
}

data "gallery_invm_access_profiles" "fleet" {
  gallery_id = var.gallery_id
}

output "profiles" {
  value = data.gallery_invm_access_profiles.fleet.profiles[*].id
}
