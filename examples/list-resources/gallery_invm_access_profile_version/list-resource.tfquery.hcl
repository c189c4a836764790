# terraform query -generate-config-out=versions.tf
list "gallery_invm_access_profile_version" "auditing" {
  provider         = gallery
  include_resource = true

  config {
    profile_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds"
    mode       = "Audit"
  }
}
