locals {
  allowlist = {
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
  }
}

# For a README or a wiki: terraform output -raw diagram
output "diagram" {
  value = "```mermaid\n${provider::gallery::rules_diagram(local.allowlist, "mermaid")}```\n"
}
