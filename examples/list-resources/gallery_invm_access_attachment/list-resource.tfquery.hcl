# terraform query -generate-config-out=attachments.tf
list "gallery_invm_access_attachment" "fleet" {
  provider         = gallery
  include_resource = true

  config {
    resource_group_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet"
  }
}
