data "gallery_operations" "compute" {
  namespaces = ["Microsoft.Compute"]
}

output "about_profiles" {
  value = [
    for name in data.gallery_operations.compute.names : name
    if provider::gallery::operation_matches("Microsoft.Compute/galleries/inVMAccessControlProfiles/*", name)
  ]
}
