resource "gallery_invm_access_profile" "web" {
  gallery_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
  name                     = "web-imds"
  location                 = "westeurope"
  applicable_host_endpoint = "IMDS"
  os_type                  = "Linux"
}

resource "gallery_invm_access_profile_version" "web" {
  profile_id     = gallery_invm_access_profile.web.id
  default_access = "Deny"
  mode           = "Audit"

  rules {
    privileges = {
      instance = {
        path = "/metadata/instance/compute"
      }
      scheduled-events = {
        path = "/metadata/scheduledevents"
      }
      vault-token = {
        path             = "/metadata/identity/oauth2/token"
        query_parameters = { resource = "https://vault.azure.net" }
      }
    }

    roles = {
      application = { privileges = ["instance", "vault-token"] }
      platform    = { privileges = ["instance", "scheduled-events"] }
    }

    identities = {
      agent = { user_name = "root", exe_path = "/usr/sbin/maintenance-agent" }
      web   = { user_name = "web", exe_path = "/opt/web/bin/server" }
    }

    role_assignments = {
      application = { identities = ["web"] }
      platform    = { identities = ["agent"] }
    }
  }
}

# Virtual machines refer to this id.
output "web_profile_version_id" {
  value = gallery_invm_access_profile_version.web.id
}
