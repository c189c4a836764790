locals {
  condition = provider::gallery::condition_for_roles(["1c0163c0-47e6-4577-8991-ea5c82e286e4"])

  # May the holder assign the role Owner?
  may_assign_owner = provider::gallery::condition_evaluate(local.condition, {
    action  = "Microsoft.Authorization/roleAssignments/write"
    request = { "Microsoft.Authorization/roleAssignments:RoleDefinitionId" = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" }
  })
}

check "delegation_stops_short_of_owner" {
  assert {
    condition     = local.may_assign_owner == false
    error_message = "The condition lets its holder assign Owner."
  }
}
