# Who may request what from WireServer (168.63.129.16) of Windows machines.
#
# WireServer gives a machine its goal state and certificates. HostGAPlugin, on port 32526 of the same address,
# gives it the settings of its extensions. Only administrators get through at all. This profile admits the
# guest agent and its helpers, and refuses everything else that runs as administrator.
#
# The names of the programs are those that an early version of the guest proxy agent itself counted as the platform's
# (github.com/Azure/GuestProxyAgent, proxy_authorizer.rs, `is_platform_process`); their case is that of the files. They
# are in folders with a version in the name, such as
#   C:\WindowsAzure\GuestAgent_2.7.41491.1071_2023-03-02_185502\WindowsAzureGuestAgent.exe
# so an identity is the file's name together with the user, which only the system itself can be.

terraform {
  required_version = ">= 1.8" # functions of providers

  required_providers {
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}

provider "gallery" {}

variable "gallery_id" {
  description = "The Compute Gallery that holds the profile."
  type        = string
}

variable "location" {
  description = "The region of the profile."
  type        = string
  default     = "westeurope"
}

variable "mode" {
  description = "Audit first: a guest agent that is cut off runs no extension any more, the one that would repair it included."
  type        = string
  default     = "Audit"
}

locals {
  rules = {
    privileges = {
      # WireServer, port 80. Goal state and configurations are below /machine, both as /machine?comp=… and as
      # /machine/<container>/<instance>?comp=…
      goal-state   = { path = "/machine", query_parameters = { comp = "goalstate" } }
      config       = { path = "/machine", query_parameters = { comp = "config" } }
      certificates = { path = "/machine", query_parameters = { comp = "certificates" } }
      health       = { path = "/machine", query_parameters = { comp = "health" } }
      role-props   = { path = "/machine", query_parameters = { comp = "roleProperties" } }
      telemetry    = { path = "/machine", query_parameters = { comp = "telemetrydata" } }

      # The versions of the protocol: GET /?comp=versions.
      versions = { path = "/", query_parameters = { comp = "versions" } }

      # HostGAPlugin, port 32526.
      host-artifact = { path = "/extensionartifact" }
      host-health   = { path = "/health" }
      host-log      = { path = "/vmagentlog" }
      host-settings = { path = "/vmsettings" }
      host-status   = { path = "/status" }
    }

    roles = {
      # Installs extensions and reports on them.
      guest-agent = {
        privileges = [
          "certificates", "config", "goal-state", "health", "role-props", "telemetry", "versions",
          "host-artifact", "host-health", "host-log", "host-settings", "host-status",
        ]
      }
      # Tells Azure at the first boot that Windows is up.
      provisioning = { privileges = ["goal-state", "health", "versions"] }
      # What extensions themselves need: no certificates and no goal state.
      extension = { privileges = ["host-artifact", "host-settings", "host-status"] }
      # Collects logs for support.
      diagnostics = { privileges = ["config", "goal-state", "host-log", "versions"] }
    }

    identities = {
      guest-agent     = { user_name = "SYSTEM", process_name = "WindowsAzureGuestAgent.exe" }
      rd-agent        = { user_name = "SYSTEM", process_name = "WaAppAgent.exe" }
      security-agent  = { user_name = "SYSTEM", process_name = "WaSecAgentProv.exe" }
      collect-logs    = { user_name = "SYSTEM", process_name = "CollectGuestLogs.exe" }
      run-command     = { user_name = "SYSTEM", process_name = "ImmediateRunCommandService.exe" }
      vm-applications = { user_name = "SYSTEM", process_name = "vm-application-manager.exe" }

      # The provisioning agent is a script, so this identity is every script that the system runs with
      # cscript: no certificates. Microsoft's own examples of such a list have it, as WinPA.
      provisioning = { user_name = "SYSTEM", exe_path = "C:\\Windows\\System32\\cscript.exe" }
    }

    role_assignments = {
      guest-agent = { identities = ["guest-agent", "rd-agent", "security-agent"] }
      extension   = { identities = ["run-command", "vm-applications"] }
      diagnostics = { identities = ["collect-logs"] }

      provisioning = { identities = ["provisioning"] }
    }
  }
}

resource "gallery_invm_access_profile" "windows" {
  gallery_id               = var.gallery_id
  name                     = "windows-wireserver"
  location                 = var.location
  applicable_host_endpoint = "WireServer"
  os_type                  = "Windows"
  description              = "Windows machines: what may be asked of 168.63.129.16, and by whom"
}

# `name` is omitted, so a change of the mode makes a new version, as a change of the rules does: a machine looks at a
# version again only when its id changes.
resource "gallery_invm_access_profile_version" "windows" {
  profile_id     = gallery_invm_access_profile.windows.id
  mode           = var.mode
  default_access = "Deny"

  rules {
    privileges       = local.rules.privileges
    roles            = local.rules.roles
    identities       = local.rules.identities
    role_assignments = local.rules.role_assignments
  }

  lifecycle {
    # Terraform extends this to the profile, but two profiles cannot have the same name. Before a change that
    # replaces the profile (location, os_type), remove it for that apply, or give the profile another name.
    create_before_destroy = true
  }
}

output "version_id" {
  description = "What `securityProfile.proxyAgentSettings.wireServer.inVMAccessControlProfileReferenceId` of a machine takes."
  value       = gallery_invm_access_profile_version.windows.id
}

output "grants" {
  description = "Who may do what."
  value       = gallery_invm_access_profile_version.windows.grants
}
