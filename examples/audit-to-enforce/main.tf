# One allowlist, moved from Audit to Enforce by three pull requests. Each is one of the files
# pull-request-N.tfvars, which replaces terraform.tfvars.

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
  source = "../modules/invm-allowlist"

  gallery_id               = var.gallery_id
  name                     = "payments-imds"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
  description              = "Payment servers: who may ask the metadata service for what"

  mode             = var.mode
  default_access   = var.default_access
  privileges       = var.privileges
  roles            = var.roles
  identities       = var.identities
  role_assignments = var.role_assignments

  # Requests that no pull request may deny, once there is a list at all.
  must_allow = length(var.identities) == 0 ? {} : {
    the-server-reads-its-secrets = {
      url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
      user_name = "pay"
      exe_path  = "/opt/pay/bin/server"
    }
  }

  # Requests that no pull request may allow.
  must_deny = var.default_access == "Allow" ? {} : {
    nobody-gets-a-token-with-curl = {
      url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
      user_name = "pay"
      exe_path  = "/usr/bin/curl"
    }
  }
}

output "version_id" {
  description = "What machines refer to."
  value       = module.allowlist.version_id
}

output "grants" {
  description = "Who may do what: what the reviewer reads."
  value       = module.allowlist.grants
}
