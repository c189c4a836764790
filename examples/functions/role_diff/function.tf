locals {
  catalogue = ["Microsoft.Compute/galleries/read", "Microsoft.Compute/galleries/write"]
  before    = [{ actions = ["Microsoft.Compute/galleries/read"] }]
  after     = [{ actions = ["Microsoft.Compute/galleries/*"] }]
}

output "added" {
  value = provider::gallery::role_diff(local.before, local.after, local.catalogue).added
}
