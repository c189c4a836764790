# What these rules decide, without Azure: `terraform test`.

mock_provider "gallery" {}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "an_ordinary_user_cannot_get_a_token" {
  command = plan

  assert {
    condition = provider::gallery::access_decision(local.learned.imds, {
      endpoint     = "IMDS"
      url          = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
      user_name    = "azureuser"
      user_groups  = ["azureuser", "sudo"]
      exe_path     = "/usr/bin/curl"
      process_name = "curl"
    }).decision == "Denied"
    error_message = "curl, run by an ordinary user, can reach the token endpoint."
  }
}

run "the_web_server_gets_its_token" {
  command = plan

  assert {
    condition = provider::gallery::access_decision(local.learned.imds, {
      endpoint     = "IMDS"
      url          = "/metadata/identity/oauth2/token?api-version=2021-12-13&resource=https%3A%2F%2Fvault.azure.net"
      user_name    = "web"
      exe_path     = "/opt/web/bin/server"
      process_name = "server"
    }).decision == "Allowed"
    error_message = "The web server lost its key vault token."
  }
}

run "the_guest_agent_reaches_its_goal_state" {
  command = plan

  assert {
    condition = provider::gallery::access_decision(local.learned.wireserver, {
      endpoint     = "WireServer"
      url          = "/machine/?comp=goalstate"
      user_name    = "root"
      exe_path     = "/usr/bin/python3.10"
      process_name = "python3.10"
      elevated     = true
    }).decision == "Allowed"
    error_message = "The guest agent cannot reach its goal state: the fleet would not provision."
  }

  assert {
    condition = provider::gallery::access_decision(local.learned.wireserver, {
      endpoint     = "HostGAPlugin"
      url          = "/vmSettings"
      user_name    = "root"
      exe_path     = "/usr/bin/python3.10"
      process_name = "python3.10"
      elevated     = true
    }).decision == "Allowed"
    error_message = "The guest agent cannot reach HostGAPlugin: extensions would break."
  }
}

run "every_wanted_request_of_the_log_is_allowed" {
  command = plan

  assert {
    condition     = alltrue([for one in local.learned.imds.left_out : one.reason == "it was recorded as not allowed"])
    error_message = "The learned rules leave something out: see the output left_out."
  }

  assert {
    condition     = length([for one in provider::gallery::rules_findings(local.learned.imds) : one if one.severity == "Error"]) == 0
    error_message = "The learned rules have mistakes."
  }
}
