use serde::Deserialize;
use serde_json::json;

use super::*;

/// The members that the agent requires of an element of each list.
const REQUIRED: [(&str, &[&str]); 4] = [
    ("privileges", &["name", "path"]),
    ("roles", &["name", "privileges"]),
    ("identities", &["name"]),
    ("roleAssignments", &["role", "identities"]),
];

impl Document {
    /// Reads the agent's document for one endpoint from text as the agent does (`key.rs`, lines 87-103):
    /// `mode`, `defaultAccess` and `id` are required, and a repeated member refuses the whole document.
    pub(in crate::allowlist) fn from_agent_item(text: &str) -> Result<Self, InvalidDocument> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Item {
            mode: String,
            default_access: String,
            #[serde(rename = "id")]
            _id: String,
            rules: Option<Map<String, Value>>,
        }
        let item: Item = serde_json::from_str(text).map_err(|error| InvalidDocument::new("", error))?;
        for (name, required) in REQUIRED {
            let list = item.rules.as_ref().and_then(|rules| rules.get(name)).filter(|list| !list.is_null());
            for element in list.and_then(Value::as_array).into_iter().flatten() {
                complete(element, required).map_err(|reason| InvalidDocument::new(name, reason))?;
            }
        }
        let rules = item.rules.map(|rules| Lists::deserialize(Value::Object(rules)));
        let rules = rules.transpose().map_err(|error| InvalidDocument::new("rules", error))?;
        Ok(Self { mode: Some(item.mode), default_access: Some(item.default_access), rules })
    }
}

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
fn both_shapes_are_read_alike() {
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
fn documents_that_the_agent_refuses_are_refused_with_the_place() {
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
        (
            json!({ "roles": [{ "name": "r", "privileges": null }] }),
            "rules.roles[0]: missing field `privileges`",
        ),
        (json!({ "roles": 5, "privileges": [] }), "rules.roles: must be a list"),
        (json!([]), "rules: must be an object"),
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
fn unknown_members_are_refused_at_every_level_with_the_nearest_known_one() {
    for (value, message) in [
        (json!({ "foo": 1 }), "`foo` is not a known member; known are `mode`, "),
        (json!({ "mode": "Audit", "rule": {} }), "`rule` is not a known member; did you mean `rules`?"),
        (json!({ "mod": "Audit", "rules": {} }), "`mod` is not a known member; did you mean `mode`?"),
        (
            json!({ "properties": { "mode": "Audit", "defaultAcess": "Deny" } }),
            "properties: `defaultAcess` is not a known member; did you mean `defaultAccess`?",
        ),
        (json!({ "propertys": {}, "mode": "Audit" }), "`propertys` is not a known member; known are"),
        (
            json!({ "mode": "Audit", "properties": { "mode": "Audit" } }),
            "`mode` is not a known member; known are `properties`",
        ),
        (
            json!({ "rules": { "privilege": {} } }),
            "rules: `privilege` is not a known member; did you mean `privileges`?",
        ),
        (
            json!({ "rules": { "privileges": [{ "name": "p", "path": "/a", "query": {} }] } }),
            "rules.privileges[0]: `query` is not a known member; known are",
        ),
        (
            json!({ "rules": { "roles": [{ "name": "r", "privilege": [] }] } }),
            "rules.roles[0]: `privilege` is not a known member; did you mean `privileges`?",
        ),
        (
            json!({ "rules": { "identities": [{ "name": "i", "exe_path": "/x" }] } }),
            "rules.identities[0]: `exe_path` is not a known member; did you mean `exePath`?",
        ),
        (
            json!({ "rules": { "roleAssignments": [{ "role": "i", "identites": [] }] } }),
            "rules.roleAssignments[0]: `identites` is not a known member; did you mean `identities`?",
        ),
        (
            json!({ "rules": { "privileges": { "p": { "path": "/a", "queryParameters": {} } } } }),
            "rules.privileges[\"p\"]: `queryParameters` is not a known member; did you mean `query_parameters`?",
        ),
        (
            json!({ "rules": { "privileges": { "p": { "Path": "/a" } } } }),
            "rules.privileges[\"p\"]: `Path` is not a known member; did you mean `path`?",
        ),
        (
            json!({ "rules": { "privileges": { "p": { "path": "/a" } }, "roleAssignments": {} } }),
            "rules: `roleAssignments` is not a known member; did you mean `role_assignments`?",
        ),
        (
            json!({ "mode": "Audit", "privileges": [] }),
            "`privileges` is next to `mode`; it belongs inside `rules`",
        ),
        (json!({ "privileges": [], "id": "x" }), "rules: `id` is not a known member"),
    ] {
        let error = Document::from_value(&value).unwrap_err().to_string();
        assert!(error.starts_with(message), "{value}: {error}");
    }
}

#[test]
fn an_object_without_any_part_is_refused_and_absent_or_null_parts_are_not() {
    for value in [json!({}), json!({ "properties": {} }), json!({ "id": "x", "tags": {} })] {
        let error = Document::from_value(&value).unwrap_err().to_string();
        assert!(
            error.ends_with("none of `mode`, `default_access` and `rules` is present"),
            "{value}: {error}"
        );
    }
    let nothing = json!({ "mode": null, "default_access": null, "rules": null });
    assert_eq!(Document::from_value(&nothing), Ok(Document::default()));
    assert!(
        Document::from_value(&json!({ "mode": "Audit", "defaultAccess": "Deny" })).unwrap().rules.is_none()
    );
}

#[test]
fn names_are_read_in_any_case_as_powershell_prints_them() {
    let printed = json!({
        "Mode": "Enforce", "DefaultAccess": "Deny", "TargetLocations": [], "Type": "t", "Id": "i", "Tags": {},
        "Rules": {
            "Privileges": [{ "Name": "p", "Path": "/a", "QueryParameters": { "k": "v" } }],
            "Roles": [{ "Name": "r", "Privileges": ["p"] }],
            "Identities": [{ "Name": "i", "UserName": "u", "GroupName": null }],
            "RoleAssignments": [{ "Role": "r", "Identities": ["i"] }]
        }
    });
    let usual = json!({ "mode": "Enforce", "defaultAccess": "Deny", "rules": arm_rules() });
    assert_eq!(Document::from_value(&printed), Document::from_value(&usual));
    let twice = json!({ "Mode": "Enforce", "mode": "Audit", "rules": {} });
    assert!(Document::from_value(&twice).unwrap_err().to_string().contains("set twice"));
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
fn mode_and_access_may_be_absent_but_not_of_another_type_or_contradictory() {
    assert!(Document::from_value(&json!({ "mode": true })).is_err());
    assert!(Document::from_value(&json!({ "default_access": "Allow", "defaultAccess": "Deny" })).is_err());
}
