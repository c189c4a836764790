# Tests the decisions of the rules, computed as by the guest proxy agent: `terraform test`, without Azure. The
# requests are in decisions.tf.

mock_provider "gallery" {
  mock_resource "gallery_invm_access_profile" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/windows-wireserver"
    }
  }
}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "the_guest_agent_works" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.guest_agent) : decision == "Allowed"])
    error_message = "The guest agent is cut off from what it needs."
  }
}

run "a_new_machine_comes_up" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.provisioning) : decision == "Allowed"])
    error_message = "The provisioning agent cannot report, and the deployment of the machine fails."
  }
}

run "an_administrator_gets_no_certificates" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.certificates) : decision == "Denied"])
    error_message = "Somebody besides the guest agent reads the certificates."
  }
}

run "no_mistakes" {
  command = plan

  assert {
    condition     = length(output.mistakes) == 0
    error_message = "The rules have mistakes."
  }
}
