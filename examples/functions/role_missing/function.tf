# Does this custom role suffice to publish versions?
locals {
  needed = provider::gallery::least_privilege_role(
    ["versions", "no_delete"],
    "needed",
    "/subscriptions/00000000-0000-0000-0000-000000000000"
  ).permissions[0].actions
}

output "missing" {
  value = provider::gallery::role_missing([{ actions = ["Microsoft.Compute/galleries/*/read"] }], local.needed)
}
