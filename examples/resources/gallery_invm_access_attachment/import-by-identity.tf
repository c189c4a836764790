import {
  to = gallery_invm_access_attachment.web
  identity = {
    subscription_id     = "00000000-0000-0000-0000-000000000000"
    resource_group_name = "fleet"
    machine_type        = "virtualMachines"
    machine_name        = "web-1"
  }
}
