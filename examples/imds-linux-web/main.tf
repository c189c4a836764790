# Who may request what from the metadata service of a Linux web server.
#
# This stops the following attack: somebody makes the web application, or another program on the machine,
# fetch http://169.254.169.254/metadata/identity/oauth2/token, and gets a token of the machine's identity.

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
  description = "Audit first; Enforce once the audit log shows only what should be denied."
  type        = string
  default     = "Audit"
}

locals {
  rules = {
    privileges = {
      # Only a token for Key Vault. A token for Azure Resource Manager or Storage would be another privilege,
      # which nobody has here.
      vault-token = {
        path             = "/metadata/identity/oauth2/token"
        query_parameters = { resource = "https://vault.azure.net" }
      }
      monitor-token = {
        path             = "/metadata/identity/oauth2/token"
        query_parameters = { resource = "https://monitor.azure.com/" }
      }
      # This path also returns the user data and tags of the machine.
      instance         = { path = "/metadata/instance" }
      scheduled-events = { path = "/metadata/scheduledevents" }
      # cloud-init requests it at the first boot of a machine that Azure had prepared in advance.
      reprovision-data = { path = "/metadata/reprovisiondata" }
    }

    roles = {
      reads-secrets = { privileges = ["vault-token"] }
      reports       = { privileges = ["instance", "monitor-token"] }
      platform      = { privileges = ["instance", "reprovision-data", "scheduled-events"] }
    }

    identities = {
      # The application, which gets its token and nothing else. `exe_path` is the file that the kernel ran,
      # after all symbolic links.
      web = { user_name = "web", exe_path = "/opt/web/bin/server" }

      # Azure Monitor agent.
      ama-core     = { user_name = "root", exe_path = "/opt/microsoft/azuremonitoragent/bin/amacoreagent" }
      ama-launcher = { user_name = "root", exe_path = "/opt/microsoft/azuremonitoragent/bin/agentlauncher" }
      ama-mdsd     = { user_name = "root", exe_path = "/opt/microsoft/azuremonitoragent/bin/mdsd" }

      # cloud-init and the Linux guest agent are Python programs, so this is Ubuntu's interpreter under root.
      # Any Python script that root runs has the same identity, so it gets no token.
      platform-python = { user_name = "root", exe_path = "/usr/bin/python3.10" }
    }

    role_assignments = {
      reads-secrets = { identities = ["web"] }
      reports       = { identities = ["ama-core", "ama-launcher", "ama-mdsd"] }
      platform      = { identities = ["platform-python"] }
    }
  }
}

resource "gallery_invm_access_profile" "web" {
  gallery_id               = var.gallery_id
  name                     = "web-linux-imds"
  location                 = var.location
  applicable_host_endpoint = "IMDS"
  os_type                  = "Linux"
  description              = "Web servers: what may be asked of 169.254.169.254, and by whom"
}

# `name` is omitted, so a change of the mode makes a new version, as a change of the rules does: a machine
# looks at a version again only when its id changes.
resource "gallery_invm_access_profile_version" "web" {
  profile_id     = gallery_invm_access_profile.web.id
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
  description = "What `securityProfile.proxyAgentSettings.imds.inVMAccessControlProfileReferenceId` of a machine takes."
  value       = gallery_invm_access_profile_version.web.id
}

output "grants" {
  description = "Who may do what."
  value       = gallery_invm_access_profile_version.web.grants
}
