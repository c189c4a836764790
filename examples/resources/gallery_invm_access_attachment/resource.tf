resource "gallery_invm_access_profile" "web" {
  gallery_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name                     = "web-imds"
  location                 = "westeurope"
  applicable_host_endpoint = "IMDS"
  os_type                  = "Linux"
}

resource "gallery_invm_access_profile_version" "web" {
  profile_id     = gallery_invm_access_profile.web.id
  default_access = "Deny"
  mode           = "Audit"

  rules {
    privileges       = { instance = { path = "/metadata/instance" } }
    roles            = { app = { privileges = ["instance"] } }
    identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
    role_assignments = { app = { identities = ["web"] } }
  }

  # The attachment below moves to the new version before the old one is deleted.
  lifecycle {
    create_before_destroy = true
  }
}

resource "gallery_invm_access_attachment" "web" {
  machine_id              = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/virtualMachines/web-1"
  imds_profile_version_id = gallery_invm_access_profile_version.web.id
}
