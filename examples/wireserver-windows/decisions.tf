# The decisions of the rules, computed as by the guest proxy agent. A plan shows each decision that a change
# of the rules reverses, and `terraform test` compares them with the expected ones.

locals {
  enforced = { mode = "Enforce", default_access = "Deny", rules = local.rules }
  instance = "/machine/6f1c7a5e-2a41-4c0e-9e55-0d3a2f8d1b11/d1f9c7d4.%5Fweb0"

  requests = {
    guest_agent = {
      for name, request in {
        versions        = { endpoint = "WireServer", url = "/?comp=versions" }
        goal_state      = { endpoint = "WireServer", url = "/machine/?comp=goalstate" }
        goal_state_bare = { endpoint = "WireServer", url = "/machine?comp=goalstate" }
        hosting         = { endpoint = "WireServer", url = "${local.instance}?comp=config&type=hostingEnvironmentConfig&incarnation=2" }
        certificates    = { endpoint = "WireServer", url = "${local.instance}?comp=certificates&incarnation=2" }
        health          = { endpoint = "WireServer", url = "/machine?comp=health", method = "POST" }
        settings        = { endpoint = "HostGAPlugin", url = "/vmSettings" }
        artifact        = { endpoint = "HostGAPlugin", url = "/extensionArtifact" }
        status          = { endpoint = "HostGAPlugin", url = "/status", method = "PUT" }
        } : name => merge(request, {
          user_name    = "SYSTEM"
          exe_path     = "C:\\WindowsAzure\\GuestAgent_2.7.41491.1071_2023-03-02_185502\\WindowsAzureGuestAgent.exe"
          process_name = "WindowsAzureGuestAgent.exe"
      })
    }

    provisioning = {
      for name, request in {
        versions   = { url = "/?comp=versions" }
        goal_state = { url = "/machine/?comp=goalstate" }
        health     = { url = "/machine?comp=health", method = "POST" }
        } : name => merge(request, {
          endpoint     = "WireServer"
          user_name    = "SYSTEM"
          exe_path     = "C:\\Windows\\System32\\cscript.exe"
          process_name = "cscript.exe"
      })
    }

    # Requests that only the guest agent may make, made by others.
    certificates = {
      for name, program in {
        curl        = { user_name = "Administrator", exe_path = "C:\\Windows\\System32\\curl.exe", process_name = "curl.exe" }
        namesake    = { user_name = "Administrator", exe_path = "C:\\Temp\\WindowsAzureGuestAgent.exe", process_name = "WindowsAzureGuestAgent.exe" }
        cscript     = { user_name = "SYSTEM", exe_path = "C:\\Windows\\System32\\cscript.exe", process_name = "cscript.exe" }
        run_command = { user_name = "SYSTEM", exe_path = "C:\\Packages\\Plugins\\run\\ImmediateRunCommandService.exe", process_name = "ImmediateRunCommandService.exe" }
      } : name => merge(program, { endpoint = "WireServer", url = "${local.instance}?comp=certificates" })
    }
  }
}

output "decisions" {
  description = "What the guest proxy agent decides over the requests above. Only administrators get through to it at all."
  value = {
    for group, requests in local.requests : group => {
      for name, request in requests : name => provider::gallery::access_decision(
        local.enforced,
        merge(request, { os_type = "Windows", elevated = true }),
      ).decision
    }
  }
}

output "mistakes" {
  description = "Errors in the rules; empty."
  value       = [for one in provider::gallery::rules_findings(local.enforced) : one if one.severity == "error"]
}
