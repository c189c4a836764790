# Learns two profile versions from an audit log.
#
# The log was taken from a virtual machine whose guest proxy agent ran in Audit mode for a week:
#   journalctl --unit azure-proxy-agent --output short > audit.log

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
  description = "The Compute Gallery that is to hold the profiles."
  type        = string
}

variable "location" {
  description = "The region of the gallery."
  type        = string
  default     = "westeurope"
}

variable "mode" {
  description = "Audit first; Enforce once the audit log stays empty."
  type        = string
  default     = "Enforce"
}

locals {
  endpoints = {
    imds       = "IMDS"
    wireserver = "WireServer"
  }
  learned = {
    for name, endpoint in local.endpoints : name => provider::gallery::rules_from_audit_log(
      file("${path.module}/audit.log"),
      { endpoint = endpoint, os_type = "Linux" },
    )
  }
}

resource "gallery_invm_access_profile" "web" {
  for_each = local.endpoints

  gallery_id               = var.gallery_id
  name                     = "web-${each.key}"
  location                 = var.location
  os_type                  = "Linux"
  applicable_host_endpoint = each.value
  description              = "Learned from the audit log of web0"
}

resource "gallery_invm_access_profile_version" "web" {
  for_each = local.endpoints

  profile_id     = gallery_invm_access_profile.web[each.key].id
  location       = var.location
  mode           = var.mode
  default_access = "Deny"

  rules {
    privileges       = local.learned[each.key].rules.privileges
    roles            = local.learned[each.key].rules.roles
    identities       = local.learned[each.key].rules.identities
    role_assignments = local.learned[each.key].rules.role_assignments
  }
}

output "version_ids" {
  description = "What `securityProfile.proxyAgentSettings` of a virtual machine refers to, by endpoint."
  value       = { for name, version in gallery_invm_access_profile_version.web : name => version.id }
}

output "left_out" {
  description = "What the log shows and the rules refuse, and why. Read it before you enforce."
  value       = { for name, learned in local.learned : name => learned.left_out }
}

output "notes" {
  description = "How far the log can be trusted."
  value       = { for name, learned in local.learned : name => learned.notes }
}
