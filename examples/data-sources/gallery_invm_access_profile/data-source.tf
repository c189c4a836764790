data "gallery_invm_access_profile" "web" {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name       = "web-imds"
}

output "endpoint" {
  value = data.gallery_invm_access_profile.web.applicable_host_endpoint
}
