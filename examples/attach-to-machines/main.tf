# The allowlists, one for each endpoint, and the machine settings that refer to them.

variable "gallery_id" {
  description = "The Compute Gallery that holds the profiles, such as azurerm_shared_image_gallery.fleet.id."
  type        = string
}

variable "mode" {
  description = "What the machines do with a decision."
  type        = string
  default     = "Audit"
}

module "allowlist" {
  source = "../modules/invm-allowlist"
  for_each = {
    IMDS = {
      privileges = {
        instance    = { path = "/metadata/instance" }
        vault-token = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
      }
      roles = {
        platform = { privileges = ["instance"] }
        secrets  = { privileges = ["vault-token"] }
      }
      identities = {
        platform = { user_name = "root", exe_path = "/usr/bin/python3.10" } # cloud-init and the guest agent
        web      = { user_name = "web", exe_path = "/opt/web/bin/server" }
      }
      role_assignments = {
        platform = { identities = ["platform"] }
        secrets  = { identities = ["web"] }
      }
    }
    WireServer = {
      privileges = {
        machine       = { path = "/machine" }
        versions      = { path = "/", query_parameters = { comp = "versions" } }
        host-artifact = { path = "/extensionartifact" }
        host-health   = { path = "/health" }
        host-log      = { path = "/vmagentlog" }
        host-settings = { path = "/vmsettings" }
        host-status   = { path = "/status" }
      }
      roles            = { guest-agent = { privileges = ["host-artifact", "host-health", "host-log", "host-settings", "host-status", "machine", "versions"] } }
      identities       = { guest-agent = { user_name = "root", exe_path = "/usr/bin/python3.10" } }
      role_assignments = { guest-agent = { identities = ["guest-agent"] } }
    }
  }

  gallery_id               = var.gallery_id
  name                     = "shop-${lower(each.key)}"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = each.key
  mode                     = var.mode
  privileges               = each.value.privileges
  roles                    = each.value.roles
  identities               = each.value.identities
  role_assignments         = each.value.role_assignments
  lint                     = { L14 = "off" } # the guest agent may have the whole of /machine
}

locals {
  # For an endpoint a machine has either a `mode` of its own or the reference, never both. With a reference,
  # the version's mode counts.
  proxy_agent_settings = {
    enabled    = true
    imds       = { inVMAccessControlProfileReferenceId = module.allowlist["IMDS"].version_id }
    wireServer = { inVMAccessControlProfileReferenceId = module.allowlist["WireServer"].version_id }
  }
}

output "proxy_agent_settings" {
  description = "`properties.securityProfile.proxyAgentSettings` of a machine."
  value       = local.proxy_agent_settings
}
