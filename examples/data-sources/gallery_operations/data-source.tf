data "gallery_operations" "compute" {
  namespaces = ["Microsoft.Compute"]
}

# The operations that "Microsoft.Compute/galleries/*" matches today.
output "gallery_operations" {
  value = provider::gallery::effective_operations(
    [{ actions = ["Microsoft.Compute/galleries/*"] }],
    data.gallery_operations.compute
  )
}
