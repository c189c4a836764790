locals {
  actions = ["Microsoft.Compute/galleries/*/read", "Microsoft.Support/*"]

  # Which of a role's patterns let it read versions of profiles?
  reading = [
    for pattern in local.actions : pattern
    if provider::gallery::operation_matches(pattern, "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read")
  ]
}

output "reading" {
  value = local.reading # ["Microsoft.Compute/galleries/*/read"]
}
