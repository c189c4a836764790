terraform {
  # 1.8 for the provider's functions, 1.9 for validations that use more than one variable.
  required_version = ">= 1.9"

  required_providers {
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}
