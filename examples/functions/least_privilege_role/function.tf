# The narrowest role for a pipeline that publishes allowlists and deletes none; its members are the arguments
# of azurerm_role_definition.
locals {
  publisher = provider::gallery::least_privilege_role(
    ["profiles", "versions", "no_delete"],
    "Allowlist publisher",
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet"
  )
}

output "actions" {
  value = local.publisher.permissions[0].actions
}
