# Nobody but `web` may get a managed-identity token. Over a plan:
#
#   terraform show -json planned > plan.json
#   conftest test plan.json --policy conftest
package main

import rego.v1

token := "/metadata/identity/oauth2/token"

allowed := {"web"}

versions contains version if {
	some version in input.resource_changes
	version.type == "gallery_invm_access_profile_version"
	version.change.after != null
}

# The guest agent compares without case, and by prefix: "/Metadata" reaches tokens, and so does a path below theirs.
reaches_tokens(privilege) if startswith(token, lower(privilege.path))

reaches_tokens(privilege) if startswith(lower(privilege.path), token)

deny contains message if {
	some version in versions
	rules := version.change.after.rules
	some role, assignment in rules.role_assignments
	some name in rules.roles[role].privileges
	reaches_tokens(rules.privileges[name])
	some identity in assignment.identities
	not identity in allowed
	message := sprintf("%s: %s may get a token, by %s through role %s", [version.address, identity, name, role])
}

# What is not known is no pass: names of identities, roles or privileges, and paths.
deny contains message if {
	some version in versions
	walk(version.change.after_unknown.rules, [path, true])
	message := sprintf("%s: rules.%s is known only after apply", [version.address, concat(".", [part | some step in path; part := sprintf("%v", [step])])])
}

deny contains message if {
	some version in versions
	version.change.after_unknown.rules == true
	message := sprintf("%s: the rules are known only after apply", [version.address])
}

# Without a mode that refuses, or with open doors, the roles say nothing.
deny contains message if {
	some version in versions
	object.get(version.change.after, "mode", "unknown") != "Enforce"
	message := sprintf("%s: the mode is not Enforce, so everybody gets a token", [version.address])
}

deny contains message if {
	some version in versions
	object.get(version.change.after, "default_access", "unknown") != "Deny"
	message := sprintf("%s: the default access is not Deny", [version.address])
}
