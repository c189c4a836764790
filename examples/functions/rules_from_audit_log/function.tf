locals {
  # Usually file("ProxyAgent.Connection.log"), which an agent writes if `logFolder` is set; here one line of
  # it.
  log = <<-JSON
    {"id":1,"method":"GET","url":"/metadata/instance?api-version=2021-02-01","clientIp":"127.0.0.1","clientPort":40722,"ip":"169.254.169.254","port":80,"userId":1000,"userName":"web","userGroups":["web"],"processFullPath":"/opt/web/bin/server","processCmdLine":"server","runAsElevated":false,"responseStatus":"200 OK","elapsedTime":12,"errorDetails":""}
  JSON

  learned = provider::gallery::rules_from_audit_log(local.log, { endpoint = "IMDS" })
}

output "rules" {
  value = local.learned.rules
}

# Check these before you use the rules.
output "review" {
  value = {
    complete = local.learned.complete
    left_out = local.learned.left_out
    wider    = local.learned.wider
  }
}
