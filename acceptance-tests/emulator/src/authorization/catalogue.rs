//! `providerOperations`: the catalogue of operations, frozen.

use std::sync::LazyLock;

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::ok;
use super::page::page;
use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::emulator::Emulator;
use crate::exchange::Reply;

/// The catalogue, with the members of its source.
static OPERATIONS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(include_str!("data/operations.json")).unwrap_or_default();
    all.get("value").and_then(Value::as_array).cloned().unwrap_or_default()
});

/// Every namespace.
pub(super) fn list(emulator: &Emulator, call: &Call<'_>) -> Result<Reply, ArmError> {
    Ok(page(emulator, call, OPERATIONS.iter().map(|namespace| whole(namespace, call)).collect()))
}

/// One namespace.
pub(super) fn one(call: &Call<'_>, name: &str) -> Result<Reply, ArmError> {
    let found = OPERATIONS.iter().find(|namespace| super::name_of(namespace).eq_ignore_ascii_case(name));
    found.map(|namespace| ok(&whole(namespace, call))).ok_or_else(|| {
        ArmError::new(StatusCode::NOT_FOUND, "ProviderNotFound", format!("Provider '{name}' not found."))
    })
}

/// The namespace with all members of the contract. `$expand=resourceTypes` is the same as without `$expand`.
fn whole(namespace: &Value, call: &Call<'_>) -> Value {
    let name = super::name_of(namespace);
    let list =
        |body: &Value, member: &str| body.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let operations =
        |body: &Value| -> Vec<Value> { list(body, "operations").iter().map(operation).collect() };
    let expand = call.request.parameter("$expand").unwrap_or("resourceTypes");
    let types: Vec<Value> = if expand.eq_ignore_ascii_case("resourceTypes") {
        let with_operations = |kind: &Value| {
            let kind_name = super::name_of(kind);
            json!({"name": kind_name, "displayName": kind_name, "operations": operations(kind)})
        };
        list(namespace, "resourceTypes").iter().map(with_operations).collect()
    } else {
        Vec::new()
    };
    json!({
        "id": format!("/providers/Microsoft.Authorization/providerOperations/{name}"),
        "name": name,
        "type": "Microsoft.Authorization/providerOperations",
        "displayName": name.replace('.', " "),
        "resourceTypes": types,
        "operations": operations(namespace),
    })
}

/// The operation with texts like the service's, derived from its name.
fn operation(short: &Value) -> Value {
    let mut members = short.as_object().cloned().unwrap_or_else(Map::new);
    let name = super::name_of(short).to_owned();
    let mut parts: Vec<&str> = name.split('/').skip(1).collect();
    let verb = match parts.pop() {
        Some("action") => parts.pop().unwrap_or("act"),
        Some(verb) => verb,
        None => "",
    };
    members.entry("displayName").or_insert_with(|| json!(format!("{verb} {}", parts.join("/"))));
    members.entry("description").or_insert_with(|| json!(format!("{verb} {}", parts.join("/"))));
    members.entry("origin").or_insert_with(|| json!("user,system"));
    members.entry("isDataAction").or_insert_with(|| json!(false));
    members.entry("properties").or_insert(Value::Null);
    Value::Object(members)
}
