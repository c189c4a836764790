use serde_json::json;

use super::*;

const PROFILE: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web";

fn id() -> VersionId {
    format!("{PROFILE}/versions/1.0.0").parse().unwrap()
}

fn named(name: &str, value: Value) -> Value {
    Value::Map([(name.to_owned(), value)].into())
}

fn set(names: &[&str]) -> Value {
    Value::Set(names.iter().map(|name| (*name).into()).collect())
}

fn block() -> Value {
    let identity = Value::object([
        ("exe_path", Value::from("/opt/web")),
        ("group_name", Value::Null),
        ("process_name", Value::Null),
        ("user_name", Value::Null),
    ]);
    let privilege =
        Value::object([("path", Value::from("/metadata/Instance")), ("query_parameters", Value::Null)]);
    Value::object([
        ("privileges", named("p", privilege)),
        ("roles", named("r", Value::object([("privileges", set(&["p"]))]))),
        ("identities", named("i", identity)),
        ("role_assignments", named("r", Value::object([("identities", set(&["i"]))]))),
    ])
}

fn held() -> Value {
    Value::object([
        ("id", Value::from(id().to_string())),
        ("profile_id", PROFILE.to_lowercase().into()),
        ("name", "1.0.0".into()),
        ("location", "West US".into()),
        ("mode", "Enforce".into()),
        ("default_access", "Deny".into()),
        ("exclude_from_latest", false.into()),
        ("target_regions", set(&["West US", "eastus"])),
        ("lint", Value::Null),
        ("skip_destroy", Value::Null),
        ("tags", Value::Null),
        ("grants", Value::List(vec!["i -> p (r)".into()])),
        ("published_date", "2026-01-01T00:00:00Z".into()),
        ("rules", block()),
        ("timeouts", Value::Null),
    ])
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Value::Object(attributes) = &mut object {
        attributes.insert(name.to_owned(), value);
    }
    object
}

fn returned() -> serde_json::Value {
    json!({
        "location": "WESTUS", "tags": null,
        "properties": {
            "mode": "ENFORCE", "defaultAccess": "deny", "publishedDate": "2026-01-01T00:00:00Z",
            "targetLocations": [{"name": "East US", "regionalReplicaCount": 1}, {"name": "westus"}],
            "rules": {
                "privileges": [{"name": "p", "path": "/metadata/Instance", "queryParameters": null}],
                "roles": [{"name": "r", "privileges": ["p"]}],
                "identities": [{"name": "i", "exePath": "/opt/web", "userName": null}],
                "roleAssignments": [{"role": "r", "identities": ["i"]}],
            }
        }
    })
}

fn read(json: serde_json::Value, prior: &Value) -> (Value, Vec<String>) {
    let (state, warnings) = state(&id(), serde_json::from_value(json).unwrap(), prior);
    (state, warnings.into_iter().map(|warning| warning.summary).collect())
}

#[test]
fn a_respelling_service_causes_no_difference() {
    assert_eq!(read(returned(), &held()), (held(), vec![]));
}

#[test]
fn unknown_values_are_filled_in_after_a_create() {
    let mut planned = held();
    for name in
        ["id", "name", "location", "target_regions", "exclude_from_latest", "published_date", "grants"]
    {
        planned = with(planned, name, Value::unknown());
    }
    let (state, _) = read(returned(), &planned);
    assert!(state.is_wholly_known());
    assert_eq!(state.get("name"), Some(&"1.0.0".into()));
    assert_eq!(state.get("location"), Some(&"WESTUS".into()));
    assert_eq!(state.get("grants"), held().get("grants"));
}

#[test]
fn drift_of_the_rules_is_seen_even_if_an_entry_is_missing() {
    let mut json = returned();
    json["properties"]["rules"]["privileges"] = json!([]);
    let (state, _) = read(json, &held());
    assert_ne!(state.get("rules"), held().get("rules"));
    assert_eq!(state.get("grants"), Some(&Value::List(vec![])));
    let mut json = returned();
    json["properties"]["rules"] = serde_json::Value::Null;
    assert_ne!(read(json, &held()).0.get("rules"), held().get("rules"));
}

#[test]
fn lists_that_maps_cannot_represent_are_read_as_by_the_agent() {
    let mut json = returned();
    json["properties"]["rules"]["privileges"] =
        json!([{"name": "p", "path": "/other"}, {"name": "p", "path": "/metadata/Instance"}]);
    json["properties"]["rules"]["roleAssignments"] =
        json!([{"role": "r", "identities": []}, {"role": "r", "identities": ["i"]}]);
    let (state, warnings) = read(json, &held());
    assert_eq!(state, held());
    assert_eq!(warnings, ["Rules that mean less than they say"]);
}

#[test]
fn a_missing_list_is_warned_about() {
    let mut json = returned();
    json["properties"]["rules"]["identities"] = serde_json::Value::Null;
    let (_, warnings) = read(json, &held());
    assert_eq!(warnings, ["The guest agent ignores the rules of this version"]);
}

#[test]
fn a_version_without_rules_stays_without_a_block() {
    let prior = with(with(held(), "rules", Value::Null), "grants", Value::List(vec![]));
    let mut json = returned();
    json["properties"]["rules"] =
        json!({"privileges": [], "roles": [], "identities": [], "roleAssignments": []});
    assert_eq!(read(json, &prior).0, prior);
}

#[test]
fn only_azures_members_are_sent() {
    assert_eq!(
        change(&held(), &with(held(), "timeouts", Value::object([("read", Value::from("1m"))]))),
        None
    );
    assert_eq!(change(&held(), &with(held(), "skip_destroy", true.into())), None);
    assert_eq!(change(&held(), &with(held(), "lint", named("L14", "off".into()))), None);
    let sent = change(&held(), &with(held(), "mode", "Audit".into())).unwrap();
    assert_eq!(
        sent,
        VersionChange { mode: Some(crate::allowlist::Mode::Audit.into()), ..VersionChange::default() }
    );
    let sent = change(&with(held(), "tags", named("a", "b".into())), &held()).unwrap();
    assert_eq!(sent.tags, Some(std::collections::BTreeMap::new()));
}

#[test]
fn all_four_lists_are_sent() {
    let planned = with(held(), "rules", Value::Null);
    let sent = serde_json::to_value(body(&planned, Location::from("westus")).unwrap()).unwrap();
    assert_eq!(
        sent["properties"]["rules"],
        json!({"privileges": [], "roles": [], "identities": [], "roleAssignments": []})
    );
    assert_eq!(sent["properties"]["targetLocations"], json!([{"name": "West US"}, {"name": "eastus"}]));
}
