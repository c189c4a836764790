//! The functions about roles, called as Terraform calls them, with typed values and results.

use serde_json::json;

use super::json::{from_value, to_dynamic};
use crate::plugin::value::Number;
use crate::plugin::{FunctionError, Value};

const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";
const ROLE: &str = "Microsoft.Authorization/roleAssignments:RoleDefinitionId";
const GALLERIES: &str = "Microsoft.Compute/galleries/*";

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    let all = super::all();
    let function = all.iter().find(|function| function.name() == name).unwrap();
    let signature = function.signature();
    assert!(signature.parameters.len() <= arguments.len());
    assert!(signature.variadic.is_some() || signature.parameters.len() == arguments.len());
    function.call(arguments)
}

/// The permissions of a role that may assign one other role, as this provider's data source returns them.
fn delegate() -> Value {
    let condition =
        call("condition_for_roles", vec![texts(&["1c0163c0-47e6-4577-8991-ea5c82e286e4"])]).unwrap();
    Value::List(vec![Value::object([
        ("actions", texts(&[WRITE, "Microsoft.Support/*"])),
        ("not_actions", Value::List(vec![])),
        ("condition", condition),
        ("condition_version", "2.0".into()),
    ])])
}

fn texts(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| (*name).into()).collect())
}

#[test]
fn an_undecidable_result_is_null() {
    let permits = |context| call("role_permits", vec![delegate(), WRITE.into(), context]).unwrap();
    let of = |role: &str| to_dynamic(&json!({ "request": { ROLE: role } }));
    assert_eq!(permits(of("1C0163C047E645778991EA5C82E286E4")), Value::Bool(true));
    assert_eq!(permits(of("b24988ac-6180-42a0-ab88-20f7382dd24c")), Value::Bool(false));
    // An omitted context, an empty one and null, which only Terraform passes on, mean the same.
    let empty = || to_dynamic(&json!({}));
    assert_eq!(permits(Value::Null), Value::Null);
    assert_eq!(permits(empty()), Value::Null);
    assert_eq!(permits(to_dynamic(&json!({ "request": null }))), Value::Null);
    assert_eq!(permits(to_dynamic(&json!({ "action": WRITE }))), Value::Bool(false));
    assert_eq!(call("role_permits", vec![delegate(), WRITE.into()]), Ok(Value::Null));
    for condition in ["@Resource[a] StringNotEquals 'x'", "@Resource[a] StringEquals 'x'"] {
        for context in [vec![], vec![empty()], vec![Value::Null]] {
            let arguments = std::iter::once(condition.into()).chain(context).collect();
            assert_eq!(call("condition_evaluate", arguments), Ok(Value::Null));
        }
    }
}

#[test]
fn a_role_is_read_in_every_shape() {
    let arm = json!({ "properties": { "permissions": [{ "actions": [GALLERIES], "NotActions": null }] } });
    let azurerm = Value::List(vec![Value::object([("actions", Value::Set(vec![GALLERIES.into()]))])]);
    for permissions in [to_dynamic(&arm), azurerm, arm.to_string().into()] {
        let needed = texts(&["Microsoft.Compute/galleries/read", WRITE]);
        assert_eq!(call("role_missing", vec![permissions, needed]), Ok(texts(&[WRITE])));
    }
}

#[test]
fn patterns_are_expanded_against_any_catalogue() {
    let names = ["Microsoft.Compute/galleries/read", "Microsoft.Support/register/action", WRITE];
    let operations = names.map(|name| json!({ "name": name, "is_data_action": false }));
    for catalogue in [texts(&names), to_dynamic(&json!({ "operations": operations, "names": names }))] {
        let found = call("effective_operations", vec![delegate(), catalogue.clone()]);
        assert_eq!(found, Ok(texts(&[WRITE, "Microsoft.Support/register/action"])));
        let wider = to_dynamic(&json!([{ "actions": ["*"] }]));
        let diff = from_value(&call("role_diff", vec![delegate(), wider, catalogue]).unwrap());
        assert_eq!(
            diff,
            json!({ "added": ["Microsoft.Compute/galleries/read"], "removed": [], "condition_changed": true })
        );
    }
}

#[test]
fn errors_are_about_their_argument() {
    let at = |name: &str, arguments| {
        let error = call(name, arguments).unwrap_err();
        assert!(error.text.ends_with('.') && !error.text.starts_with(char::is_lowercase), "{}", error.text);
        error.argument
    };
    let empty = || to_dynamic(&json!({}));
    assert_eq!(at("operation_matches", vec!["*".into(), GALLERIES.into()]), Some(1));
    assert_eq!(at("effective_operations", vec![empty(), texts(&[])]), Some(0));
    assert_eq!(at("effective_operations", vec![delegate(), empty()]), Some(1));
    assert_eq!(at("effective_operations", vec![delegate(), "a/b".into()]), Some(1));
    assert_eq!(at("role_permits", vec![delegate(), WRITE.into(), texts(&["x"])]), Some(2));
    assert_eq!(at("role_permits", vec![delegate(), WRITE.into(), empty(), empty()]), Some(3));
    assert_eq!(at("condition_evaluate", vec!["Exists @Request[a]".into(), empty(), empty()]), Some(2));
    assert_eq!(
        at("condition_evaluate", vec!["Exists @Request[a]".into(), to_dynamic(&json!({ "reqest": null }))]),
        Some(1)
    );
    assert_eq!(at("role_missing", vec![delegate(), Value::List(vec![Value::Null])]), Some(1));
    assert_eq!(at("role_diff", vec![delegate(), empty(), texts(&[])]), Some(1));
    assert_eq!(at("condition_evaluate", vec!["what".into(), Value::Null]), Some(0));
    assert_eq!(at("condition_format", vec!["(".into()]), Some(0));
    assert_eq!(at("condition_for_roles", vec![texts(&["Owner"])]), Some(0));
    assert_eq!(at("least_privilege_role", vec![texts(&["read"]), "x".into(), "/".into()]), Some(2));
}

#[test]
fn a_condition_is_evaluated_or_explained() {
    let parsed = from_value(&call("condition_parse", vec!["Exists @Resource[a] OR".into()]).unwrap());
    assert_eq!(parsed["valid"], false);
    assert_eq!((&parsed["error"]["kind"], &parsed["error"]["offset"]), (&json!("syntax"), &json!(22)));
    assert_eq!(parsed["guards"], json!([]));
    let parsed = call("condition_parse", vec![format!("!(ActionMatches{{'{WRITE}'}})").into()]).unwrap();
    assert_eq!((parsed.get("valid"), parsed.get("error")), (Some(&Value::Bool(true)), Some(&Value::Null)));
    assert_eq!(parsed.get("guards"), Some(&texts(&[WRITE])));
    let mixed = "Exists @Resource[a] OR Exists @Resource[b] AND Exists @Resource[c]";
    let parsed = call("condition_parse", vec![mixed.into()]).unwrap();
    let Some(Value::List(found)) = parsed.get("diagnostics") else { panic!("{parsed:?}") };
    assert_eq!(found[0].get("offset"), Some(&Value::Number(Number::UInt(43))));
}

#[test]
fn the_least_role_suffices_for_itself() {
    let scope = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
    let features = texts(&["profiles", "versions", "no_delete"]);
    let role = call("least_privilege_role", vec![features, "Publisher".into(), scope.into()]).unwrap();
    let Some(Value::List(blocks)) = role.get("permissions") else { panic!("{role:?}") };
    let needed = blocks[0].get("actions").unwrap().clone();
    assert!(!from_value(&needed).to_string().contains("delete"));
    assert_eq!(
        call("role_missing", vec![role.get("permissions").unwrap().clone(), needed.clone()]),
        Ok(texts(&[]))
    );
    assert_eq!(call("role_missing", vec![role, needed]), Ok(texts(&[])));
}
