locals {
  # May assign the log-in role of virtual machines, and no other.
  permissions = [{
    actions   = ["Microsoft.Authorization/roleAssignments/write"]
    condition = provider::gallery::condition_for_roles(["fb879df8-f326-4884-b1cf-06f3ad86be52"])
  }]

  may_assign_contributor = provider::gallery::role_permits(local.permissions, "Microsoft.Authorization/roleAssignments/write", {
    request = { "Microsoft.Authorization/roleAssignments:RoleDefinitionId" = "b24988ac-6180-42a0-ab88-20f7382dd24c" }
  })
}

check "nobody_climbs" {
  assert {
    # Null would mean that it cannot be told, which is no answer to rely on.
    condition     = local.may_assign_contributor == false
    error_message = "The role can hand out Contributor."
  }
}
