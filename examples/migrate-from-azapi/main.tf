# The new configuration. Nothing at Azure changes: the plan says "0 to add, 0 to change, 0 to destroy".

terraform {
  # `moved` between resource types requires 1.8.
  required_version = ">= 1.8"

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

moved {
  from = azapi_resource.web_profile
  to   = gallery_invm_access_profile.web
}

moved {
  from = azapi_resource.web_version
  to   = gallery_invm_access_profile_version.web
}

resource "gallery_invm_access_profile" "web" {
  gallery_id               = var.gallery_id
  name                     = "orders-imds"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
}

resource "gallery_invm_access_profile_version" "web" {
  profile_id     = gallery_invm_access_profile.web.id
  name           = "1.0.0"
  location       = "westeurope"
  mode           = "Audit"
  default_access = "Deny"

  rules {
    privileges = {
      instance = { path = "/metadata/instance/compute" }
      token    = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
    }
    roles            = { app = { privileges = ["instance", "token"] } }
    identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
    role_assignments = { app = { identities = ["web"] } }
  }
}
