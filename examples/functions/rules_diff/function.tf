locals {
  today = {
    mode           = "Enforce"
    default_access = "Deny"
    rules = {
      privileges       = { instance = { path = "/metadata/instance" } }
      roles            = { reader = { privileges = ["instance"] } }
      identities       = { backup = { user_name = "backup" }, web = { user_name = "web" } }
      role_assignments = { reader = { identities = ["backup", "web"] } }
    }
  }

  # The rules without the backup program.
  tomorrow = merge(local.today, {
    rules = merge(local.today.rules, {
      identities       = { web = { user_name = "web" } }
      role_assignments = { reader = { identities = ["web"] } }
    })
  })
}

output "lost" {
  value = provider::gallery::rules_diff(local.today, local.tomorrow).lost
}
