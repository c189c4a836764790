# Mistakes that the variables refuse, before any request to Azure.

mock_provider "gallery" {}

variables {
  gallery_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name                     = "web"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
}

run "a_gallery_by_its_name" {
  command = plan
  variables {
    gallery_id = "fleet"
  }
  expect_failures = [var.gallery_id]
}

run "a_name_that_azure_refuses" {
  command = plan
  variables {
    name = "web--imds"
  }
  expect_failures = [var.name]
}

run "words_that_are_none" {
  command = plan
  variables {
    mode                     = "enforced"
    default_access           = "deny"
    os_type                  = "linux"
    applicable_host_endpoint = "HostGAPlugin"
    version_name             = "v1"
    lint                     = { L04 = "ignore" }
  }
  expect_failures = [
    var.mode,
    var.default_access,
    var.os_type,
    var.applicable_host_endpoint,
    var.version_name,
    var.lint,
  ]
}

run "a_path_without_its_slash" {
  command = plan
  variables {
    privileges = { instance = { path = "metadata/instance" } }
  }
  expect_failures = [var.privileges]
}

run "a_role_of_privileges_that_are_not_there" {
  command = plan
  variables {
    privileges = { instance = { path = "/metadata/instance/compute" } }
    roles      = { reader = { privileges = ["instances"] } }
  }
  expect_failures = [var.roles]
}

run "an_identity_that_is_everybody" {
  command = plan
  variables {
    identities = { anybody = {} }
  }
  expect_failures = [var.identities]
}

run "an_assignment_of_a_role_that_is_not_there" {
  command = plan
  variables {
    privileges       = { instance = { path = "/metadata/instance/compute" } }
    roles            = { reader = { privileges = ["instance"] } }
    identities       = { web = { exe_path = "/opt/web/bin/server" } }
    role_assignments = { Reader = { identities = ["web"] } }
  }
  expect_failures = [var.role_assignments]
}

run "an_assignment_to_an_identity_that_is_not_there" {
  command = plan
  variables {
    privileges       = { instance = { path = "/metadata/instance/compute" } }
    roles            = { reader = { privileges = ["instance"] } }
    identities       = { web = { exe_path = "/opt/web/bin/server" } }
    role_assignments = { reader = { identities = ["wbe"] } }
  }
  expect_failures = [var.role_assignments]
}
