//! Changing an object: an edit of the body the service has given.
//!
//! A change is GET, edit, PUT of the whole object, which is what the shipped az CLI (2.91) does. PATCH was the other
//! choice. By the contract it repeats the full properties, so it saves nothing in what is sent; whether the service
//! takes it without `rules` is shown by one example and tried by no tool we know; and it cannot take a description
//! away. Editing the service's own body has three merits besides: the rules, which cannot be changed, go back just as
//! they came; settings that other tools made stay; and an object that was deleted meanwhile is noticed instead of
//! being created anew.

use super::{DefaultAccess, HostEndpoint, Mode};
use crate::arm::Location;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An edit of a resource's body.
pub trait Change: Sync {
    /// Takes the body the service gave, gives the one to send back.
    fn apply(&self, body: Map<String, Value>) -> Map<String, Value>;
}

/// What can be changed on a profile; `None` leaves a member as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// The description; `Some(None)` takes it away.
    pub description: Option<Option<String>>,
    /// The endpoint the profile guards.
    pub applicable_host_endpoint: Option<HostEndpoint>,
}

/// What can be changed on a version; `None` leaves a member as it is. Rules cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionChange {
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the guest agent does with the rules.
    pub mode: Option<Mode>,
    /// What happens to a request that no privilege speaks of.
    pub default_access: Option<DefaultAccess>,
    /// All regions to replicate to.
    pub target_locations: Option<Vec<Location>>,
    /// Whether machines that take the latest version pass this one over.
    pub exclude_from_latest: Option<bool>,
}

/// Members that are the service's to say, and are not sent back.
const READ_ONLY: [&str; 4] = ["id", "name", "type", "systemData"];
const READ_ONLY_PROPERTIES: [&str; 3] = ["provisioningState", "publishedDate", "replicationStatus"];

/// The lists that the guest agent wants to see, empty ones too.
const RULE_LISTS: [&str; 4] = ["privileges", "roles", "identities", "roleAssignments"];

impl Change for ProfileChange {
    fn apply(&self, mut body: Map<String, Value>) -> Map<String, Value> {
        let mut properties = take_writable(&mut body);
        match &self.description {
            Some(Some(description)) => set(&mut properties, "description", json!(description)),
            Some(None) => drop(properties.remove("description")),
            None => {}
        }
        if let Some(endpoint) = &self.applicable_host_endpoint {
            set(&mut properties, "applicableHostEndpoint", json!(endpoint));
        }
        put_back(body, properties, &self.tags)
    }
}

impl Change for VersionChange {
    fn apply(&self, mut body: Map<String, Value>) -> Map<String, Value> {
        let mut properties = take_writable(&mut body);
        complete_rules(&mut properties);
        if let Some(mode) = &self.mode {
            set(&mut properties, "mode", json!(mode));
        }
        if let Some(access) = &self.default_access {
            set(&mut properties, "defaultAccess", json!(access));
        }
        if let Some(exclude) = self.exclude_from_latest {
            set(&mut properties, "excludeFromLatest", json!(exclude));
        }
        if let Some(wanted) = &self.target_locations {
            let had = properties.remove("targetLocations").unwrap_or_default();
            set(&mut properties, "targetLocations", targets(wanted, &had));
        }
        put_back(body, properties, &self.tags)
    }
}

/// Takes the properties out of a body, and away from both what is not ours to send.
fn take_writable(body: &mut Map<String, Value>) -> Map<String, Value> {
    for member in READ_ONLY {
        body.remove(member);
    }
    let mut properties = match body.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    for member in READ_ONLY_PROPERTIES {
        properties.remove(member);
    }
    properties
}

fn put_back(
    mut body: Map<String, Value>,
    properties: Map<String, Value>,
    tags: &Option<BTreeMap<String, String>>,
) -> Map<String, Value> {
    if let Some(tags) = tags {
        set(&mut body, "tags", json!(tags));
    }
    set(&mut body, "properties", Value::Object(properties));
    body
}

/// A service may give absent or null for an empty list; it gets the empty list back.
fn complete_rules(properties: &mut Map<String, Value>) {
    let rules = properties.entry("rules").or_insert(Value::Null);
    if rules.is_null() {
        *rules = Value::Object(Map::new());
    }
    let Value::Object(rules) = rules else { return };
    for list in RULE_LISTS {
        let list = rules.entry(list).or_insert(Value::Null);
        if list.is_null() {
            *list = Value::Array(Vec::new());
        }
    }
}

/// The regions wanted; one that was there before keeps its other settings.
fn targets(wanted: &[Location], had: &Value) -> Value {
    let had: Vec<&Value> = had.as_array().into_iter().flatten().collect();
    let entry = |location: &Location| {
        let name_of = |entry: &Value| entry.get("name").and_then(Value::as_str).map(Location::new);
        let same = had.iter().find(|entry| name_of(entry).as_ref() == Some(location));
        same.map_or_else(|| json!({ "name": location }), |entry| (*entry).clone())
    };
    Value::Array(wanted.iter().map(entry).collect())
}

fn set(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}
