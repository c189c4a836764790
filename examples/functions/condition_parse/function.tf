variable "condition" {
  type    = string
  default = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (Exists @Request[a])"

  validation {
    condition     = provider::gallery::condition_parse(var.condition).valid
    error_message = try("At ${provider::gallery::condition_parse(var.condition).error.offset}: ${provider::gallery::condition_parse(var.condition).error.message}.", "It cannot be read.")
  }
}

output "guards" {
  value = provider::gallery::condition_parse(var.condition).guards
}
