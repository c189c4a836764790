# The list, as the log showed it and the team agreed. Nothing is denied yet: what would be is in the log.
mode           = "Audit"
default_access = "Deny"

privileges = {
  instance    = { path = "/metadata/instance/compute" }
  vault-token = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
}

roles = {
  application = { privileges = ["instance", "vault-token"] }
  platform    = { privileges = ["instance"] }
}

identities = {
  cloud-init = { user_name = "root", exe_path = "/usr/bin/python3.10" }
  server     = { user_name = "pay", exe_path = "/opt/pay/bin/server" }
}

role_assignments = {
  application = { identities = ["server"] }
  platform    = { identities = ["cloud-init"] }
}
