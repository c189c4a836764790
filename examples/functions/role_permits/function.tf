locals {
  delegate = [{
    actions           = ["Microsoft.Authorization/roleAssignments/write"]
    condition         = provider::gallery::condition_for_roles(["1c0163c0-47e6-4577-8991-ea5c82e286e4"])
    condition_version = "2.0"
  }]
}

# True for that role, false for any other.
output "may_assign" {
  value = provider::gallery::role_permits(local.delegate, "Microsoft.Authorization/roleAssignments/write", {
    request = { "Microsoft.Authorization/roleAssignments:RoleDefinitionId" = "1c0163c0-47e6-4577-8991-ea5c82e286e4" }
  })
}

# Without a context nothing is known of the request. The result is true only where no condition could forbid
# it, otherwise false or null.
output "may_always_assign" {
  value = coalesce(
    provider::gallery::role_permits(local.delegate, "Microsoft.Authorization/roleAssignments/write"), false
  )
}
