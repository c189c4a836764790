locals {
  catalogue = [
    "Microsoft.Compute/galleries/read",
    "Microsoft.Compute/galleries/write",
    "Microsoft.Compute/galleries/inVMAccessControlProfiles/write",
    "Microsoft.Compute/galleries/share/action",
  ]
}

output "operations" {
  value = provider::gallery::effective_operations(
    [{ actions = ["Microsoft.Compute/galleries/*"], not_actions = ["Microsoft.Compute/galleries/share/action"] }],
    local.catalogue, # or a data source `gallery_operations`
  )
}
