# Who may ask the Instance Metadata Service of our web servers for what.
#
# Any process on a virtual machine can ask 169.254.169.254 for a token of the machine's identity: one hole in a web
# application that makes it fetch an address of the attacker's choice, and the token is gone. This profile lets only the
# processes that need it ask, and the guest proxy agent on each machine refuses everybody else.

terraform {
  required_version = ">= 1.0"

  required_providers {
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}

# Signs in with ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET.
provider "gallery" {}

variable "gallery_id" {
  description = "The Compute Gallery that holds the profile."
  type        = string
}

resource "gallery_invm_access_profile" "web" {
  gallery_id               = var.gallery_id
  name                     = "web-imds"
  location                 = "westeurope"
  applicable_host_endpoint = "IMDS"
  os_type                  = "Linux"
  description              = "What the web servers may ask the metadata service"
}

resource "gallery_invm_access_profile_version" "web" {
  profile_id     = gallery_invm_access_profile.web.id
  default_access = "Deny"
  mode           = "Enforce"

  rules {
    privileges = {
      about-the-machine = { path = "/metadata/instance/compute" }
      maintenance       = { path = "/metadata/scheduledevents" }
      vault-token = {
        path             = "/metadata/identity/oauth2/token"
        query_parameters = { resource = "https://vault.azure.net" }
      }
    }

    roles = {
      platform       = { privileges = ["about-the-machine", "maintenance"] }
      secrets-reader = { privileges = ["vault-token"] }
    }

    identities = {
      # The Linux guest agent is a Python program: what runs is the interpreter.
      azure-agent = { user_name = "root", exe_path = "/usr/bin/python3.10" }
      backup      = { user_name = "backup", exe_path = "/opt/backup/bin/run" }
      web         = { user_name = "web", exe_path = "/opt/web/bin/server" }
    }

    role_assignments = {
      platform       = { identities = ["azure-agent", "backup"] }
      secrets-reader = { identities = ["web"] }
    }
  }

  # The new list is there before the old one goes.
  lifecycle {
    # Terraform extends this to the profile, and two profiles cannot have one name: before a change that replaces the
    # profile (location, os_type), remove it for that apply, or give the profile another name.
    create_before_destroy = true
  }
}

# What a virtual machine refers to.
output "profile_version_id" {
  value = gallery_invm_access_profile_version.web.id
}
