//! The functions about roles and conditions, called by the real CLI. They need no login and no network.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use crate::roles::value_of;

/// The documented condition language, and the conditions of shipped roles.
const CONDITIONS: &str = include_str!("../../../src/rbac/fixtures/conditions.json");
const SPELLINGS: &str = include_str!("../../../src/rbac/fixtures/spellings.json");

fn offline(s: &mut Scenario) {
    for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        s.terraform.unset(name);
    }
}

#[test]
fn conditions_have_the_same_meaning_as_in_azure() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        offline(s);
        let fixture: Value = serde_json::from_str(CONDITIONS).unwrap();
        let mut cases = Vec::new();
        for case in fixture["cases"].as_array().unwrap() {
            let text = case["condition"].as_str().unwrap();
            let name = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            let text = name.map_or(text, |name| fixture["conditions"][name].as_str().unwrap());
            let copies = usize::try_from(case["joined_with_or"].as_u64().unwrap_or(1)).unwrap();
            let text = vec![text; copies].join(" OR ");
            // A condition that uses its whole 8 KB has no canonical text that could be stored.
            let format = case["error"].is_null() && text.len() < 4096;
            cases.push(json!({"text": text, "context": case["context"], "holds": case["holds"],
                "error": case["error"], "format": format, "name": case["name"]}));
        }
        s.terraform.write("cases.json", &json!(cases).to_string()).unwrap();
        let results = value_of(
            s,
            "locals {\n  cases = jsondecode(file(\"cases.json\"))\n}\n",
            "[for case in local.cases : {
               parsed = provider::gallery::condition_parse(case.text)
               holds  = case.error != null ? null : provider::gallery::condition_evaluate(case.text, case.context)
               stable = !case.format ? true : provider::gallery::condition_format(provider::gallery::condition_format(case.text)) == provider::gallery::condition_format(case.text)
               kept   = !case.format ? case.holds : provider::gallery::condition_evaluate(provider::gallery::condition_format(case.text), case.context)
             }]",
        );
        assert!(cases.len() > 60);
        for (case, result) in cases.iter().zip(results.as_array().unwrap()) {
            let name = &case["name"];
            assert_eq!(result["parsed"]["valid"], case["error"].is_null(), "{name}");
            assert_eq!(result["parsed"]["error"]["kind"], case["error"], "{name}");
            assert_eq!(result["holds"], case["holds"], "{name}");
            assert_eq!(result["kept"], case["holds"], "{name}, in its canonical spelling");
            assert_eq!(result["stable"], true, "{name}");
        }
    });
}

#[test]
fn every_shipped_spelling_is_read() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        offline(s);
        s.terraform.write("spellings.json", SPELLINGS).unwrap();
        let result = value_of(
            s,
            "locals {\n  spellings = jsondecode(file(\"spellings.json\"))\n}\n",
            "[for text in local.spellings : provider::gallery::condition_parse(text)]",
        );
        for parsed in result.as_array().unwrap() {
            assert_eq!(parsed["valid"], true, "{parsed}");
        }
    });
}

#[test]
fn a_delegation_can_be_tested_in_a_configuration() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        offline(s);
        let result = value_of(
            s,
            "locals {
               delegation = provider::gallery::condition_for_roles([\"1c0163c0-47e6-4577-8991-ea5c82e286e4\", \"fb879df8-f326-4884-b1cf-06f3ad86be52\"])
             }\n",
            "{
               can_mint_it = provider::gallery::condition_evaluate(local.delegation, {
                 action  = \"Microsoft.Authorization/roleAssignments/write\"
                 request = { \"Microsoft.Authorization/roleAssignments:RoleDefinitionId\" = \"85a2d0d9-2eba-4c9c-b355-11c2cc0788ab\" }
               })
               unknown = provider::gallery::condition_evaluate(local.delegation)
               empty   = provider::gallery::condition_evaluate(local.delegation, {})
               stable  = provider::gallery::condition_format(local.delegation) == local.delegation
             }",
        );
        assert_eq!(result, json!({"can_mint_it": false, "unknown": null, "empty": null, "stable": true}));
    });
}

#[test]
fn a_role_that_does_not_suffice_stops_the_plan() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        offline(s);
        let config = |actions: &str| {
            format!(
                "locals {{
                   actions = {actions}
                   role    = provider::gallery::least_privilege_role([\"profiles\", \"versions\"], \"Publisher\", local.gallery_id)
                   missing = provider::gallery::role_missing([{{ actions = local.actions }}], local.role.permissions[0].actions)
                 }}
                 resource \"terraform_data\" \"pipeline\" {{
                   lifecycle {{
                     precondition {{
                       condition     = length(local.missing) == 0
                       error_message = \"Missing: ${{join(\", \", local.missing)}}\"
                     }}
                   }}
                 }}\n"
            )
        };
        let output = s.plan_fails(&config("[\"Microsoft.Compute/galleries/*/read\"]"));
        assert!(
            output.says("Missing: Microsoft.Compute/galleries/inVMAccessControlProfiles/delete"),
            "{output}"
        );
        s.plan(&config("local.role.permissions[0].actions"));
        s.plan(&config(
            "[\"Microsoft.Compute/galleries/*\", \"Microsoft.Compute/locations/capsOperations/read\"]",
        ));
    });
}

#[test]
fn an_error_points_to_its_argument() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        for (call, says) in [
            ("operation_matches(\"a/*\", \"a/*\")", "is a pattern, not an operation"),
            ("condition_evaluate(\"@Request[a] Equals 'x'\")", "is not an operator at offset 12"),
            ("role_permits({ action = [\"*\"] }, \"a/b\")", "the lists of a permission are plural"),
            ("role_permits({ actions = [\"*\"] }, \"a/b\", {}, {})", "Only one context can be given"),
            ("condition_evaluate(\"Exists @Request[a]\", { reqest = {} })", "reqest: not known"),
            ("condition_evaluate(\"@Request[a] StringEquals {'x'}\")", "needs a quantifier"),
            ("rules_findings({ foo = 1 })", "`foo` is not a known member"),
            ("grants({ mode = \"Audit\", rule = {} })", "did you mean `rules`?"),
            ("rules_from_audit_log(\"started\", { endpoint = \"IMDS\" })", "nothing in it was understood"),
            ("least_privilege_role([\"all\"], \"x\", \"/subscriptions/s\")", "`all` is not a feature"),
            ("condition_for_roles([\"Owner\"])", "neither the GUID nor the resource id"),
        ] {
            let output = s.plan_fails(&format!("output \"x\" {{\n  value = provider::gallery::{call}\n}}\n"));
            assert!(output.says("Invalid function argument") && output.says(says), "{output}");
        }
    });
}
