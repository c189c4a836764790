variable "gallery_id" {
  description = "The Compute Gallery that holds the profiles."
  type        = string
}

variable "fleets" {
  description = "The fleets, by name."
  type = map(object({
    description = optional(string)
    location    = optional(string, "westeurope")
    mode        = optional(string, "Audit")
    os_type     = string
    # The programs that may call, by name.
    callers = map(object({
      user_name    = optional(string)
      group_name   = optional(string)
      exe_path     = optional(string)
      process_name = optional(string)
    }))
    # The tokens of the machine's identity that are needed, and by which callers.
    tokens = optional(map(object({ resource = string, callers = set(string) })), {})
  }))

  default = {
    web = {
      description = "Web servers"
      mode        = "Enforce"
      os_type     = "Linux"
      callers     = { server = { user_name = "web", exe_path = "/opt/web/bin/server" } }
      tokens      = { vault = { resource = "https://vault.azure.net", callers = ["server"] } }
    }
    batch = {
      description = "Night jobs"
      os_type     = "Linux"
      callers = {
        runner = { user_name = "batch", exe_path = "/opt/batch/bin/runner" }
        upload = { user_name = "batch", exe_path = "/opt/batch/bin/upload" }
      }
      tokens = { storage = { resource = "https://storage.azure.com/", callers = ["upload"] } }
    }
    reports = {
      description = "Report servers"
      location    = "northeurope"
      os_type     = "Windows"
      callers     = { reporter = { user_name = "reports", exe_path = "C:\\Program Files\\Reports\\Reporter.exe" } }
    }
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = { team = "platform-security" }
}
