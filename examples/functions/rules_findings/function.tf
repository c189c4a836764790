locals {
  findings = provider::gallery::rules_findings({
    mode           = "Enforce"
    default_access = "Allow"
    rules = {
      privileges       = { everything = { path = "/metadata" } }
      roles            = { reader = { privileges = ["everything"] } }
      identities       = { anyone = { process_name = "curl" } }
      role_assignments = { reader = { identities = ["anyone"] } }
    }
  })
}

output "findings" {
  value = [for finding in local.findings : "${finding.id} ${finding.severity}: ${finding.subject} ${finding.message}"]
}
