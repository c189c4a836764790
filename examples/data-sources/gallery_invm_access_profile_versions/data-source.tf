# Which versions are still in Audit?
data "gallery_invm_access_profile_versions" "auditing" {
  profile_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds"
  mode       = "Audit"
}

output "auditing" {
  value = data.gallery_invm_access_profile_versions.auditing.versions[*].name
}
