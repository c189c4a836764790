//! Azure Resource Manager: clouds, login, requests, long-running operations, errors, ids, models. Knows no Terraform.
