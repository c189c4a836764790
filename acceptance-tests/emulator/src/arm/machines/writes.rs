//! PUT and PATCH of machines and scale sets, where they differ from other objects'.

use serde_json::{Map, Value};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::id::ResourceId;
use crate::arm::machines::proxy_agent;
use crate::emulator::Emulator;
use crate::json;
use crate::settings::PatchNull;

/// The body after a PUT.
///
/// # Errors
/// If the settings of the proxy agent are invalid.
pub fn put(
    emulator: &Emulator,
    call: &Call<'_>,
    id: &ResourceId,
    body: &mut Map<String, Value>,
    old: Option<&Map<String, Value>>,
) -> Result<(), ArmError> {
    body.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    remove_read_only(body);
    proxy_agent::limit(id.kind(), body, call.request.parameter("api-version").unwrap_or(""));
    proxy_agent::settle(emulator, id, body, old, None)
}

/// The body after a PATCH: objects are merged member by member, lists and tags replaced.
///
/// # Errors
/// If the settings of the proxy agent are invalid.
pub fn patch(
    emulator: &Emulator,
    call: &Call<'_>,
    id: &ResourceId,
    old: &Map<String, Value>,
    mut change: Map<String, Value>,
) -> Result<Map<String, Value>, ArmError> {
    remove_read_only(&mut change);
    proxy_agent::limit(id.kind(), &mut change, call.request.parameter("api-version").unwrap_or(""));
    let mut whole = Value::Object(old.clone());
    if let (Value::Object(members), Some(tags)) = (&mut whole, change.get("tags")) {
        members.insert("tags".to_owned(), tags.clone());
    }
    let mut merged = Value::Object(change.clone());
    if emulator.settings.machine_patch_null == PatchNull::Ignore {
        without_nulls(&mut merged);
    }
    json::merge(&mut whole, &merged);
    let Value::Object(mut body) = whole else { return Ok(old.clone()) };
    proxy_agent::settle(emulator, id, &mut body, Some(old), Some(&change))?;
    Ok(body)
}

/// Clients send back what they read.
fn remove_read_only(body: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        for name in
            ["provisioningState", "vmId", "uniqueId", "timeCreated", "instanceView", "latestModelApplied"]
        {
            properties.remove(name);
        }
    }
}

fn without_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(without_nulls);
    }
}
