# A role that may assign other roles, under a condition.
data "gallery_role_definition" "data_access_administrator" {
  role_definition_id = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04"
}

check "the_role_reaches_no_galleries" {
  assert {
    condition = !anytrue([
      for operation in data.gallery_role_definition.data_access_administrator.effective_operations :
      provider::gallery::operation_matches("Microsoft.Compute/galleries/*", operation)
    ])
    error_message = "The role now reaches galleries."
  }
}

output "only_under_a_condition" {
  value = data.gallery_role_definition.data_access_administrator.conditional_operations
}
