# A scale set that upgrades its instances too. The version replaces an inline mode.
resource "gallery_invm_access_attachment" "fleet" {
  machine_id              = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/virtualMachineScaleSets/web"
  imds_profile_version_id = gallery_invm_access_profile_version.web.id

  enable             = true
  mode_after_destroy = "Audit"
  replace_mode       = true
  upgrade_instances  = true

  timeouts {
    create = "2h"
    update = "2h"
  }
}
