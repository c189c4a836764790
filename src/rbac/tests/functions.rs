//! The functions for callers without types.

use super::{catalogue_json, role_json};
use crate::rbac::functions::*;
use serde_json::{Value, json};

#[test]
fn operation_matches_refuses_a_pattern_as_operation() {
    assert_eq!(
        operation_matches("Microsoft.Compute/galleries/*", "microsoft.compute/Galleries/read"),
        Ok(true)
    );
    assert_eq!(operation_matches("a/*/read", "a/read"), Ok(false), "literally");
    let error = operation_matches("Microsoft.Compute/galleries/*", "*").unwrap_err();
    assert_eq!(error.argument, 1);
    assert!(error.to_string().contains("is a pattern"), "{error}");
}

#[test]
fn effective_operations_of_the_worked_role() {
    let names = effective_operations(&role_json("login_delegate"), &catalogue_json()).unwrap();
    assert_eq!(names.len(), 81);
    let names_only: Vec<Value> = names.iter().map(|name| json!(name)).collect();
    assert_eq!(effective_operations(&role_json("login_delegate"), &json!(names_only)).unwrap(), names);
    assert_eq!(effective_operations(&json!(null), &catalogue_json()).unwrap_err().argument, 0);
    assert_eq!(effective_operations(&role_json("owner"), &json!(true)).unwrap_err().argument, 1);
}

#[test]
fn role_permits_without_a_context_knows_nothing() {
    let role = role_json("login_delegate");
    let write = "Microsoft.Authorization/roleAssignments/write";
    for nothing in [json!(null), json!({}), json!({ "request": null })] {
        assert_eq!(role_permits(&role, write, &nothing), Ok(None), "{nothing}");
        assert_eq!(role_permits(&json!({ "actions": ["*"] }), write, &nothing), Ok(Some(true)), "{nothing}");
    }
    for carries_none in [json!({ "request": {} }), json!({ "action": write.to_lowercase(), "request": null })]
    {
        assert_eq!(role_permits(&role, write, &carries_none), Ok(Some(false)), "{carries_none}");
    }
    let other = role_permits(&role, write, &json!({ "action": "a/b" })).unwrap_err();
    assert_eq!(other.argument, 2);
    assert!(other.to_string().contains("`a/b`"));
    assert_eq!(role_permits(&role, "a/*", &json!({})).unwrap_err().argument, 1);
    let unknown_key = role_permits(&role, write, &json!({ "resources": {} })).unwrap_err();
    assert!(unknown_key.to_string().contains("context.resources"), "{unknown_key}");
}

#[test]
fn role_missing_is_empty_when_the_role_suffices() {
    let need = least_privilege_role(&["profiles", "versions"], "x", "/subscriptions/s").unwrap();
    let need = &need.permissions[0].actions;
    assert_eq!(role_missing(&json!([{ "actions": need }]), need), Ok(vec![]));
    assert_eq!(role_missing(&role_json("artifacts_publisher"), need), Ok(vec![]));
    assert_eq!(role_missing(&json!([{ "actions": need[1..] }]), need), Ok(vec![need[0].clone()]));
    let conditional = json!([{ "actions": ["*"], "condition": "Exists @Resource[a]" }]);
    assert_eq!(role_missing(&conditional, need).unwrap().len(), need.len());
    assert_eq!(role_missing(&conditional, &["a/*"]).unwrap_err().argument, 1);
}

#[test]
fn role_diff_accepts_whole_roles() {
    let diff = role_diff(&role_json("owner"), &role_json("contributor"), &catalogue_json()).unwrap();
    assert_eq!(diff.added, [""; 0]);
    assert!(diff.removed.contains(&"Microsoft.Authorization/roleAssignments/write".to_owned()));
    assert!(diff.removed.contains(&"Microsoft.Compute/galleries/share/action".to_owned()));
    assert!(!diff.removed.iter().any(|name| name.contains("inVMAccessControlProfiles")));
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["condition_changed"], false);
}

#[test]
fn condition_evaluate_has_three_answers_and_an_error() {
    let text = "@Resource[a] StringNotEquals 'x'";
    assert_eq!(condition_evaluate(text, &json!({ "resource": { "a": "y" } })), Ok(Some(true)));
    assert_eq!(condition_evaluate(text, &json!({ "resource": { "a": "x" } })), Ok(Some(false)));
    assert_eq!(condition_evaluate(text, &json!({})), Ok(None));
    assert_eq!(condition_evaluate("x", &json!({})).unwrap_err().argument, 0);
    assert_eq!(condition_evaluate(text, &json!([])).unwrap_err().argument, 1);
    let nested = condition_evaluate(text, &json!({ "resource": { "a": [["x"]] } })).unwrap_err();
    assert!(nested.to_string().contains("context.resource[a]"), "{nested}");
}

#[test]
fn condition_parse_returns_the_content_or_the_error() {
    let shipped = &role_json("login_delegate")["properties"]["permissions"][0]["Condition"];
    let parsed = condition_parse(shipped.as_str().unwrap());
    assert!(parsed.valid && parsed.error.is_none() && parsed.diagnostics.is_empty());
    assert_eq!((parsed.guards.len(), parsed.attributes.len(), parsed.guids.len()), (2, 2, 2));

    let parsed = condition_parse("(Exists @Resource[a]");
    assert!(!parsed.valid);
    assert_eq!(
        serde_json::to_value(&parsed).unwrap()["error"],
        json!({ "kind": "syntax", "offset": 20, "expected": ["AND", "OR", "`)`"],
                "message": "expected AND, OR or `)`, found the end" })
    );
    let parsed = condition_parse("Exists @Resource[a] OR Exists @Resource[b] AND Exists @Resource[c]");
    assert_eq!((parsed.diagnostics[0].id.as_str(), parsed.diagnostics[0].offset), ("mixed_and_or", 43));
}

#[test]
fn condition_format_is_stable_and_honest_about_limits() {
    let canonical = condition_format(
        "not(exists @resource[a]&&@Request[g] FORANYOFANYVALUES:guidequals{FB879DF8F3264884B1CF06F3AD86BE52})",
    )
    .unwrap();
    assert_eq!(
        canonical,
        "!((Exists @Resource[a]) AND (@Request[g] ForAnyOfAnyValues:GuidEquals{fb879df8-f326-4884-b1cf-06f3ad86be52}))"
    );
    assert_eq!(condition_format(&canonical).unwrap(), canonical);
    let long = vec!["Exists @Resource[a]"; 356].join(" OR ");
    assert!(condition_format(&long).unwrap_err().to_string().contains("cannot be stored"));
}

#[test]
fn condition_for_roles_refuses_other_ids() {
    let none: [&str; 0] = [];
    assert!(condition_for_roles(&none).is_err());
    assert!(condition_for_roles(&["Owner"]).unwrap_err().to_string().contains("`Owner`"));
    let assignment =
        "/providers/Microsoft.Authorization/roleAssignments/1c0163c0-47e6-4577-8991-ea5c82e286e4";
    assert!(condition_for_roles(&[assignment]).is_err(), "an assignment is not a role");
    let many: Vec<String> = (0..110).map(|n| format!("00000000-0000-0000-0000-{n:012}")).collect();
    assert!(condition_for_roles(&many).unwrap_err().to_string().contains("8192"));
    let text = condition_for_roles(&many[..90]).unwrap();
    assert!(condition_parse(&text).diagnostics.is_empty());
    assert_eq!(condition_format(&text).unwrap(), text);
}

#[test]
fn least_privilege_role_points_at_the_wrong_argument() {
    let scope = "/subscriptions/s";
    assert_eq!(least_privilege_role(&["everything"], "x", scope).unwrap_err().argument, 0);
    assert_eq!(least_privilege_role(&["read"], "", scope).unwrap_err().argument, 1);
    assert_eq!(least_privilege_role(&["read"], "x", "/").unwrap_err().argument, 2);
}
