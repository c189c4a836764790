locals {
  parsed = provider::gallery::condition_parse("!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})")
}

output "guards" {
  value = local.parsed.valid ? local.parsed.guards : [local.parsed.error.message]
}
