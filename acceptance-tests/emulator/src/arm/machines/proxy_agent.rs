//! `proxyAgentSettings` in a machine's or scale set's body: the members of each api-version, and which
//! exclude each other.
//!
//! Source: the generated SDKs for the members and their first api-versions; threads of the az CLI for the
//! conflict of `mode` and a reference, and for the effect of a PATCH with only the reference on the mode.

use serde_json::{Map, Value};

use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::regions;
use crate::emulator::Emulator;
use crate::json;
use crate::settings::MachinePut;

/// The member with a version's id.
pub const REFERENCE: &str = "inVMAccessControlProfileReferenceId";
/// The endpoints, as members.
pub const ENDPOINTS: [&str; 2] = ["wireServer", "imds"];

/// Members of the settings, and the first api-version with them.
const SINCE: [(&str, &str); 3] =
    [("wireServer", "2024-03-01"), ("imds", "2024-03-01"), ("addProxyAgentExtension", "2025-04-01")];
/// The same of one endpoint's settings.
const ENDPOINT_SINCE: [(&str, &str); 2] = [(REFERENCE, "2024-11-01"), ("useLocalFileRules", "2026-04-01")];

/// The path from `properties` to the settings.
fn way(kind: Kind) -> &'static [&'static str] {
    if kind == Kind::ScaleSet {
        &["virtualMachineProfile", "securityProfile", "proxyAgentSettings"]
    } else {
        &["securityProfile", "proxyAgentSettings"]
    }
}

/// The settings in a body.
pub fn of(kind: Kind, body: &Map<String, Value>) -> Option<&Map<String, Value>> {
    way(kind).iter().try_fold(body.get("properties")?, |value, name| value.get(*name))?.as_object()
}

fn of_mut(kind: Kind, body: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    way(kind)
        .iter()
        .try_fold(body.get_mut("properties")?, |value, name| value.get_mut(*name))?
        .as_object_mut()
}

/// A member of an endpoint's settings.
pub fn member<'a>(settings: &'a Map<String, Value>, endpoint: &str, name: &str) -> Option<&'a str> {
    settings.get(endpoint)?.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// Removes what an api-version does not know, both from requests and from responses.
pub fn limit(kind: Kind, body: &mut Map<String, Value>, version: &str) {
    let Some(settings) = of_mut(kind, body) else { return };
    let unknown = |since: &str| version < since;
    settings.retain(|name, _| SINCE.iter().all(|(known, since)| known != name || !unknown(since)));
    for endpoint in ENDPOINTS {
        if let Some(Value::Object(members)) = settings.get_mut(endpoint) {
            members.retain(|name, _| {
                ENDPOINT_SINCE.iter().all(|(known, since)| known != name || !unknown(since))
            });
        }
    }
}

/// The result of a write: the new body with the settings that the service keeps or clears.
///
/// `change` is the body of a PATCH. `body` is then the old one with the change merged in.
///
/// # Errors
/// If mode and reference exclude each other, or the reference is invalid.
pub fn settle(
    emulator: &Emulator,
    id: &ResourceId,
    body: &mut Map<String, Value>,
    old: Option<&Map<String, Value>>,
    change: Option<&Map<String, Value>>,
) -> Result<(), ArmError> {
    let kind = id.kind();
    let before = old.and_then(|old| of(kind, old)).cloned();
    if let (None, MachinePut::Keep, Some(before)) = (change, emulator.settings.machine_put, &before) {
        keep(kind, body, before);
    }
    let location = body.get("location").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(settings) = of_mut(kind, body) else { return Ok(()) };
    let patched = change.and_then(|change| of(kind, change));
    for endpoint in ENDPOINTS {
        let names = |name: &str| patched.is_some_and(|patched| member(patched, endpoint, name).is_some());
        if emulator.settings.machine_patch_clears {
            let cleared = match (names(REFERENCE), names("mode")) {
                (true, false) => Some("mode"),
                (false, true) => Some(REFERENCE),
                _ => None,
            };
            if let (Some(cleared), Some(Value::Object(members))) = (cleared, settings.get_mut(endpoint)) {
                members.remove(cleared);
            }
        }
        let Some(reference) = member(settings, endpoint, REFERENCE) else { continue };
        if member(settings, endpoint, "mode").is_some() {
            return Err(conflict(kind, endpoint));
        }
        let unchanged =
            before.as_ref().and_then(|before| member(before, endpoint, REFERENCE)) == Some(reference);
        if emulator.settings.machine_reference_check && !unchanged {
            check_reference(emulator, kind, endpoint, reference, &location)?;
        }
    }
    Ok(())
}

/// Merges the previous settings into those of the new body.
fn keep(kind: Kind, body: &mut Map<String, Value>, before: &Map<String, Value>) {
    let sent = of(kind, body).cloned().unwrap_or_default();
    let mut kept = Value::Object(before.clone());
    json::merge(&mut kept, &Value::Object(sent));
    let nested = way(kind)
        .iter()
        .rev()
        .fold(kept, |value, name| Value::Object(Map::from_iter([((*name).to_owned(), value)])));
    let mut whole = Value::Object(std::mem::take(body));
    json::merge(&mut whole, &serde_json::json!({ "properties": nested }));
    if let Value::Object(whole) = whole {
        *body = whole;
    }
}

/// The path of an endpoint's member, as errors name it.
fn path(kind: Kind, endpoint: &str, name: &str) -> String {
    format!("{}.{endpoint}.{name}", way(kind).join("."))
}

fn conflict(kind: Kind, endpoint: &str) -> ArmError {
    let (mode, reference) = (path(kind, endpoint, "mode"), path(kind, endpoint, REFERENCE));
    let text = format!("The properties '{mode}' and '{reference}' cannot be specified together.");
    let mut error =
        ArmError::bad("InvalidParameterConflictingProperties", text).at(&format!("{mode}, {reference}"));
    error.by_gateway = false;
    error
}

/// Refuses a reference that is not a version, does not exist, or is not replicated to the machine's region.
fn check_reference(
    emulator: &Emulator,
    kind: Kind,
    endpoint: &str,
    reference: &str,
    location: &str,
) -> Result<(), ArmError> {
    let target = path(kind, endpoint, REFERENCE);
    let refuse = |reason: &str| {
        let mut error = ArmError::member_invalid(&target, reason);
        error.by_gateway = false;
        Err(error)
    };
    let Some(id) = ResourceId::parse(reference).filter(|id| id.kind() == Kind::Version) else {
        return refuse("It is not the id of a version of an in-VM access control profile.");
    };
    // The emulator does not have the galleries of other subscriptions.
    if !id.subscription.eq_ignore_ascii_case(&emulator.identity.subscription_id) {
        return Ok(());
    }
    let Some(version) = emulator.store.get(&id) else {
        return refuse(&format!("The version '{reference}' was not found."));
    };
    let targets = version.properties().and_then(|properties| properties.get("targetLocations"));
    let mut names =
        targets.and_then(Value::as_array).into_iter().flatten().filter_map(|one| one.get("name")?.as_str());
    let home = regions::normal(location);
    if regions::normal(version.location()) != home && !names.any(|name| regions::normal(name) == home) {
        return refuse(&format!("The version '{reference}' is not replicated to the region '{home}'."));
    }
    Ok(())
}

/// Whether a machine's body refers to a version.
pub fn refers(kind: Kind, body: &Map<String, Value>, version: &str) -> bool {
    of(kind, body).is_some_and(|settings| {
        ENDPOINTS.iter().any(|endpoint| {
            member(settings, endpoint, REFERENCE).is_some_and(|id| id.eq_ignore_ascii_case(version))
        })
    })
}
