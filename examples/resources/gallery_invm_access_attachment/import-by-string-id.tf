import {
  to = gallery_invm_access_attachment.web
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/virtualMachines/web-1"
}
