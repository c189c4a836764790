resource "gallery_invm_access_profile" "web" {
  gallery_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name                     = "web-imds"
  location                 = "westeurope"
  applicable_host_endpoint = "IMDS"
  os_type                  = "Linux"
  description              = "Who may use the metadata service on web servers"

  tags = {
    team = "platform-security"
  }
}
