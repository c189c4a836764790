# The old configuration: the same profile and version, managed by azapi.

terraform {
  required_version = ">= 1.0"

  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = "~> 2.0"
    }
  }
}

variable "gallery_id" {
  description = "The Compute Gallery that holds the profile."
  type        = string
}

resource "azapi_resource" "web_profile" {
  type      = "Microsoft.Compute/galleries/inVMAccessControlProfiles@2024-03-03"
  parent_id = var.gallery_id
  name      = "orders-imds"
  location  = "westeurope"

  body = {
    properties = {
      osType                 = "Linux"
      applicableHostEndpoint = "IMDS"
    }
  }
}

resource "azapi_resource" "web_version" {
  type      = "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions@2024-03-03"
  parent_id = azapi_resource.web_profile.id
  name      = "1.0.0"
  location  = "westeurope"

  body = {
    properties = {
      mode          = "Audit"
      defaultAccess = "Deny"
      rules = {
        privileges = [
          { name = "instance", path = "/metadata/instance/compute" },
          { name = "token", path = "/metadata/identity/oauth2/token", queryParameters = { resource = "https://vault.azure.net" } },
        ]
        roles           = [{ name = "app", privileges = ["instance", "token"] }]
        identities      = [{ name = "web", userName = "web", exePath = "/opt/web/bin/server" }]
        roleAssignments = [{ role = "app", identities = ["web"] }]
      }
    }
  }
}
