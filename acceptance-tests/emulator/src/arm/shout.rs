//! `--shout`: equal values in other spellings. Returned and stored values are equal to anyone who compares as
//! ARM does; names, paths, users and tags keep their case.

use serde_json::{Map, Value, json};

use crate::arm::id::Kind;
use crate::arm::regions;

/// Rewrites the body of a resource.
pub fn shout(body: &mut Value, kind: Kind) {
    let Value::Object(members) = body else { return };
    if let Some(Value::String(id)) = members.get_mut("id") {
        *id = shout_id(id);
    }
    if let Some(Value::String(location)) = members.get_mut("location") {
        *location = display_or_upper(location, true);
    }
    if kind == Kind::Group || kind.is_machine() {
        return;
    }
    if let Some(Value::String(name)) = members.get_mut("type") {
        *name = name.to_lowercase();
    }
    members.entry("tags").or_insert_with(|| if kind == Kind::Version { Value::Null } else { json!({}) });
    let location = members.get("location").cloned().unwrap_or(Value::Null);
    let Some(Value::Object(properties)) = members.get_mut("properties") else { return };
    upper(properties, "provisioningState");
    match kind {
        Kind::Version => shout_version(properties, &location),
        Kind::Profile => {
            upper(properties, "osType");
            lower(properties, "applicableHostEndpoint");
            properties.entry("description").or_insert(Value::Null);
        }
        _ => {
            properties.entry("description").or_insert(Value::Null);
        }
    }
}

/// An id with its fixed parts in another case.
pub fn shout_id(id: &str) -> String {
    id.replace("/resourceGroups/", "/resourcegroups/")
        .replace("/inVMAccessControlProfiles/", "/InVMAccessControlProfiles/")
        .replace("/providers/Microsoft.Compute/", "/providers/microsoft.compute/")
        .replace("/versions/", "/Versions/")
}

fn shout_version(properties: &mut Map<String, Value>, location: &Value) {
    upper(properties, "mode");
    lower(properties, "defaultAccess");
    properties.entry("excludeFromLatest").or_insert(Value::Bool(false));
    let targets = properties.entry("targetLocations").or_insert(Value::Null);
    if targets.is_null() {
        *targets = json!([{ "name": location }]);
    }
    if let Value::Array(targets) = targets {
        targets.reverse();
        for (at, target) in targets.iter_mut().enumerate() {
            shout_region(target, at % 2 == 0);
        }
    }
    let rules = properties.entry("rules").or_insert(Value::Null);
    if let Value::Object(rules) = rules {
        shout_rules(rules);
    }
}

fn shout_region(target: &mut Value, display: bool) {
    let Value::Object(members) = target else { return };
    if let Some(Value::String(name)) = members.get_mut("name") {
        *name = display_or_upper(name, display);
    }
    members.entry("regionalReplicaCount").or_insert(json!(1));
    members.entry("storageAccountType").or_insert(json!("Standard_LRS"));
    members.entry("excludeFromLatest").or_insert(Value::Bool(false));
    members.entry("encryption").or_insert(Value::Null);
}

fn shout_rules(rules: &mut Map<String, Value>) {
    for (list, name, inner) in [
        ("privileges", "name", None),
        ("roles", "name", Some("privileges")),
        ("identities", "name", None),
        ("roleAssignments", "role", Some("identities")),
    ] {
        // To the guest agent an absent list differs from an empty one; null is the same as absent.
        let Value::Array(items) = rules.entry(list).or_insert(Value::Null) else { continue };
        if !has_duplicates(items, name) {
            items.reverse();
        }
        for item in items {
            let Value::Object(item) = item else { continue };
            if let Some(Value::Array(names)) = inner.and_then(|inner| item.get_mut(inner)) {
                names.reverse();
            }
            match list {
                "privileges" => {
                    item.entry("queryParameters").or_insert(Value::Null);
                }
                "identities" => {
                    for condition in ["userName", "groupName", "exePath", "processName"] {
                        item.entry(condition).or_insert(Value::Null);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Of equal names the last one wins, so their order matters.
fn has_duplicates(items: &[Value], member: &str) -> bool {
    let mut names: Vec<&str> =
        items.iter().filter_map(|item| item.get(member)).filter_map(Value::as_str).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair.first() == pair.last())
}

fn display_or_upper(name: &str, as_display: bool) -> String {
    match regions::display(name) {
        Some(display) if as_display => display.to_owned(),
        _ => regions::normal(name).to_uppercase(),
    }
}

fn upper(members: &mut Map<String, Value>, name: &str) {
    if let Some(Value::String(word)) = members.get_mut(name) {
        *word = word.to_uppercase();
    }
}

fn lower(members: &mut Map<String, Value>, name: &str) {
    if let Some(Value::String(word)) = members.get_mut(name) {
        *word = word.to_lowercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_returned_equal_but_respelt() {
        let mut body = json!({
            "id": "/subscriptions/S/resourceGroups/Rg/providers/Microsoft.Compute/galleries/G/inVMAccessControlProfiles\
                   /P/versions/1.0.0",
            "name": "1.0.0",
            "location": "westus",
            "properties": {
                "mode": "Audit",
                "defaultAccess": "Deny",
                "targetLocations": [{"name": "westus"}, {"name": "eastus2"}],
                "rules": {
                    "privileges": [{"name": "a", "path": "/A"}, {"name": "b", "path": "/B"}],
                    "roles": [{"name": "r", "privileges": ["a", "b"]}],
                    "identities": [{"name": "i", "userName": "Me"}]
                }
            }
        });
        shout(&mut body, Kind::Version);
        assert_eq!(
            body["id"],
            "/subscriptions/S/resourcegroups/Rg/providers/microsoft.compute/galleries/G/InVMAccessControlProfiles/P\
             /Versions/1.0.0"
        );
        let properties = &body["properties"];
        assert_eq!(body["location"], "West US");
        assert_eq!(properties["mode"], "AUDIT");
        assert_eq!(properties["defaultAccess"], "deny");
        assert_eq!(properties["excludeFromLatest"], false);
        assert_eq!(properties["targetLocations"][0]["name"], "East US 2");
        assert_eq!(properties["targetLocations"][1]["name"], "WESTUS");
        assert_eq!(properties["targetLocations"][1]["regionalReplicaCount"], 1);
        assert_eq!(
            properties["rules"]["privileges"][0],
            json!({"name": "b", "path": "/B", "queryParameters": null})
        );
        assert_eq!(properties["rules"]["roles"][0]["privileges"], json!(["b", "a"]));
        assert_eq!(properties["rules"]["identities"][0]["userName"], "Me");
        assert_eq!(properties["rules"]["identities"][0]["exePath"], Value::Null);
        assert_eq!(properties["rules"]["roleAssignments"], Value::Null);
    }

    #[test]
    fn the_order_of_equal_names_is_kept() {
        let mut rules = Map::new();
        let twice = json!([{"name": "a", "path": "/1"}, {"name": "a", "path": "/2"}]);
        rules.insert("privileges".to_owned(), twice);
        shout_rules(&mut rules);
        assert_eq!(rules["privileges"][1]["path"], "/2");
    }
}
