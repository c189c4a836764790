locals {
  rules = {
    mode           = "Enforce"
    default_access = "Deny"
    rules = {
      privileges       = { instance = { path = "/metadata/instance" } }
      roles            = { reader = { privileges = ["instance"] } }
      identities       = { web = { user_name = "web" } }
      role_assignments = { reader = { identities = ["web"] } }
    }
  }

  decision = provider::gallery::access_decision(local.rules, {
    endpoint  = "IMDS"
    url       = "/metadata/instance/compute?api-version=2021-02-01"
    user_name = "web"
    exe_path  = "/opt/web/bin/server"
  })
}

# A test to keep with the rules: the web server reaches what it needs.
check "web_reads_instance_metadata" {
  assert {
    condition     = local.decision.decision == "Allowed"
    error_message = "The web server would be refused: ${local.decision.reason}."
  }
}
