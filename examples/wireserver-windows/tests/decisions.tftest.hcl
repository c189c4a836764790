# What the rules decide, as the guest proxy agent does: `terraform test`, without Azure.

mock_provider "gallery" {}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "the_guest_agent_works" {
  command = plan

  assert {
    condition = alltrue([for request in [
      { endpoint = "WireServer", url = "/?comp=versions" },
      { endpoint = "WireServer", url = "/machine/?comp=goalstate" },
      { endpoint = "WireServer", url = "/machine?comp=goalstate" },
      { endpoint = "WireServer", url = "/machine/6f1c7a5e-2a41-4c0e-9e55-0d3a2f8d1b11/d1f9c7d4.%5Fweb0?comp=config&type=hostingEnvironmentConfig&incarnation=2" },
      { endpoint = "WireServer", url = "/machine/6f1c7a5e-2a41-4c0e-9e55-0d3a2f8d1b11/d1f9c7d4.%5Fweb0?comp=certificates&incarnation=2" },
      { endpoint = "WireServer", url = "/machine?comp=health", method = "POST" },
      { endpoint = "HostGAPlugin", url = "/vmSettings" },
      { endpoint = "HostGAPlugin", url = "/extensionArtifact" },
      { endpoint = "HostGAPlugin", url = "/status", method = "PUT" },
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, merge(request, {
        os_type      = "Windows"
        user_name    = "SYSTEM"
        exe_path     = "C:\\WindowsAzure\\GuestAgent_2.7.41491.1071_2023-03-02_185502\\WindowsAzureGuestAgent.exe"
        process_name = "WindowsAzureGuestAgent.exe"
        elevated     = true
      })).decision == "Allowed"
    ])
    error_message = "The guest agent is cut off from what it needs."
  }
}

run "a_new_machine_comes_up" {
  command = plan

  assert {
    condition = alltrue([for request in [
      { url = "/?comp=versions" },
      { url = "/machine/?comp=goalstate" },
      { url = "/machine?comp=health", method = "POST" },
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, merge(request, {
        endpoint     = "WireServer"
        os_type      = "Windows"
        user_name    = "SYSTEM"
        exe_path     = "C:\\Windows\\System32\\cscript.exe"
        process_name = "cscript.exe"
        elevated     = true
      })).decision == "Allowed"
    ])
    error_message = "The provisioning agent cannot report, and the deployment of the machine fails."
  }
}

run "an_administrator_gets_no_certificates" {
  command = plan

  assert {
    condition = alltrue([for program in [
      { user_name = "Administrator", exe_path = "C:\\Windows\\System32\\curl.exe", process_name = "curl.exe" },
      { user_name = "Administrator", exe_path = "C:\\Temp\\WindowsAzureGuestAgent.exe", process_name = "WindowsAzureGuestAgent.exe" },
      { user_name = "SYSTEM", exe_path = "C:\\Windows\\System32\\cscript.exe", process_name = "cscript.exe" },
      { user_name = "SYSTEM", exe_path = "C:\\Packages\\Plugins\\run\\ImmediateRunCommandService.exe", process_name = "ImmediateRunCommandService.exe" },
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, merge(program, {
        endpoint = "WireServer"
        os_type  = "Windows"
        url      = "/machine/6f1c7a5e-2a41-4c0e-9e55-0d3a2f8d1b11/d1f9c7d4.%5Fweb0?comp=certificates"
        elevated = true
      })).decision == "Denied"
    ])
    error_message = "Somebody besides the guest agent reads the certificates."
  }
}

run "no_mistakes" {
  command = plan

  assert {
    condition = length([
      for one in provider::gallery::rules_findings({ mode = "Enforce", default_access = "Deny", rules = local.rules }) : one
      if one.severity == "error"
    ]) == 0
    error_message = "The rules have mistakes."
  }
}
