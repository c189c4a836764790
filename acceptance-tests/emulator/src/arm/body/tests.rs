use serde_json::json;

use super::*;

const STRICT: ReadOptions = ReadOptions { strict: true, patch: false };
const LENIENT: ReadOptions = ReadOptions { strict: false, patch: false };
const PATCH: ReadOptions = ReadOptions { strict: false, patch: true };

fn version() -> Value {
    json!({
        "location": "West US",
        "properties": {
            "mode": "Audit",
            "defaultAccess": "Allow",
            "rules": {
                "privileges": [{"name": "GoalState", "path": "/machine",
                "queryParameters": {"comp": "goalstate"}}],
                "roles": [{"name": "Provisioning", "privileges": ["GoalState"]}],
                "identities": [{"name": "WinPA", "userName": "SYSTEM"}],
                "roleAssignments": [{"role": "Provisioning", "identities": ["WinPA"]}]
            },
            "targetLocations": [{"name": "West US"}, {"name": "southcentralus"}],
            "excludeFromLatest": false
        }
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut body = version();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        other => other[name.parse::<usize>().unwrap()] = value,
    }
    body
}

fn code(body: &Value, options: ReadOptions) -> String {
    read(Kind::Version, body, options).map_or_else(|error| error.code, |_| "ok".to_owned())
}

#[test]
fn the_published_example_passes() {
    assert_eq!(code(&version(), STRICT), "ok");
}

#[test]
fn strict_refuses_further_bodies() {
    for (pointer, value) in [
        ("/extra", json!(1)),
        ("/properties/extra", json!(1)),
        ("/properties/rules/extra", json!([])),
        ("/properties/rules/privileges/0/queryparams", json!({})),
        ("/properties/rules/identities/0/user", json!("x")),
        ("/properties/mode", json!("Enforced")),
        ("/properties/defaultAccess", json!("Maybe")),
        ("/properties/targetLocations/0", json!({"name": "middleearth"})),
        ("/properties/targetLocations/1", json!({"name": "WESTUS"})),
        ("/location", json!("middleearth")),
    ] {
        let body = with(pointer, value);
        assert_ne!(code(&body, STRICT), "ok", "{pointer}");
        assert_eq!(code(&body, LENIENT), "ok", "{pointer}");
    }
}

#[test]
fn these_bodies_are_always_refused() {
    for (pointer, value) in [
        ("/location", Value::Null),
        ("/properties", Value::Null),
        ("/properties/mode", Value::Null),
        ("/properties/mode", json!(1)),
        ("/properties/excludeFromLatest", json!("false")),
        ("/properties/rules/privileges", json!({})),
        ("/properties/rules/privileges/0", json!({"name": "no path"})),
        ("/properties/rules/privileges/0/queryParameters", json!({"comp": 1})),
        ("/properties/rules/roles/0/privileges", Value::Null),
        ("/properties/targetLocations/0", json!({"regionalReplicaCount": 1})),
        ("/tags", json!({"a": null})),
    ] {
        assert_ne!(code(&with(pointer, value.clone()), LENIENT), "ok", "{pointer} {value}");
    }
    assert_eq!(code(&json!([]), LENIENT), "InvalidRequestContent");
    assert_eq!(code(&json!({"properties": {}}), LENIENT), "LocationRequired");
}

#[test]
fn members_match_without_case_and_read_only_ones_are_dropped() {
    let body = json!({
        "Location": "West US", "id": "/x", "name": "y", "type": "z", "systemData": {"createdBy": 1},
        "properties": {"MODE": "audit", "defaultAccess": "DENY", "provisioningState": "Succeeded",
        "publishedDate": 5}
    });
    let kept = Value::Object(read(Kind::Version, &body, STRICT).unwrap());
    assert_eq!(
        kept,
        json!({"location": "West US", "properties": {"mode": "Audit", "defaultAccess": "Deny"}})
    );
}

#[test]
fn a_patch_needs_no_required_members_and_keeps_nulls() {
    let body = json!({"tags": {"a": "b"}, "properties": {"description": null}});
    let kept = Value::Object(read(Kind::Profile, &body, PATCH).unwrap());
    assert_eq!(kept, body);
    let strict = ReadOptions { strict: true, patch: true };
    assert_eq!(read(Kind::Profile, &body, strict).unwrap_err().target.as_deref(), Some("properties.osType"));
    assert!(read(Kind::Profile, &json!({"tags": {}}), strict).is_ok());
}

#[test]
fn the_error_names_the_member() {
    let error = read(Kind::Version, &with("/properties/rules/roles/0/name", json!(3)), LENIENT).unwrap_err();
    assert_eq!(error.target.as_deref(), Some("properties.rules.roles[0].name"));
}
