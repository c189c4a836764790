terraform {
  required_providers {
    gallery = {
      source = "terraform.local/azure/gallery"
    }
  }
}

# Signs in with ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET.
provider "gallery" {}
