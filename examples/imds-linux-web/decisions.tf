# The decisions of the rules, computed as by the guest proxy agent. A plan shows each decision that a change
# of the rules reverses, and `terraform test` compares them with the expected ones.

locals {
  enforced = { mode = "Enforce", default_access = "Deny", rules = local.rules }
  token    = "/metadata/identity/oauth2/token"
  web      = { user_name = "web", exe_path = "/opt/web/bin/server" }
  root     = { user_name = "root" }
  python   = merge(local.root, { exe_path = "/usr/bin/python3.10" })
  ama      = "/opt/microsoft/azuremonitoragent/bin"

  requests = {
    application = {
      token = merge(local.web, { url = "${local.token}?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net" })
    }

    # Requests of cloud-init, the Linux guest agent and the Azure Monitor agent.
    platform = {
      instance         = merge(local.python, { url = "/metadata/instance?api-version=2021-08-01&extended=true" })
      compute          = merge(local.python, { url = "/metadata/instance/compute?api-version=2018-02-01" })
      reprovision      = merge(local.python, { url = "/metadata/reprovisiondata?api-version=2019-06-01" })
      scheduled_events = merge(local.python, { url = "/metadata/scheduledevents?api-version=2020-07-01" })
      ama_core         = merge(local.root, { exe_path = "${local.ama}/amacoreagent", url = "/metadata/instance/compute?api-version=2021-02-01" })
      ama_mdsd         = merge(local.root, { exe_path = "${local.ama}/mdsd", url = "${local.token}?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com%2F" })
    }

    # Requests that an attacker forges through the web server.
    other_paths = {
      user_data        = merge(local.web, { url = "/metadata/instance/compute/userData?api-version=2021-01-01&format=text" })
      instance         = merge(local.web, { url = "/metadata/instance?api-version=2021-08-01" })
      scheduled_events = merge(local.web, { url = "/metadata/scheduledevents?api-version=2020-07-01" })
      attested         = merge(local.web, { url = "/metadata/attested/document?api-version=2020-09-01" })
    }
    other_tokens = {
      resource_manager = merge(local.web, { url = "${local.token}?api-version=2018-02-01&resource=https://management.azure.com/" })
    }

    # The application's own request, made by another caller.
    other_programs = {
      for name, program in {
        curl      = { user_name = "web", exe_path = "/usr/bin/curl" }
        bash      = { user_name = "web", exe_path = "/usr/bin/bash" }
        python    = local.python
        azureuser = { user_name = "azureuser", exe_path = "/opt/web/bin/server" }
      } : name => merge(program, { url = "${local.token}?api-version=2018-02-01&resource=https://vault.azure.net" })
    }

    # The agent uses the first of two equal parameters, and applies the default access if nothing matches.
    other_spellings = {
      twice        = merge(local.web, { url = "${local.token}?resource=https://management.azure.com/&resource=https://vault.azure.net" })
      no_parameter = merge(local.web, { url = "${local.token}?api-version=2018-02-01" })
      dot          = merge(local.web, { url = "/metadata/./identity/oauth2/token?resource=https://management.azure.com/" })
      capitals     = merge(local.web, { url = "/METADATA/Identity/oauth2/token?resource=https://management.azure.com/" })
    }
  }
}

output "decisions" {
  description = "What the guest proxy agent decides over the requests above."
  value = {
    for group, requests in local.requests : group => {
      for name, request in requests : name => provider::gallery::access_decision(local.enforced, merge(request, { endpoint = "IMDS" })).decision
    }
  }
}

output "mistakes" {
  description = "Errors in the rules; empty."
  value       = [for one in provider::gallery::rules_findings(local.enforced) : one if one.severity == "error"]
}
