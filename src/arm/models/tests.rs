use super::*;
use crate::allowlist::{
    DefaultAccess, Endpoint, IdentityEntry, Lists, Mode, OsType, PrivilegeEntry, RoleAssignmentEntry,
    RoleEntry,
};
use crate::arm::Location;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn a_version_is_read_whole() {
    let version: Version = serde_json::from_value(json!({
        "id": "/x", "name": "1.0.0", "type": "t", "location": "West US", "tags": {"a": "b"}, "etag": "unknown",
        "systemData": {"createdBy": "me", "createdAt": "2026-01-01T00:00:00Z", "new": 1},
        "properties": {
            "mode": "AUDIT", "defaultAccess": "deny", "provisioningState": "succeeded", "publishedDate": "2026-01-01T00:00:00Z",
            "excludeFromLatest": true,
            "rules": {
                "privileges": [{"name": "p", "path": "/x", "queryParameters": {"a": "1", "b": null}}, null],
                "roles": [{"name": "r", "privileges": ["p", null]}],
                "identities": [{"name": "i", "userName": null, "exePath": "/bin/x"}],
                "roleAssignments": [{"role": "r", "identities": null}]
            },
            "targetLocations": [{"name": "westus", "regionalReplicaCount": 1}, null, {"name": null}],
            "replicationStatus": {"aggregatedState": "Completed", "summary": [{"region": "West US", "state": "Completed", "progress": 99.6}, null]}
        }
    }))
    .unwrap();
    assert_eq!(version.properties.mode, Some(Mode::Audit.into()));
    assert_eq!(version.properties.default_access, Some(DefaultAccess::Deny.into()));
    assert_eq!(version.properties.target_locations, Some(vec![Location::new("West US")]));
    assert_eq!(version.properties.exclude_from_latest, Some(true));
    assert!(version.provisioning_state().unwrap().is_terminal());
    let rules = version.properties.rules.unwrap();
    assert_eq!(rules.privileges.as_ref().unwrap()[0].query_parameters["b"], "");
    assert_eq!(rules.roles.unwrap()[0].privileges, ["p"]);
    assert_eq!(rules.identities.as_ref().unwrap()[0].user_name, None);
    assert_eq!(rules.identities.unwrap()[0].exe_path.as_deref(), Some("/bin/x"));
    assert!(rules.role_assignments.unwrap()[0].identities.is_empty());
    assert_eq!(version.properties.replication_status.unwrap().summary[0].progress, Some(100));
    assert_eq!(version.system_data.unwrap().created_by.as_deref(), Some("me"));
}

#[test]
fn absent_null_and_unknown_members_are_accepted() {
    for text in ["{}", r#"{"properties":null,"tags":null,"location":null}"#, r#"{"properties":{}}"#] {
        assert_eq!(serde_json::from_str::<Version>(text).unwrap(), Version::default(), "{text}");
        assert_eq!(serde_json::from_str::<Profile>(text).unwrap(), Profile::default(), "{text}");
    }
    let version: Version = serde_json::from_str(
        r#"{"properties":{"mode":"Learn","rules":{"privileges":null,"roles":[]},"targetLocations":null,"replicationStatus":null}}"#,
    )
    .unwrap();
    assert_eq!(version.properties.mode, Some(Word::Other("Learn".to_owned())));
    assert!(version.properties.mode.unwrap().known().is_none());
    let rules = version.properties.rules.unwrap();
    assert_eq!((rules.privileges, rules.roles), (None, Some(vec![])));
    assert!(serde_json::from_str::<Version>(r#"{"properties":{"mode":7}}"#).is_err());
    assert!(serde_json::from_str::<Version>(r#"[]"#).is_err());
}

#[test]
fn words_are_read_in_any_case() {
    assert_eq!(Word::<Endpoint>::read("imds").as_str(), "IMDS");
    assert_eq!(Word::read(" WIRESERVER "), Endpoint::WireServer.into());
    assert_eq!(Word::<OsType>::read("Plan9"), Word::Other("Plan9".to_owned()));
    for (word, terminal) in [
        ("Succeeded", true),
        ("failed", true),
        ("Canceled", true),
        ("cancelled", true),
        ("Deleting", false),
        ("Migrating", false),
        ("x", false),
    ] {
        assert_eq!(ProvisioningState::from(word).is_terminal(), terminal, "{word}");
    }
}

#[test]
fn bodies_have_exactly_the_expected_members() {
    let version = VersionBody {
        location: Location::new("West US"),
        tags: None,
        properties: VersionSettings {
            mode: Mode::Enforce.into(),
            default_access: DefaultAccess::Deny.into(),
            rules: Lists::default(),
            target_locations: None,
            exclude_from_latest: None,
        },
    };
    assert_eq!(
        serde_json::to_value(&version).unwrap(),
        json!({"location": "West US", "properties": {"mode": "Enforce", "defaultAccess": "Deny",
            "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}})
    );
    let full = VersionBody {
        tags: Some(BTreeMap::new()),
        properties: VersionSettings {
            target_locations: Some(vec![Location::new("West US")]),
            exclude_from_latest: Some(false),
            rules: Lists {
                privileges: Some(vec![PrivilegeEntry {
                    name: "p".into(),
                    path: "/x".into(),
                    query_parameters: BTreeMap::from([("a".into(), "1".into())]),
                }]),
                roles: Some(vec![RoleEntry { name: "r".into(), privileges: vec!["p".into()] }]),
                identities: Some(vec![IdentityEntry {
                    name: "i".into(),
                    exe_path: Some("/bin/x".into()),
                    ..IdentityEntry::default()
                }]),
                role_assignments: Some(vec![RoleAssignmentEntry {
                    role: "r".into(),
                    identities: vec!["i".into()],
                }]),
            },
            ..version.properties
        },
        ..version
    };
    assert_eq!(
        serde_json::to_value(&full).unwrap(),
        json!({"location": "West US", "tags": {}, "properties": {"mode": "Enforce", "defaultAccess": "Deny",
            "rules": {
                "privileges": [{"name": "p", "path": "/x", "queryParameters": {"a": "1"}}],
                "roles": [{"name": "r", "privileges": ["p"]}],
                "identities": [{"name": "i", "exePath": "/bin/x"}],
                "roleAssignments": [{"role": "r", "identities": ["i"]}]
            },
            "targetLocations": [{"name": "West US"}], "excludeFromLatest": false}})
    );
    let profile = ProfileBody {
        location: Location::new("westus"),
        tags: Some(BTreeMap::from([("k".into(), "v".into())])),
        properties: ProfileSettings {
            description: None,
            os_type: OsType::Linux.into(),
            applicable_host_endpoint: Endpoint::Imds.into(),
        },
    };
    assert_eq!(
        serde_json::to_value(&profile).unwrap(),
        json!({"location": "westus", "tags": {"k": "v"}, "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}})
    );
}

#[test]
fn a_change_keeps_other_members() {
    let given = json!({
        "id": "/x", "name": "1.0.0", "type": "t", "systemData": {}, "location": "westus", "tags": {"a": "b"}, "extendedLocation": {"name": "edge"},
        "properties": {"mode": "Audit", "defaultAccess": "Allow", "provisioningState": "Succeeded", "publishedDate": "x", "replicationStatus": {},
            "rules": {"privileges": [{"name": "p", "path": "/x", "queryParameters": {}}], "roles": null, "future": [1]},
            "targetLocations": [{"name": "westus", "regionalReplicaCount": 3}, {"name": "eastus"}], "excludeFromLatest": false}
    });
    let change = VersionChange {
        mode: Some(Mode::Enforce.into()),
        target_locations: Some(vec![Location::new("North Europe"), Location::new("West US")]),
        ..VersionChange::default()
    };
    assert_eq!(
        applied(&change, &given),
        json!({"location": "westus", "tags": {"a": "b"}, "extendedLocation": {"name": "edge"},
            "properties": {"mode": "Enforce", "defaultAccess": "Allow",
            "rules": {"privileges": [{"name": "p", "path": "/x", "queryParameters": {}}], "roles": null, "future": [1]},
            "targetLocations": [{"name": "North Europe"}, {"name": "westus", "regionalReplicaCount": 3}], "excludeFromLatest": false}})
    );
    let given =
        json!({"location": "l", "tags": {"a": "b"}, "properties": {"description": "old", "osType": "Linux"}});
    let change =
        ProfileChange { description: Some(None), tags: Some(BTreeMap::new()), ..ProfileChange::default() };
    assert_eq!(
        applied(&change, &given),
        json!({"location": "l", "tags": {}, "properties": {"osType": "Linux"}})
    );
    assert_eq!(applied(&change, &json!({"properties": 7})), json!({"tags": {}, "properties": {}}));
}

fn applied(change: &impl Change, given: &Value) -> Value {
    let body = serde_json::from_str(&given.to_string()).unwrap();
    serde_json::to_value(change.apply(body).unwrap()).unwrap()
}

#[test]
fn unchanged_members_are_sent_back_exactly() {
    let given = r#"{"id": "/x", "location": "West US", "n": 12345678901234567890123.50,
        "properties": {"mode": "AUDIT", "defaultAccess": "Allow", "size": 1.10, "publishedDate": "d"}}"#;
    let change = VersionChange { exclude_from_latest: Some(true), ..VersionChange::default() };
    let sent = serde_json::to_string(&change.apply(serde_json::from_str(given).unwrap()).unwrap()).unwrap();
    assert_eq!(
        sent,
        r#"{"location":"West US","n":12345678901234567890123.50,"properties":{"defaultAccess":"Allow","excludeFromLatest":true,"mode":"AUDIT","size":1.10}}"#,
        "rules that Azure does not hold are not sent either"
    );
    // A value that it already has keeps its spelling, so no change is found.
    let tags = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    let held = || serde_json::from_str(r#"{"tags": { "a" : "b" }, "properties": {}}"#).unwrap();
    let change = ProfileChange { tags: Some(tags), ..ProfileChange::default() };
    let text = |change: &ProfileChange| serde_json::to_string(&change.apply(held()).unwrap()).unwrap();
    assert_eq!(text(&change), text(&ProfileChange::default()));
}

#[test]
fn the_number_of_entries_is_bounded() {
    let rules = |count: usize| format!(r#"{{"roles": [{}]}}"#, vec!["{}"; count].join(","));
    assert!(serde_json::from_str::<Lists>(&rules(10_000)).is_ok());
    let error = serde_json::from_str::<Lists>(&rules(50_001)).unwrap_err();
    assert!(error.to_string().contains("more than 50000 entries"), "{error}");
}

mod any_input {
    use super::super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn json() -> impl Strategy<Value = Value> {
        let word = prop_oneof![
            Just("properties"),
            Just("rules"),
            Just("privileges"),
            Just("targetLocations"),
            Just("name"),
            Just("tags"),
            Just("mode"),
            Just("queryParameters"),
            Just("replicationStatus"),
            Just("summary"),
            Just("systemData"),
            Just("x"),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,5}".prop_map(Value::from)
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((word.clone(), inner), 0..6).prop_map(|pairs| Value::Object(
                    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_a_resource_or_an_error(value in json()) {
            let _ = serde_json::from_value::<Version>(value.clone());
            let _ = serde_json::from_value::<Profile>(value.clone());
            let body = serde_json::json!({ "properties": value });
            let change = VersionChange { target_locations: Some(vec!["westus".into()]), ..VersionChange::default() };
            let changed = super::applied(&change, &body);
            prop_assert!(changed["properties"]["targetLocations"].is_array());
            let _ = super::applied(&ProfileChange { description: Some(None), ..ProfileChange::default() }, &changed);
        }

        #[test]
        fn any_body_is_an_error_that_can_be_shown(value in json(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            use crate::arm::error::{Error, RequestLine};
            for body in [value.to_string().into_bytes(), format!("{{\"error\":{value}}}").into_bytes(), bytes] {
                let error = crate::arm::error::read_error(404, &body, RequestLine { method: "GET", path: "/x".into() });
                let error = Error::Service(Box::new(error));
                prop_assert!(!error.report().is_empty());
                let _ = (error.missing(), error.is_another_operation(), error.is_nested_resources());
            }
        }
    }
}
