locals {
  version = provider::gallery::parse_profile_version_id("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds/versions/1.0.0")
}

output "profile" {
  value = "${local.version.profile_name} of ${local.version.gallery_name}, version ${local.version.version_name}"
}
