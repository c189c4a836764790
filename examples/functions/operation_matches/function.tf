output "covers_versions" {
  value = provider::gallery::operation_matches(
    "Microsoft.Compute/galleries/*",
    "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/write"
  )
}
