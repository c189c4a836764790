# With everything set. Give the next rules the next name: the old version is deleted after the new one is
# created.
resource "gallery_invm_access_profile_version" "complete" {
  profile_id     = gallery_invm_access_profile.web.id
  name           = "1.2.0"
  location       = "westeurope"
  default_access = "Deny"
  mode           = "Enforce"

  exclude_from_latest = false
  target_regions      = ["westeurope", "northeurope"]
  skip_destroy        = false # true keeps the version at Azure, to roll back to

  # Findings that this team wants to treat differently.
  lint = {
    L21 = "error" # default access Allow
    L32 = "error" # an identity that is only the name of a process
  }

  tags = {
    team = "platform-security"
  }

  rules {
    privileges = {
      instance = { path = "/metadata/instance/compute" }
      attested = { path = "/metadata/attested/document" }
    }
    roles            = { reader = { privileges = ["attested", "instance"] } }
    identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
    role_assignments = { reader = { identities = ["web"] } }
  }

  timeouts {
    create = "2h"
    delete = "45m"
  }

  lifecycle {
    # Terraform extends this to the profile, but two profiles cannot have the same name. Before a change that
    # replaces the profile (location, os_type), remove it for that apply, or give the profile another name.
    create_before_destroy = true
  }
}
