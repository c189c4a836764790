//! Renders a stored object as the body that a client reads.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::arm::id::Kind;
use crate::arm::layout::{self, Layout};
use crate::arm::{contract, machines, shout, versions};
use crate::clock::azure_time;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::store::Object;

/// The purpose of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The response to a GET, or an entry of a list.
    Read,
    /// The response to a write.
    Write,
}

/// The response with an object as its body, in lines as the Compute provider writes it. Resource groups are
/// Azure Resource Manager's own, and compact.
pub fn reply(
    status: StatusCode,
    object: &Object,
    api_version: &str,
    purpose: Purpose,
    emulator: &Emulator,
) -> Reply {
    let kind = object.id.kind();
    let layout = if kind == Kind::Group { Layout::Compact } else { Layout::Lines };
    let body = render(object, api_version, purpose, emulator);
    Reply::json_text(status, layout::text(&body, contract::body(kind), layout))
}

/// The body of an object at an api-version.
pub fn render(object: &Object, api_version: &str, purpose: Purpose, emulator: &Emulator) -> Value {
    let settings = &emulator.settings;
    let kind = object.id.kind();
    let mut body: Map<String, Value> = object.body.clone();
    body.insert("id".to_owned(), json!(object.id.path()));
    body.insert("name".to_owned(), json!(object.id.name()));
    body.insert("type".to_owned(), json!(kind.answered_type()));
    let properties = body.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.insert("provisioningState".to_owned(), json!(object.state));
        if kind == Kind::Gallery {
            let name = format!("{}-{}", object.id.subscription, object.id.name().to_uppercase());
            properties.insert("identifier".to_owned(), json!({ "uniqueName": name }));
        }
        if kind == Kind::Version && purpose == Purpose::Read && settings.replication_status {
            let status = replication(properties, object);
            properties.insert("replicationStatus".to_owned(), status);
        }
    }
    if kind.is_machine() {
        let set = object.id.parent().and_then(|set| emulator.store.get(&set));
        machines::render::fill(&mut body, object, set.and_then(machines::scale_set::model), api_version);
    } else if kind != Kind::Group && versions::has_system_data(api_version) {
        let by = json!({
            "createdBy": object.creator, "createdByType": "Application",
            "createdAt": azure_time(object.created, 0),
            "lastModifiedBy": object.creator, "lastModifiedByType": "Application",
            "lastModifiedAt": azure_time(object.modified, 0),
        });
        body.insert("systemData".to_owned(), by);
    }
    let mut body = Value::Object(body);
    if settings.shout {
        shout::shout(&mut body, kind);
    }
    body
}

/// The state in each region, in the order of `targetLocations`. Only `Completed` is recorded; the state
/// before an operation's end is assumed.
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
                "progress": if done { 100 } else { 0 },
                "region": name,
                "state": if done { "Completed" } else { "Replicating" },
            })
        })
        .collect();
    json!({"aggregatedState": if done { "Completed" } else { "InProgress" }, "summary": summary})
}
