# What the module guarantees, without Azure and without a login: `terraform test`.

mock_provider "gallery" {
  mock_resource "gallery_invm_access_profile" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web"
    }
  }
}

variables {
  gallery_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name                     = "web"
  location                 = "westeurope"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"

  privileges = {
    instance    = { path = "/metadata/instance/compute" }
    vault-token = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
  }
  roles = {
    app = { privileges = ["instance", "vault-token"] }
  }
  identities = {
    web = { user_name = "web", exe_path = "/opt/web/bin/server" }
  }
  role_assignments = {
    app = { identities = ["web"] }
  }
}

run "starts_in_audit_and_denies_by_default" {
  command = plan

  assert {
    condition     = gallery_invm_access_profile_version.this.mode == "Audit" && gallery_invm_access_profile_version.this.default_access == "Deny"
    error_message = "The module must not enforce, and must not allow by default, unless told to."
  }
}

run "tells_who_may_do_what" {
  command = plan

  assert {
    condition     = output.grants == tolist(["web -> instance (app)", "web -> vault-token (app)"])
    error_message = "Somebody else has access: ${join(", ", output.grants)}"
  }

  assert {
    condition     = length([for one in output.findings : one if one.severity == "error"]) == 0
    error_message = "The rules of this test have mistakes."
  }
}

run "applies" {
  assert {
    condition     = output.profile_id == gallery_invm_access_profile.this.id && output.version_id == gallery_invm_access_profile_version.this.id
    error_message = "The ids are handed out as they are."
  }
}

run "holds_what_must_hold" {
  command = plan

  variables {
    must_allow = {
      web-reads-its-token = {
        url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net"
        user_name = "web"
        exe_path  = "/opt/web/bin/server"
      }
    }
    must_deny = {
      anybody-with-curl = {
        url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net"
        user_name = "web"
        exe_path  = "/usr/bin/curl"
      }
    }
  }
}

run "stops_when_somebody_would_lose_access" {
  command = plan

  variables {
    must_allow = {
      backup-reads-the-instance = { url = "/metadata/instance/compute", user_name = "backup", exe_path = "/opt/backup/bin/run" }
    }
  }

  expect_failures = [gallery_invm_access_profile_version.this]
}

run "stops_when_somebody_would_gain_access" {
  command = plan

  variables {
    must_deny = {
      web-reads-the-instance = { url = "/metadata/instance/compute", user_name = "web", exe_path = "/opt/web/bin/server" }
    }
  }

  expect_failures = [gallery_invm_access_profile_version.this]
}

# Otherwise a request that names its program by `exe_path` alone would pass every `must_deny`.
run "a_process_is_called_as_its_program" {
  command = plan

  variables {
    identities = {
      web = { user_name = "web", process_name = "server" }
    }
    must_allow = {
      by-its-path = { url = "/metadata/instance/compute", user_name = "web", exe_path = "/opt/web/bin/server" }
    }
    must_deny = {
      another = { url = "/metadata/instance/compute", user_name = "web", exe_path = "/opt/web/bin/other" }
    }
  }
}
