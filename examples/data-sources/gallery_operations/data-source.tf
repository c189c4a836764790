data "gallery_operations" "compute" {
  namespaces = ["Microsoft.Compute"]
}

# What "Microsoft.Compute/galleries/*" comes to today.
output "gallery_operations" {
  value = provider::gallery::effective_operations(
    [{ actions = ["Microsoft.Compute/galleries/*"] }],
    data.gallery_operations.compute
  )
}
