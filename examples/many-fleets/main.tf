# One module, many fleets: `locals` defines what all have in common, and each fleet what differs.

terraform {
  required_version = ">= 1.9"

  required_providers {
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}

provider "gallery" {}

module "allowlist" {
  source   = "../modules/invm-allowlist"
  for_each = var.fleets

  gallery_id               = var.gallery_id
  name                     = "${each.key}-imds"
  location                 = each.value.location
  os_type                  = each.value.os_type
  applicable_host_endpoint = "IMDS"
  description              = each.value.description
  mode                     = each.value.mode

  privileges = merge(local.privileges, {
    for name, token in each.value.tokens : "token-${name}" => {
      path             = "/metadata/identity/oauth2/token"
      query_parameters = { resource = token.resource }
    }
  })

  # Every caller reads the instance's metadata; a token is a role of its own.
  roles = merge(local.roles, {
    for name, _ in each.value.tokens : "token-${name}" => { privileges = ["token-${name}"] }
  })

  identities = merge(local.platform[each.value.os_type], each.value.callers)

  role_assignments = merge(
    {
      platform = { identities = keys(local.platform[each.value.os_type]) }
      reader   = { identities = keys(each.value.callers) }
    },
    { for name, token in each.value.tokens : "token-${name}" => { identities = token.callers } },
  )

  tags = merge(var.tags, { fleet = each.key })
}

locals {
  privileges = {
    instance         = { path = "/metadata/instance/compute" }
    scheduled-events = { path = "/metadata/scheduledevents" }
  }

  roles = {
    # A caller that can read scheduled events can also start them, for example a restart. So applications do
    # not get this.
    platform = { privileges = ["instance", "scheduled-events"] }
    reader   = { privileges = ["instance"] }
  }

  # The platform's own callers on every machine.
  platform = {
    Linux = {
      cloud-init = { user_name = "root", exe_path = "/usr/bin/python3.10" }
    }
    Windows = {
      scale-set-events = { user_name = "SYSTEM", process_name = "VmssRuntimeAgent.exe" }
    }
  }
}

output "version_ids" {
  description = "What the machines of each fleet refer to."
  value       = { for name, fleet in module.allowlist : name => fleet.version_id }
}

output "grants" {
  description = "Who may do what, by fleet."
  value       = { for name, fleet in module.allowlist : name => fleet.grants }
}
