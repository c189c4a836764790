terraform {
  required_version = ">= 1.0"

  required_providers {
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}

# Signs in with environment variables, as azurerm and azapi do: here ARM_TENANT_ID, ARM_CLIENT_ID and
# ARM_CLIENT_SECRET are set.
provider "gallery" {}
