# Requests that an attacker on the machine would try, decided as by the guest proxy agent: `terraform test`,
# without Azure. The requests are in decisions.tf.

mock_provider "gallery" {
  mock_resource "gallery_invm_access_profile" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-linux-imds"
    }
  }
}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "the_application_gets_its_token" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.application) : decision == "Allowed"])
    error_message = "The application would lose its secrets."
  }
}

run "the_machine_keeps_working" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.platform) : decision == "Allowed"])
    error_message = "The platform's own programs are cut off."
  }
}

run "nothing_but_its_token_for_the_application" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.other_paths) : decision == "Denied"])
    error_message = "A request forged through the web server reads the machine's data, or stops it."
  }
}

run "no_token_for_anything_else" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.other_tokens) : decision == "Denied"])
    error_message = "A request forged through the web server gets a token for Azure Resource Manager."
  }
}

run "no_token_for_other_programs" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.other_programs) : decision == "Denied"])
    error_message = "A program beside the application gets its token."
  }
}

run "no_way_round_the_query" {
  command = plan

  assert {
    condition     = alltrue([for decision in values(output.decisions.other_spellings) : decision == "Denied"])
    error_message = "Another spelling of the request opens the way."
  }
}

run "no_mistakes" {
  command = plan

  assert {
    condition     = length(output.mistakes) == 0
    error_message = "The rules have mistakes."
  }
}
