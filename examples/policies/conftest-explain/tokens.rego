# The same rule over what `explain --format json` says, which decides as the guest agent does:
#
#   terraform show -json planned | terraform-provider-gallery explain - --format json > explained.json
#   conftest test explained.json --policy conftest-explain
package main

import rego.v1

allowed := {"web"}

deny contains message if {
	some version in input.versions
	some thing in version.sensitive
	thing.what == "managed_identity_token"
	some one in thing.allowed

	# null is a process that has no identity.
	not one.identity in allowed
	message := sprintf("%s: %v may get a token", [version.title, one.identity])
}

deny contains message if {
	some version in input.versions
	some thing in version.sensitive
	thing.what == "managed_identity_token"
	thing.every_other_process != "denied"
	message := sprintf("%s: every other process: %s", [version.title, thing.every_other_process])
}

# What is not known, and what was left out of a large list, is no pass.
deny contains message if {
	some version in input.versions
	not version.known
	message := sprintf("%s: not everything is known: %v", [version.title, version.unknown])
}

deny contains message if {
	some version in input.versions
	not version.complete
	message := sprintf("%s: not everything was looked at", [version.title])
}

deny contains "not everything could be read" if count(input.not_read) > 0

deny contains "there is no version to look at" if count(input.versions) == 0

deny contains "there are more versions than are shown" if not input.complete
