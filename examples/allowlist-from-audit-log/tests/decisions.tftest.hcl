# Tests the decisions of these rules without Azure: `terraform test`. The requests are in decisions.tf.

mock_provider "gallery" {
  mock_resource "gallery_invm_access_profile" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds"
    }
  }
}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "an_ordinary_user_cannot_get_a_token" {
  command = plan

  assert {
    condition     = output.decisions.ordinary_user == "Denied"
    error_message = "curl, run by an ordinary user, can reach the token endpoint."
  }
}

run "the_web_server_gets_its_token" {
  command = plan

  assert {
    condition     = output.decisions.web_server == "Allowed"
    error_message = "The web server lost its key vault token."
  }
}

run "the_guest_agent_reaches_its_goal_state" {
  command = plan

  assert {
    condition     = output.decisions.goal_state == "Allowed" && output.decisions.vm_settings == "Allowed"
    error_message = "The guest agent cannot reach its goal state or HostGAPlugin: the fleet would not provision."
  }
}

run "every_wanted_request_of_the_log_is_allowed" {
  command = plan

  assert {
    condition     = alltrue([for one in output.left_out.imds : one.reason == "it was recorded as not allowed"])
    error_message = "The learned rules leave something out: see the output left_out."
  }
}

run "no_mistakes" {
  command = plan

  assert {
    condition     = length(output.mistakes) == 0
    error_message = "The learned rules have mistakes."
  }
}
