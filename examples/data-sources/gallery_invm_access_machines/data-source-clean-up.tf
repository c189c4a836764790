# Before you delete a version: who refers to it, or still runs it?
data "gallery_invm_access_machines" "with_version" {
  subscription_id    = "/subscriptions/00000000-0000-0000-0000-000000000000"
  profile_version_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds/versions/1.0.0"
}

output "version_is_unused" {
  value = (
    data.gallery_invm_access_machines.with_version.all_listed
    && length(data.gallery_invm_access_machines.with_version.machines) == 0
    && length(data.gallery_invm_access_machines.with_version.scale_sets) == 0
  )
}
