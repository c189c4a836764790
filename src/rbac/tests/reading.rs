//! Every shape in which a role and a catalogue occur.

use super::{catalogue, catalogue_json, role_json};
use crate::rbac::{Catalogue, Permissions, RoleDefinition};
use serde_json::{Value, json};

/// Lengths of a block's lists, its condition and the version of that.
type Summary = ([usize; 4], Option<String>, Option<String>);

fn summary(value: &Value) -> Vec<Summary> {
    let permissions = Permissions::from_json(value).unwrap();
    permissions
        .blocks()
        .iter()
        .map(|b| {
            let condition = b.condition.as_ref();
            let text = condition.map(|c| c.text().to_owned());
            let version = condition.and_then(|c| c.version()).map(str::to_owned);
            ([&b.actions, &b.not_actions, &b.data_actions, &b.not_data_actions].map(Vec::len), text, version)
        })
        .collect()
}

#[test]
fn one_role_in_every_shape_reads_the_same() {
    let condition = "Exists @Resource[a]";
    let camel = json!({ "actions": ["a", "b"], "notActions": ["b"], "dataActions": ["c"], "notDataActions": [],
                        "condition": condition, "conditionVersion": "2.0" });
    let capitals = json!({ "actions": ["a", "b"], "notActions": ["b"], "dataActions": ["c"], "notDataActions": null,
                           "Condition": condition, "ConditionVersion": "2.0" });
    let snake = json!({ "actions": ["a", "b"], "not_actions": ["b"], "data_actions": ["c"], "not_data_actions": [],
                        "condition": condition, "condition_version": "2.0" });
    let pascal = json!({ "Actions": ["a", "b"], "NotActions": ["b"], "DataActions": ["c"], "NotDataActions": [],
                         "Condition": condition, "ConditionVersion": "2.0", "Name": "x", "IsCustom": true });
    let expected = vec![([2, 1, 1, 0], Some(condition.to_owned()), Some("2.0".to_owned()))];
    for block in [&camel, &capitals, &snake, &pascal] {
        for shape in [
            json!(block),
            json!([block]),
            json!({ "permissions": [block] }),
            json!({ "permissions": block }),
            json!({ "properties": { "permissions": [block], "roleName": "x" } }),
            json!({ "value": [block] }),
            json!([{ "properties": { "permissions": [block] } }]),
            json!({ "value": [{ "properties": { "Permissions": [block] } }], "nextLink": null }),
        ] {
            assert_eq!(summary(&shape), expected, "{shape}");
        }
    }
}

#[test]
fn no_condition_is_written_in_several_ways() {
    for nothing in [json!(null), json!(""), json!("  ")] {
        let block = json!({ "actions": ["a"], "condition": nothing, "condition_version": "" });
        assert_eq!(summary(&block), [([1, 0, 0, 0], None, None)]);
    }
    assert!(Permissions::from_json(&json!([])).unwrap().blocks().is_empty());
}

#[test]
fn invalid_permissions_are_an_error_with_a_path() {
    for (value, path, word) in [
        (json!(null), "permissions", "null"),
        (json!("a/*"), "permissions", "a string"),
        (json!([{}]), "permissions[0]", "none of `actions`"),
        (json!([{ "actions": "a" }]), "permissions[0].actions", "a list of strings"),
        (json!([{ "actions": ["a", 5] }]), "permissions[0].actions[1]", "a number"),
        (json!([{ "actions": ["*"], "not_action": ["b"] }]), "permissions[0]", "`not_action`"),
        (json!({ "actions": [], "condition": true }), "permissions.condition", "a truth value"),
        (
            json!({ "actions": ["a"], "condition": "x", "Condition": "y" }),
            "permissions.condition",
            "set twice",
        ),
        (
            json!({ "properties": { "permissions": [5] } }),
            "permissions.properties.permissions[0]",
            "a number",
        ),
    ] {
        let error = Permissions::from_json(&value).unwrap_err();
        assert_eq!(error.path, path, "{value}");
        assert!(error.message.contains(word), "{error}");
    }
}

#[test]
fn a_role_has_the_same_name_in_every_shape() {
    let guid = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04";
    let id = format!("/providers/Microsoft.Authorization/roleDefinitions/{guid}");
    let name = "Virtual Machine Data Access Administrator (preview)";
    let block = json!([{ "actions": ["a"] }]);
    for shape in [
        role_json("login_delegate"),
        json!({ "id": id, "name": guid, "roleName": name, "roleType": "BuiltInRole",
                "type": "Microsoft.Authorization/roleDefinitions", "permissions": block, "assignableScopes": ["/"] }),
        json!({ "id": id, "role_definition_id": guid, "name": name, "type": "BuiltInRole", "permissions": block,
                "assignable_scopes": ["/"] }),
        json!({ "Name": name, "Id": guid, "IsCustom": false, "Actions": ["a"], "AssignableScopes": ["/"] }),
    ] {
        let role = RoleDefinition::from_json(&shape).unwrap();
        assert_eq!(role.role_name.as_deref(), Some(name), "{shape}");
        assert_eq!(role.role_definition_id.as_deref(), Some(guid), "{shape}");
        assert_eq!(role.role_type.as_deref(), Some("BuiltInRole"), "{shape}");
        assert_eq!(role.assignable_scopes, ["/"], "{shape}");
    }
    assert!(RoleDefinition::from_json(&json!([])).is_err());
    assert!(RoleDefinition::from_json(&json!({ "roleName": "x" })).is_err());
}

#[test]
fn dates_and_authors_are_kept() {
    let role = RoleDefinition::from_json(&json!({ "properties": {
        "actions": [], "createdOn": "2024-01-01T00:00:00Z", "updatedOn": "2025-01-01T00:00:00Z",
        "createdBy": "", "updatedBy": "somebody", "description": "what for" } }))
    .unwrap();
    assert_eq!(role.created_on.as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!(role.updated_on.as_deref(), Some("2025-01-01T00:00:00Z"));
    assert_eq!((role.created_by, role.updated_by.as_deref()), (None, Some("somebody")));
    assert_eq!(role.description.as_deref(), Some("what for"));
}

#[test]
fn canonical_text_changes_with_the_meaning_only() {
    let canonical = |value: Value| RoleDefinition::from_json(&value).unwrap().canonical();
    let role = |actions: Value, condition: &str, name: &str| json!({ "name": name, "permissions": [{ "actions": actions, "condition": condition }] });
    let first = canonical(role(json!(["a/Read", "b/*"]), "Exists @Resource[a]", "x"));
    assert_eq!(first, canonical(role(json!(["B/*", "a/read", "a/READ"]), "( exists @resource[a] )", "y")));
    assert_ne!(
        first,
        canonical(role(json!(["a/read", "b/*"]), "Exists @Resource[A]", "x")),
        "names keep their case"
    );
    assert_ne!(first, canonical(role(json!(["a/read"]), "Exists @Resource[a]", "x")));
}

#[test]
fn a_catalogue_in_every_shape_reads_the_same() {
    let list =
        json!([{ "name": "a/read", "isDataAction": false }, { "name": "b/read", "isDataAction": true }]);
    let ours = json!([{ "name": "a/read", "is_data_action": false, "display_name": "x" },
                      { "name": "b/read", "is_data_action": true }]);
    for shape in [
        list.clone(),
        ours.clone(),
        json!({ "value": list }),
        json!({ "operations": ours, "names": ["a/read", "b/read"], "fingerprint": "x", "namespaces": null }),
        json!({ "names": ["a/read", "b/read"], "operations": ours }),
        json!({ "name": "x", "operations": [list[0]], "resourceTypes": [{ "name": "t", "operations": [list[1], list[0]] }] }),
        json!({ "value": [{ "name": "x", "operations": list, "resourceTypes": [] }] }),
    ] {
        let read = Catalogue::from_json(&shape).unwrap();
        let seen: Vec<_> =
            read.entries().iter().map(|e| (e.operation.as_str(), e.effective_plane() as u8)).collect();
        assert_eq!(seen, [("a/read", 0), ("b/read", 1)], "{shape}");
    }
    assert!(Catalogue::from_json(&json!([])).unwrap().is_empty());
    assert!(Catalogue::from_json(&json!([{ "display": "x" }])).is_err());
    assert!(Catalogue::from_json(&json!(5)).is_err());
}

#[test]
fn a_repeated_operation_is_one_with_its_first_spelling() {
    let catalogue = catalogue();
    assert!(catalogue_json().to_string().contains("microsoft.authorization/ROLEASSIGNMENTS/read"));
    let spellings: Vec<_> = catalogue
        .entries()
        .iter()
        .map(|e| e.operation.as_str())
        .filter(|name| name.eq_ignore_ascii_case("Microsoft.Authorization/roleAssignments/read"))
        .collect();
    assert_eq!(spellings, ["Microsoft.Authorization/roleAssignments/read"]);
}
