# Who may request what from the Instance Metadata Service of our web servers.
#
# Any process on a virtual machine can ask 169.254.169.254 for a token of the machine's identity. One
# vulnerability in a web application that makes it fetch an address of the attacker's choice is enough to
# steal the token. With this profile only the processes that need it may ask, and the guest proxy agent on
# each machine refuses everybody else.

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
      # The Linux guest agent is a Python program, so the executable is the interpreter.
      azure-agent = { user_name = "root", exe_path = "/usr/bin/python3.10" }
      backup      = { user_name = "backup", exe_path = "/opt/backup/bin/run" }
      web         = { user_name = "web", exe_path = "/opt/web/bin/server" }
    }

    role_assignments = {
      platform       = { identities = ["azure-agent", "backup"] }
      secrets-reader = { identities = ["web"] }
    }
  }

  # The new list is created before the old one is deleted.
  lifecycle {
    # Terraform extends this to the profile, but two profiles cannot have the same name. Before a change that
    # replaces the profile (location, os_type), remove it for that apply, or give the profile another name.
    create_before_destroy = true
  }
}

# Virtual machines refer to this id.
output "profile_version_id" {
  value = gallery_invm_access_profile_version.web.id
}
