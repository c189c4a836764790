variable "gallery_id" {
  description = "The resource id of the Compute Gallery that holds the profile."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Compute/galleries/[^/]+$", var.gallery_id))
    error_message = "gallery_id must be the whole resource id of a gallery, as azurerm_shared_image_gallery.<name>.id gives it."
  }
}

variable "name" {
  description = "The name of the profile: letters and digits, with single `-`, `.` or `_` between them, at most 80 characters."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) <= 80 && can(regex("^[a-zA-Z0-9]+([-._]?[a-zA-Z0-9]+)*$", var.name))
    error_message = "name must be letters and digits, with single \"-\", \".\" or \"_\" between them, at most 80 characters."
  }
}

variable "location" {
  description = "The Azure region of the profile and its version."
  type        = string
  nullable    = false
}

variable "os_type" {
  description = "The operating system of the machines: `Linux` or `Windows`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["Linux", "Windows"], var.os_type)
    error_message = "os_type must be \"Linux\" or \"Windows\"."
  }
}

variable "applicable_host_endpoint" {
  description = "The endpoint that the allowlist is for: `IMDS`, or `WireServer`, which stands for HostGAPlugin too."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["IMDS", "WireServer"], var.applicable_host_endpoint)
    error_message = "applicable_host_endpoint must be \"IMDS\" or \"WireServer\"."
  }
}

variable "description" {
  description = "What the profile is for."
  type        = string
  default     = null
}

variable "mode" {
  description = "What machines do with a decision: `Audit` records, `Enforce` refuses, `Disabled` does not look."
  type        = string
  default     = "Audit"
  nullable    = false

  validation {
    condition     = contains(["Audit", "Enforce", "Disabled"], var.mode)
    error_message = "mode must be \"Audit\", \"Enforce\" or \"Disabled\"."
  }
}

variable "default_access" {
  description = "What happens to a request that no privilege matches: `Deny` or `Allow`."
  type        = string
  default     = "Deny"
  nullable    = false

  validation {
    condition     = contains(["Allow", "Deny"], var.default_access)
    error_message = "default_access must be \"Allow\" or \"Deny\"."
  }
}

variable "version_name" {
  description = "The version, `x.y.z`. If omitted, each change of rules, mode or default access creates the next one."
  type        = string
  default     = null

  validation {
    condition     = var.version_name == null || can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.version_name))
    error_message = "version_name must be three numbers with dots between them, such as \"1.0.0\"."
  }
}

variable "target_regions" {
  description = "The regions that the version is replicated to. If omitted, Azure chooses them."
  type        = set(string)
  default     = null
}

variable "exclude_from_latest" {
  description = "Whether machines that take the latest version pass this one over. If omitted, Azure's own choice applies."
  type        = bool
  default     = null
}

variable "privileges" {
  description = "What can be called, by name: a path and, if they matter, the query parameters of the request."
  type = map(object({
    path             = string
    query_parameters = optional(map(string))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.privileges) : startswith(one.path, "/")])
    error_message = "A privilege's path must begin with \"/\": ${join(", ", [for name, one in var.privileges : name if !startswith(one.path, "/")])}."
  }
}

variable "roles" {
  description = "Bundles of privileges, by name."
  type        = map(object({ privileges = set(string) }))
  default     = {}
  nullable    = false

  validation {
    condition = alltrue(flatten([
      for role in values(var.roles) : [for privilege in role.privileges : contains(keys(var.privileges), privilege)]
    ]))
    error_message = "There are no such privileges: ${join(", ", flatten([
      for name, role in var.roles : [
        for privilege in role.privileges : "${privilege} (in role ${name})" if !contains(keys(var.privileges), privilege)
      ]
    ]))}. The privileges are ${join(", ", keys(var.privileges))}."
  }
}

variable "identities" {
  description = "Who calls, by name: a process meets all conditions that are given. Case counts in each."
  type = map(object({
    user_name    = optional(string)
    group_name   = optional(string)
    exe_path     = optional(string)
    process_name = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.identities) : length([for value in values(one) : value if value != null]) > 0])
    error_message = "An identity without conditions is everybody: ${join(", ", [for name, one in var.identities : name if length([for value in values(one) : value if value != null]) == 0])}."
  }
}

variable "role_assignments" {
  description = "Which identities have which role, by the name of the role."
  type        = map(object({ identities = set(string) }))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.role_assignments), keys(var.roles))) == 0
    error_message = "There are no such roles: ${join(", ", setsubtract(keys(var.role_assignments), keys(var.roles)))}. The roles are ${join(", ", keys(var.roles))}."
  }

  validation {
    condition = alltrue(flatten([
      for one in values(var.role_assignments) : [for identity in one.identities : contains(keys(var.identities), identity)]
    ]))
    error_message = "There are no such identities: ${join(", ", flatten([
      for role, one in var.role_assignments : [
        for identity in one.identities : "${identity} (with role ${role})" if !contains(keys(var.identities), identity)
      ]
    ]))}. The identities are ${join(", ", keys(var.identities))}."
  }
}

variable "must_allow" {
  description = "Requests that must be allowed once the mode is `Enforce`, by a name for each. The plan fails when one is not."
  type = map(object({
    url          = string
    user_name    = optional(string)
    user_groups  = optional(list(string))
    exe_path     = optional(string)
    process_name = optional(string)
    elevated     = optional(bool)
    method       = optional(string)
    endpoint     = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "must_deny" {
  description = "Requests that must be denied once the mode is `Enforce`, by a name for each. The plan fails when one is not."
  type = map(object({
    url          = string
    user_name    = optional(string)
    user_groups  = optional(list(string))
    exe_path     = optional(string)
    process_name = optional(string)
    elevated     = optional(bool)
    method       = optional(string)
    endpoint     = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "lint" {
  description = "What to make of single findings about the rules, by id: `off`, `warning` or `error`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for one in values(var.lint) : contains(["off", "warning", "error"], one)])
    error_message = "Each finding in lint must be \"off\", \"warning\" or \"error\"."
  }
}

variable "tags" {
  description = "Tags of the profile and its version."
  type        = map(string)
  default     = {}
  nullable    = false
}
