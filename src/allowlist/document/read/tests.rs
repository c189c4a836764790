use serde_json::json;

use super::*;

fn arm_rules() -> Value {
    json!({
        "privileges": [{ "name": "p", "path": "/a", "queryParameters": { "k": "v" } }],
        "roles": [{ "name": "r", "privileges": ["p"] }],
        "identities": [{ "name": "i", "userName": "u" }],
        "roleAssignments": [{ "role": "r", "identities": ["i"] }]
    })
}

fn our_rules() -> Value {
    json!({
        "privileges": { "p": { "path": "/a", "query_parameters": { "k": "v" } } },
        "roles": { "r": { "privileges": ["p"] } },
        "identities": { "i": { "user_name": "u", "group_name": null } },
        "role_assignments": { "r": { "identities": ["i"] } }
    })
}

#[test]
fn both_shapes_say_the_same() {
    let ours = Document::from_value(&json!({
        "mode": "Enforce", "default_access": "Deny", "rules": our_rules(), "name": "1.0.0", "tags": null
    }));
    let theirs =
        Document::from_value(&json!({ "mode": "Enforce", "defaultAccess": "Deny", "rules": arm_rules() }));
    let nested = Document::from_value(&json!({
        "id": "/subscriptions/x", "properties": { "mode": "Enforce", "defaultAccess": "Deny", "rules": arm_rules() }
    }));
    assert_eq!(ours, theirs);
    assert_eq!(theirs, nested);
    let alone = Document::from_value(&our_rules()).unwrap();
    assert_eq!((alone.mode, alone.rules), (None, ours.clone().unwrap().rules));
    assert!(ours.unwrap().rules.unwrap().absent().is_empty());
}

#[test]
fn an_absent_list_stays_absent_and_an_absent_map_is_empty() {
    let lists = json!({ "privileges": [{ "name": "p", "path": "/a" }], "roles": null, "identities": [] });
    let lists = Lists::from_value(&lists).unwrap();
    assert_eq!(lists.absent(), [List::Roles, List::RoleAssignments]);

    let maps = Lists::from_value(&json!({ "privileges": { "p": { "path": "/a" } }, "roles": null })).unwrap();
    assert!(maps.absent().is_empty());
}

#[test]
fn what_the_agent_refuses_is_refused_with_its_place() {
    for (rules, message) in [
        (json!({ "privileges": [{ "name": "p" }] }), "rules.privileges[0]: missing field `path`"),
        (
            json!({ "identities": [{ "name": "a" }, { "name": "i", "groupName": ["x"] }] }),
            "rules.identities[1]: invalid type: sequence, expected a string",
        ),
        (
            json!({ "privileges": [{ "name": "p", "path": "/a", "queryParameters": { "c": 1 } }] }),
            "rules.privileges[0]: invalid type: integer `1`, expected a string",
        ),
        (json!({ "roles": [{ "name": "r", "privileges": null }] }), "rules.roles[0]: invalid type: null"),
        (json!({ "roles": 5, "privileges": [] }), "rules.roles: has to be a list"),
        (json!([]), "rules: has to be an object"),
        (
            json!({ "roles": [{ "name": "r", "privileges": [] }], "privileges": { "p": { "path": "/a" } } }),
            "rules: some parts are lists",
        ),
    ] {
        let error = Lists::from_value(&rules).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn members_nobody_knows_are_ignored_in_lists_and_refused_in_maps() {
    let lists = json!({ "privileges": [{ "name": "p", "path": "/a", "method": "GET" }], "Roles": [1] });
    assert_eq!(Lists::from_value(&lists).unwrap().absent().len(), 3);

    let maps = json!({ "privileges": { "p": { "path": "/a", "queryParameters": {} } } });
    let error = Lists::from_value(&maps).unwrap_err().to_string();
    assert_eq!(
        error,
        r#"rules.privileges["p"]: "queryParameters" is no member; known are path, query_parameters"#
    );
}

#[test]
fn the_agents_item_needs_all_its_members_once() {
    assert!(
        Document::from_agent_item(r#"{"mode":"audit","defaultAccess":"allow","id":"x","more":1}"#).is_ok()
    );
    for text in [
        r#"{"mode":"audit","defaultAccess":"allow"}"#,
        r#"{"mode":"audit","defaultAccess":"allow","id":null}"#,
        r#"{"mode":"audit","mode":"audit","defaultAccess":"allow","id":"x"}"#,
        "{",
    ] {
        assert!(Document::from_agent_item(text).is_err(), "{text}");
    }
}

#[test]
fn words_may_be_absent_but_not_of_another_type_or_contradictory() {
    assert_eq!(Document::from_value(&json!({})).unwrap(), Document::default());
    assert!(Document::from_value(&json!({ "mode": true })).is_err());
    assert!(Document::from_value(&json!({ "default_access": "Allow", "defaultAccess": "Deny" })).is_err());
}
