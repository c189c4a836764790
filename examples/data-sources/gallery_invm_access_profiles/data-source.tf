# The profiles for Linux, by name.
data "gallery_invm_access_profiles" "linux" {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  os_type    = "Linux"
}

output "linux_profile_ids" {
  value = { for profile in data.gallery_invm_access_profiles.linux.profiles : profile.name => profile.id }
}
