locals {
  role = [{ actions = ["Microsoft.Compute/galleries/*/read"] }]
  need = [
    "Microsoft.Compute/galleries/inVMAccessControlProfiles/read",
    "Microsoft.Compute/galleries/inVMAccessControlProfiles/write",
  ]
}

output "missing" {
  value = provider::gallery::role_missing(local.role, local.need) # the write
}
