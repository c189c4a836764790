//! Changing an object: an edit of the body that the service returned.
//!
//! A change is GET, edit, PUT of the whole object, as the az CLI and PowerShell do it. PATCH would have no
//! advantage: by the contract it repeats the full properties, so the request is no smaller, and it cannot
//! remove a description. Only one example shows that the service accepts it without `rules`, and no tool we
//! know tries it.
//!
//! Editing the service's own body has three advantages. Unchanged members go back exactly as they came.
//! Settings of other tools stay. The update notices an object that was deleted in the meantime, instead of
//! creating it again.
//!
//! Members stay text until they are changed, so numbers keep their digits, and absent rules stay absent.
//! Members that the contract marks as read-only are omitted.

use super::Word;
use crate::allowlist::{DefaultAccess, Endpoint, Mode};
use crate::arm::Location;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The members of an object, each as it came.
pub type Members = BTreeMap<String, Box<RawValue>>;

/// An edit of a resource's body.
pub trait Change: Sync {
    /// Takes the service's body, returns the one to send back.
    ///
    /// # Errors
    /// If a new value cannot be written as JSON.
    fn apply(&self, body: Members) -> Result<Members, serde_json::Error>;
}

/// What can be changed on a profile; `None` leaves a member as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// The description; `Some(None)` removes it.
    pub description: Option<Option<String>>,
    /// The endpoint the profile guards.
    pub applicable_host_endpoint: Option<Word<Endpoint>>,
}

/// What can be changed on a version; `None` leaves a member as it is. Rules cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionChange {
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the guest agent does with the rules.
    pub mode: Option<Word<Mode>>,
    /// What happens to a request that no privilege matches.
    pub default_access: Option<Word<DefaultAccess>>,
    /// All regions to replicate to.
    pub target_locations: Option<Vec<Location>>,
    /// Whether it is excluded from latest.
    pub exclude_from_latest: Option<bool>,
}

/// Members that only the service sets, and that are not sent back.
const READ_ONLY: [&str; 4] = ["id", "name", "type", "systemData"];
const READ_ONLY_PROPERTIES: [&str; 3] = ["provisioningState", "publishedDate", "replicationStatus"];

impl Change for ProfileChange {
    fn apply(&self, mut body: Members) -> Result<Members, serde_json::Error> {
        let mut properties = take_writable(&mut body);
        match &self.description {
            Some(Some(description)) => set(&mut properties, "description", description)?,
            Some(None) => drop(properties.remove("description")),
            None => {}
        }
        if let Some(endpoint) = &self.applicable_host_endpoint {
            set(&mut properties, "applicableHostEndpoint", endpoint)?;
        }
        reassemble(body, &properties, self.tags.as_ref())
    }
}

impl Change for VersionChange {
    fn apply(&self, mut body: Members) -> Result<Members, serde_json::Error> {
        let mut properties = take_writable(&mut body);
        if let Some(mode) = &self.mode {
            set(&mut properties, "mode", mode)?;
        }
        if let Some(access) = &self.default_access {
            set(&mut properties, "defaultAccess", access)?;
        }
        if let Some(exclude) = self.exclude_from_latest {
            set(&mut properties, "excludeFromLatest", &exclude)?;
        }
        if let Some(locations) = &self.target_locations {
            let current = properties
                .get("targetLocations")
                .and_then(|current| serde_json::from_str(current.get()).ok());
            set(&mut properties, "targetLocations", &targets(locations, &current.unwrap_or_default()))?;
        }
        reassemble(body, &properties, self.tags.as_ref())
    }
}

/// Splits the properties off a body, and removes read-only members from both.
fn take_writable(body: &mut Members) -> Members {
    for member in READ_ONLY {
        body.remove(member);
    }
    let properties = body.remove("properties");
    let mut properties: Members =
        properties.and_then(|properties| serde_json::from_str(properties.get()).ok()).unwrap_or_default();
    for member in READ_ONLY_PROPERTIES {
        properties.remove(member);
    }
    properties
}

fn reassemble(
    mut body: Members,
    properties: &Members,
    tags: Option<&BTreeMap<String, String>>,
) -> Result<Members, serde_json::Error> {
    if let Some(tags) = tags {
        set(&mut body, "tags", tags)?;
    }
    body.insert("properties".to_owned(), to_raw_value(properties)?);
    Ok(body)
}

/// The requested regions; an existing one keeps its other settings.
fn targets(locations: &[Location], current: &Value) -> Value {
    let current: Vec<&Value> = current.as_array().into_iter().flatten().collect();
    let entry = |location: &Location| {
        let name_of = |entry: &Value| entry.get("name").and_then(Value::as_str).map(Location::new);
        let same = current.iter().find(|entry| name_of(entry).as_ref() == Some(location));
        same.map_or_else(|| json!({ "name": location }), |entry| (*entry).clone())
    };
    Value::Array(locations.iter().map(entry).collect())
}

/// Sets a member; one that already has this value keeps its text.
fn set(members: &mut Members, name: &str, value: &impl Serialize) -> Result<(), serde_json::Error> {
    let new = serde_json::to_value(value)?;
    let current = members.get(name).and_then(|current| serde_json::from_str::<Value>(current.get()).ok());
    if current.as_ref() != Some(&new) {
        members.insert(name.to_owned(), to_raw_value(&new)?);
    }
    Ok(())
}
