variable "gallery_id" {
  description = "The Compute Gallery that holds the profile."
  type        = string
}

variable "machine_ids" {
  description = "The machines and scale sets that the allowlist is for."
  type        = set(string)
  default     = []
}

variable "mode" {
  description = "`Audit`, then `Enforce`."
  type        = string
  default     = "Audit"
}

variable "default_access" {
  description = "`Allow` while nothing is known, then `Deny`."
  type        = string
  default     = "Deny"
}

variable "privileges" {
  description = "What can be called."
  type        = map(object({ path = string, query_parameters = optional(map(string)) }))
  default     = {}
}

variable "roles" {
  description = "Bundles of privileges."
  type        = map(object({ privileges = set(string) }))
  default     = {}
}

variable "identities" {
  description = "Who calls."
  type = map(object({
    user_name    = optional(string)
    group_name   = optional(string)
    exe_path     = optional(string)
    process_name = optional(string)
  }))
  default = {}
}

variable "role_assignments" {
  description = "Who has which role."
  type        = map(object({ identities = set(string) }))
  default     = {}
}
