# What a change of a custom role adds and removes.
output "change" {
  value = provider::gallery::role_diff(
    [{ actions = ["Microsoft.Compute/galleries/read"] }],
    [{ actions = ["Microsoft.Compute/galleries/*"] }],
    ["Microsoft.Compute/galleries/delete", "Microsoft.Compute/galleries/read", "Microsoft.Compute/galleries/write"]
  )
}
