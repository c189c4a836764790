# An exported allowlist, as a list for reviewers.
output "who_may_do_what" {
  value = provider::gallery::grants(jsondecode(<<-JSON
    {
      "properties": {
        "mode": "Enforce",
        "defaultAccess": "Deny",
        "rules": {
          "privileges": [{ "name": "instance", "path": "/metadata/instance" }],
          "roles": [{ "name": "reader", "privileges": ["instance"] }],
          "identities": [{ "name": "web", "userName": "web" }],
          "roleAssignments": [{ "role": "reader", "identities": ["web"] }]
        }
      }
    }
  JSON
  ))
}
