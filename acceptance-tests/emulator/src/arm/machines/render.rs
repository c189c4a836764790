//! The members that the service adds to a machine's body when it returns it, and those that it hides from an
//! older api-version.

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use crate::arm::id::Kind;
use crate::arm::machines::proxy_agent;
use crate::clock::azure_time;
use crate::store::Object;

/// Fills in the members that only the service writes. `model` is the model for instances of the object's
/// scale set.
pub fn fill(body: &mut Map<String, Value>, object: &Object, model: Option<&Value>, version: &str) {
    let kind = object.id.kind();
    proxy_agent::limit(kind, body, version);
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        let name = if kind == Kind::ScaleSet { "uniqueId" } else { "vmId" };
        properties.insert(name.to_owned(), json!(unique(object)));
        properties.insert("timeCreated".to_owned(), json!(azure_time(object.created, 0)));
        if kind == Kind::Instance {
            let latest = model.is_some() && object.model.as_ref() == model;
            properties.insert("latestModelApplied".to_owned(), json!(latest));
        }
    }
    if kind == Kind::Instance {
        body.insert("instanceId".to_owned(), json!(object.id.name()));
        let set = object.id.parent().map(|set| set.name().to_owned()).unwrap_or_default();
        body.insert("name".to_owned(), json!(format!("{set}_{}", object.id.name())));
    }
}

/// An id that stays as long as the object: derived from its own id and its time of creation.
fn unique(object: &Object) -> String {
    let seed = format!("{}@{}", object.id.key(), object.created);
    let digest = digest(&SHA256, seed.as_bytes());
    let bytes = digest.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
