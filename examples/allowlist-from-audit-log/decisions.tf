# The decisions of the learned rules, computed as by the guest proxy agent: `terraform test` compares them
# with the expected ones.

locals {
  token = "/metadata/identity/oauth2/token"
  agent = { user_name = "root", exe_path = "/usr/bin/python3.10", process_name = "python3.10", elevated = true }

  decisions = {
    ordinary_user = provider::gallery::access_decision(local.learned.imds, {
      endpoint     = "IMDS"
      url          = "${local.token}?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
      user_name    = "azureuser"
      user_groups  = ["azureuser", "sudo"]
      exe_path     = "/usr/bin/curl"
      process_name = "curl"
    })
    web_server = provider::gallery::access_decision(local.learned.imds, {
      endpoint     = "IMDS"
      url          = "${local.token}?api-version=2021-12-13&resource=https%3A%2F%2Fvault.azure.net"
      user_name    = "web"
      exe_path     = "/opt/web/bin/server"
      process_name = "server"
    })
    goal_state = provider::gallery::access_decision(
      local.learned.wireserver,
      merge(local.agent, { endpoint = "WireServer", url = "/machine/?comp=goalstate" }),
    )
    vm_settings = provider::gallery::access_decision(
      local.learned.wireserver,
      merge(local.agent, { endpoint = "HostGAPlugin", url = "/vmSettings" }),
    )
  }
}

output "decisions" {
  description = "What the guest proxy agent decides over the requests above."
  value       = { for name, one in local.decisions : name => one.decision }
}

output "mistakes" {
  description = "Errors in the learned rules; empty."
  value       = [for one in provider::gallery::rules_findings(local.learned.imds) : one if one.severity == "error"]
}
