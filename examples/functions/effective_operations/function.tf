# The operations that a pattern matches. The catalogue is usually the data source gallery_operations.
output "operations" {
  value = provider::gallery::effective_operations(
    [{ actions = ["Microsoft.Compute/galleries/*"], not_actions = ["*/delete"] }],
    [
      "Microsoft.Compute/galleries/delete",
      "Microsoft.Compute/galleries/read",
      "Microsoft.Compute/galleries/write",
      "Microsoft.Compute/images/read",
    ]
  )
}
