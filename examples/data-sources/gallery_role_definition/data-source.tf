# Virtual Machine Data Access Administrator (preview)
data "gallery_role_definition" "login" {
  role_definition_id = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04"
}

check "the_role_keeps_away_from_galleries" {
  assert {
    condition = data.gallery_role_definition.login.is_conditional && !anytrue([
      for operation in data.gallery_role_definition.login.effective_operations :
      provider::gallery::operation_matches("Microsoft.Compute/galleries/*", operation)
    ])
    error_message = "The role now reaches galleries, or has lost its condition."
  }
}

output "count" {
  value = data.gallery_role_definition.login.effective_operation_count
}
