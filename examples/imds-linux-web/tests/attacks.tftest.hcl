# What an attacker on the machine would try, decided as the guest proxy agent decides: `terraform test`, without Azure.

mock_provider "gallery" {}

variables {
  gallery_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

run "the_application_gets_its_token" {
  command = plan

  assert {
    condition = provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, {
      endpoint  = "IMDS"
      url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
      user_name = "web"
      exe_path  = "/opt/web/bin/server"
    }).decision == "Allowed"
    error_message = "The application would lose its secrets."
  }
}

run "the_machine_keeps_working" {
  command = plan

  # What cloud-init, the Linux guest agent and the Azure Monitor agent ask for.
  assert {
    condition = alltrue([for request in [
      { exe_path = "/usr/bin/python3.10", url = "/metadata/instance?api-version=2021-08-01&extended=true" },
      { exe_path = "/usr/bin/python3.10", url = "/metadata/instance/compute?api-version=2018-02-01" },
      { exe_path = "/usr/bin/python3.10", url = "/metadata/reprovisiondata?api-version=2019-06-01" },
      { exe_path = "/usr/bin/python3.10", url = "/metadata/scheduledevents?api-version=2020-07-01" },
      { exe_path = "/opt/microsoft/azuremonitoragent/bin/amacoreagent", url = "/metadata/instance/compute?api-version=2021-02-01" },
      { exe_path = "/opt/microsoft/azuremonitoragent/bin/mdsd", url = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com%2F" },
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, merge(request, {
        endpoint  = "IMDS"
        user_name = "root"
      })).decision == "Allowed"
    ])
    error_message = "The platform's own programs are cut off."
  }
}

run "nothing_but_its_token_for_the_application" {
  command = plan

  assert {
    condition = alltrue([for url in [
      "/metadata/instance/compute/userData?api-version=2021-01-01&format=text",
      "/metadata/instance?api-version=2021-08-01",
      "/metadata/scheduledevents?api-version=2020-07-01",
      "/metadata/attested/document?api-version=2020-09-01",
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, {
        endpoint                                    = "IMDS"
        url                                         = url
        user_name                                   = "web"
        exe_path                                    = "/opt/web/bin/server"
      }).decision == "Denied"
    ])
    error_message = "A request forged through the web server reads the machine's data, or stops it."
  }
}

run "no_token_for_anything_else" {
  command = plan

  assert {
    condition = provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, {
      endpoint  = "IMDS"
      url       = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/"
      user_name = "web"
      exe_path  = "/opt/web/bin/server"
    }).decision == "Denied"
    error_message = "A request forged through the web server gets a token for Azure Resource Manager."
  }
}

run "no_token_for_other_programs" {
  command = plan

  assert {
    condition = alltrue([for program in [
      { user_name = "web", exe_path = "/usr/bin/curl" },
      { user_name = "web", exe_path = "/usr/bin/bash" },
      { user_name = "root", exe_path = "/usr/bin/python3.10" },
      { user_name = "azureuser", exe_path = "/opt/web/bin/server" },
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, merge(program, {
        endpoint = "IMDS"
        url      = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net"
      })).decision == "Denied"
    ])
    error_message = "A program beside the application gets its token."
  }
}

run "no_way_round_the_query" {
  command = plan

  # The agent looks at the first of two equal parameters, and falls to the default access where it matches nothing.
  assert {
    condition = alltrue([for url in [
      "/metadata/identity/oauth2/token?resource=https://management.azure.com/&resource=https://vault.azure.net",
      "/metadata/identity/oauth2/token?api-version=2018-02-01",
      "/metadata/./identity/oauth2/token?resource=https://management.azure.com/",
      "/METADATA/Identity/oauth2/token?resource=https://management.azure.com/",
      ] : provider::gallery::access_decision({ mode = "Enforce", default_access = "Deny", rules = local.rules }, {
        endpoint                                    = "IMDS"
        url                                         = url
        user_name                                   = "web"
        exe_path                                    = "/opt/web/bin/server"
      }).decision == "Denied"
    ])
    error_message = "Another spelling of the request opens the way."
  }
}

run "no_mistakes" {
  command = plan

  assert {
    condition     = length([for one in provider::gallery::rules_findings({ mode = "Enforce", default_access = "Deny", rules = local.rules }) : one if one.severity == "error"]) == 0
    error_message = "The rules have mistakes."
  }
}
