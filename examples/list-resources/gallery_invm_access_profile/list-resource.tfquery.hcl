# terraform query -generate-config-out=profiles.tf
list "gallery_invm_access_profile" "fleet" {
  provider = gallery

  config {
    gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  }
}
