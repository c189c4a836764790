terraform {
  required_version = ">= 1.9"

  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = "~> 2.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
    gallery = {
      source  = "terraform.local/azure/gallery"
      version = ">= 0.1"
    }
  }
}

provider "azapi" {}

provider "azurerm" {
  features {}
}

provider "gallery" {}
