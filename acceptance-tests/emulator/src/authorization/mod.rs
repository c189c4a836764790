//! `Microsoft.Authorization`: role definitions, role assignments, deny assignments, the caller's permissions,
//! and the catalogue of operations. They have no effect here: the identity may do everything whatever its
//! roles are.

mod catalogue;
mod definitions;
mod directory;
mod filter;
mod grants;
mod page;
mod permissions;
mod scope;

#[cfg(test)]
mod tests;

pub use directory::Directory;

use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use grants::Kind;
use scope::Scope;

/// The namespace of these types, in the case in which paths are compared.
const NAMESPACE: &str = "microsoft.authorization";

/// Handles a request whose path names one of the types; `None` if it names none.
pub fn answer(
    emulator: &mut Emulator,
    call: &Call<'_>,
    segments: &[String],
) -> Option<Result<Reply, ArmError>> {
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
    let at =
        lower.windows(2).rposition(|pair| matches!(pair, [a, b] if a == "providers" && b == NAMESPACE))?;
    let rest: Vec<&str> = lower.get(at + 2..)?.iter().map(String::as_str).collect();
    let name = segments.get(at + 3).map_or("", String::as_str);
    if !matches!(
        rest.first(),
        Some(
            &("roledefinitions"
                | "roleassignments"
                | "denyassignments"
                | "permissions"
                | "provideroperations")
        )
    ) {
        return None;
    }
    let scope = match Scope::of(emulator, segments.get(..at)?) {
        Ok(scope) => scope,
        Err(error) => return Some(Err(error)),
    };
    let method = &call.request.method;
    let result = match (method.as_str(), rest.as_slice()) {
        ("GET", ["provideroperations"]) if scope.is_root() => catalogue::list(emulator, call),
        ("GET", ["provideroperations", _]) if scope.is_root() => catalogue::one(call, name),
        ("GET", ["permissions"]) => permissions::list(emulator, call, &scope),
        ("GET", ["roledefinitions"]) => definitions::list(emulator, call, &scope),
        ("GET", ["roledefinitions", _]) => definitions::one(emulator, &scope, name),
        ("PUT", ["roledefinitions", _]) => definitions::put(emulator, call, &scope, name),
        ("DELETE", ["roledefinitions", _]) => definitions::delete(emulator, &scope, name),
        ("GET", ["roleassignments"]) => grants::list(emulator, call, &scope, Kind::Role),
        ("GET", ["roleassignments", _]) => grants::one(emulator, &scope, name, Kind::Role),
        ("PUT", ["roleassignments", _]) => grants::put(emulator, call, &scope, name),
        ("DELETE", ["roleassignments", _]) => grants::delete(emulator, &scope, name),
        ("GET", ["denyassignments"]) => grants::list(emulator, call, &scope, Kind::Deny),
        ("GET", ["denyassignments", _]) => grants::one(emulator, &scope, name, Kind::Deny),
        _ if *method == Method::GET => Err(ArmError::path_unknown(&call.request.path)),
        _ => Err(ArmError::verb_unsupported(method.as_str())),
    };
    Some(result)
}

fn ok(body: &Value) -> Reply {
    Reply::json(StatusCode::OK, body)
}

fn created(body: &Value) -> Reply {
    Reply::json(StatusCode::CREATED, body)
}

/// Text beneath `properties`, empty if it is absent.
fn property<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get("properties").and_then(|properties| properties.get(name)).and_then(Value::as_str).unwrap_or("")
}

/// Reads the body of a PUT.
fn read(call: &Call<'_>) -> Result<Value, ArmError> {
    crate::json::parse(&call.request.body).map_err(|error| ArmError::content_invalid(&error.to_string()))
}

/// The `name` of a body, which is a GUID for all types here.
fn name_of(body: &Value) -> &str {
    body.get("name").and_then(Value::as_str).unwrap_or("")
}
