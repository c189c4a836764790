# For a pull request: terraform output -raw review | gh pr comment --body-file -
output "review" {
  value = provider::gallery::rules_markdown({
    mode           = "Enforce"
    default_access = "Deny"
    rules = {
      privileges = {
        attested = { path = "/metadata/attested" }
        instance = { path = "/metadata/instance" }
      }
      roles            = { reader = { privileges = ["instance"] } }
      identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
      role_assignments = { reader = { identities = ["web"] } }
    }
  })
}
