# The latest version, for a virtual machine in another configuration.
data "gallery_invm_access_profile_version" "latest" {
  profile_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds"
}

output "reference_id" {
  value = data.gallery_invm_access_profile_version.latest.id
}

output "who_may_do_what" {
  value = data.gallery_invm_access_profile_version.latest.grants
}
