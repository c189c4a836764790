# The module against the emulator: `terraform test -test-directory=tests/emulator`, with the emulator's
# addresses in the environment and the id of its gallery in TF_VAR_gallery_id.

variables {
  name                     = "under-test"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"

  privileges       = { instance = { path = "/metadata/instance/compute" } }
  roles            = { reader = { privileges = ["instance"] } }
  identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
  role_assignments = { reader = { identities = ["web"] } }
}

run "the_first_version" {
  assert {
    condition     = output.version_name == "1.0.0"
    error_message = "The first version is ${output.version_name}."
  }

  assert {
    condition     = gallery_invm_access_profile_version.this.grants == output.grants
    error_message = "Azure holds other grants than the module tells."
  }
}

run "other_rules_make_the_next_version" {
  variables {
    identities = {
      backup = { user_name = "backup", exe_path = "/opt/backup/bin/run" }
      web    = { user_name = "web", exe_path = "/opt/web/bin/server" }
    }
    role_assignments = { reader = { identities = ["backup", "web"] } }
  }

  assert {
    condition     = output.version_name == "1.0.1"
    error_message = "The version is ${output.version_name}."
  }

  assert {
    condition     = contains(output.grants, "backup -> instance (reader)")
    error_message = "The backup has no access."
  }
}

run "a_decision_makes_the_next_version" {
  variables {
    mode = "Enforce"
  }

  assert {
    condition     = output.version_name == "1.0.2" && gallery_invm_access_profile_version.this.mode == "Enforce"
    error_message = "The version is ${output.version_name}, in the mode ${gallery_invm_access_profile_version.this.mode}."
  }
}

run "numbers_by_hand" {
  variables {
    version_name = "2.0.0"
  }

  assert {
    condition     = endswith(output.version_id, "/versions/2.0.0")
    error_message = "The version is ${output.version_id}."
  }
}
