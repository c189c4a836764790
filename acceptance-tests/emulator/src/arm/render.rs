//! From a stored object to the body a client reads.

use serde_json::{Map, Value, json};

use crate::arm::id::Kind;
use crate::arm::{regions, shout, versions};
use crate::clock::rfc3339;
use crate::settings::Settings;
use crate::store::Object;

/// The body of an object at an api-version.
pub fn render(object: &Object, api_version: &str, settings: &Settings) -> Value {
    let kind = object.id.kind();
    let mut body: Map<String, Value> = object.body.clone();
    body.insert("id".to_owned(), json!(object.id.path()));
    body.insert("name".to_owned(), json!(object.id.name()));
    body.insert("type".to_owned(), json!(kind.type_name()));
    let properties = body.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.insert("provisioningState".to_owned(), json!(object.state));
        if kind == Kind::Gallery {
            let name = format!("{}-{}", object.id.subscription, object.id.name().to_uppercase());
            properties.insert("identifier".to_owned(), json!({ "uniqueName": name }));
        }
        if kind == Kind::Version && settings.replication_status {
            let status = replication(properties, object);
            properties.insert("replicationStatus".to_owned(), status);
        }
    }
    if kind != Kind::Group && versions::has_system_data(api_version) {
        let by = json!({
            "createdBy": object.creator, "createdByType": "Application", "createdAt": rfc3339(object.created),
            "lastModifiedBy": object.creator, "lastModifiedByType": "Application",
            "lastModifiedAt": rfc3339(object.modified),
        });
        body.insert("systemData".to_owned(), by);
    }
    let mut body = Value::Object(body);
    if settings.shout {
        shout::shout(&mut body, kind);
    }
    body
}

fn replication(properties: &Map<String, Value>, object: &Object) -> Value {
    let done = object.pending.is_none();
    let targets = properties.get("targetLocations").and_then(Value::as_array);
    let names: Vec<&str> = targets.map_or_else(
        || vec![object.location()],
        |targets| targets.iter().filter_map(|target| target.get("name")).filter_map(Value::as_str).collect(),
    );
    let summary: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({
                "region": regions::display(name).unwrap_or(name),
                "state": if done { "Completed" } else { "Replicating" },
                "details": "",
                "progress": if done { 100 } else { 0 },
            })
        })
        .collect();
    json!({"aggregatedState": if done { "Completed" } else { "InProgress" }, "summary": summary})
}
