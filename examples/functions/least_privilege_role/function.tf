locals {
  role = provider::gallery::least_privilege_role(
    ["profiles", "versions", "no_delete"],
    "Metadata allowlist publisher",
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet",
  )
}

# The arguments of an azurerm_role_definition.
output "role" {
  value = local.role
}
