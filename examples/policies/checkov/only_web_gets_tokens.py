"""Nobody but `web` may get a managed-identity token. Over a plan:

    terraform show -json planned > plan.json
    checkov --file plan.json --framework terraform_plan --external-checks-dir checkov --check CKV_GALLERY_1 --skip-download
"""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

TOKEN = "/metadata/identity/oauth2/token"
ALLOWED = {"web"}
MARKS = {"__file__", "__startline__", "__endline__", "start_line", "end_line"}
LISTS = ("privileges", "roles", "identities", "role_assignments")


def one(value):
    """checkov puts every value of a plan into a list."""
    return value[0] if isinstance(value, list) and value else value


def entries(rules, name):
    """The entries of a map, without the marks that checkov leaves in it; None where it is not known."""
    found = one(rules.get(name))
    if not isinstance(found, dict):
        return None
    return {key: one(value) for key, value in found.items() if key not in MARKS}


def names(entry, name):
    """Names in an entry; None where they are not known."""
    found = one((entry or {}).get(name))
    return found if isinstance(found, list) else None


class OnlyWebGetsTokens(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="Only web may get a managed-identity token",
            id="CKV_GALLERY_1",
            categories=[CheckCategories.IAM],
            supported_resources=["gallery_invm_access_profile_version"],
        )

    def scan_resource_conf(self, conf):
        if one(conf.get("mode")) != "Enforce" or one(conf.get("default_access")) != "Deny":
            return CheckResult.FAILED
        rules = one(conf.get("rules"))
        # What is known only after apply is absent here, and no pass.
        if not isinstance(rules, dict) or any(entries(rules, name) is None for name in LISTS):
            return CheckResult.FAILED
        privileges, roles, _, assignments = (entries(rules, name) for name in LISTS)
        for role, assignment in assignments.items():
            identities = names(assignment, "identities")
            listed = names(roles.get(role), "privileges") if role in roles else []
            if identities is None or listed is None:
                return CheckResult.FAILED
            for name in listed:
                path = one((privileges.get(name) or {}).get("path"))
                if not isinstance(path, str):
                    return CheckResult.FAILED
                # The guest agent compares without case, and by prefix.
                path = path.lower()
                reaches = TOKEN.startswith(path) or path.startswith(TOKEN)
                if reaches and set(identities) - ALLOWED:
                    return CheckResult.FAILED
        return CheckResult.PASSED


check = OnlyWebGetsTokens()
