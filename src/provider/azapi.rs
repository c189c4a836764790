//! `moved` from `azapi_resource` and `azapi_update_resource`: this provider takes over an object that azapi
//! manages, without a write to Azure.
//!
//! The state of such a resource holds the request body as its user wrote it. All versions of azapi are read.
//! In 1.x, `body` and `output` are JSON text. In 2.x, each is an object, or a value with its type, as
//! Terraform stores a value of any type. `location` and `tags` are in the body or next to it. Any api-version
//! may follow the type.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::timeouts;
use crate::plugin::resource::Move;
use crate::plugin::{Diagnostic, Value};

/// The resource type of azapi that manages a whole object.
pub const RESOURCE_TYPE: &str = "azapi_resource";

/// Namespace and name of the azapi provider, on any registry or mirror.
const SOURCE_PROVIDER: &str = "azure/azapi";

/// One supported move.
#[derive(Clone, Copy, Debug)]
pub struct MoveTarget {
    /// The resource type here.
    pub resource: &'static str,
    /// The resource type in azapi.
    pub source: &'static str,
    /// The type at Azure.
    pub arm_type: &'static str,
}

/// Reads a state and the id in it.
///
/// # Errors
/// If the state is from another provider, of another resource type or of another type at Azure, or has no
/// usable id.
pub fn read<T>(target: MoveTarget, request: &Move) -> Result<(T, AzapiState), Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    let source = AzapiState::read(target, request)?;
    // The id determines the kind of object. The type does not: Azure gives a version the type of its profile.
    let id = source.id.parse().map_err(|error| {
        if !source.arm_type.is_empty() && !source.arm_type.eq_ignore_ascii_case(target.arm_type) {
            return unsupported_move(format!(
                "A `{}` is a {} at Azure, but the `{}` is a {}.",
                target.resource, target.arm_type, target.source, source.arm_type
            ));
        }
        let detail = format!(
            "The `{}` has the id {:?}, which cannot become a `{}`: {error}.",
            target.source, source.id, target.resource
        );
        Diagnostic::error("Move of another kind of object", detail)
    })?;
    Ok((id, source))
}

fn unsupported_move(detail: String) -> Diagnostic {
    Diagnostic::error("Move from this is not supported", detail)
}

/// The content of an azapi resource's state.
#[derive(Debug)]
pub struct AzapiState {
    id: String,
    arm_type: String,
    /// The request body.
    pub body: Map<String, Json>,
    output: Map<String, Json>,
    /// The `timeouts` block, in this provider's form.
    pub timeouts: Value,
}

impl AzapiState {
    fn read(target: MoveTarget, request: &Move) -> Result<Self, Diagnostic> {
        let provider = request.source_provider.to_ascii_lowercase();
        let is_azapi = provider == SOURCE_PROVIDER || provider.ends_with(&format!("/{SOURCE_PROVIDER}"));
        if !is_azapi || request.source_type != target.source {
            return Err(unsupported_move(format!(
                "A `{}` can take over an `{}` of the provider {SOURCE_PROVIDER}, but not a `{}` of {}. \
                 Remove the `moved` block, and import the object by its id instead.",
                target.resource, target.source, request.source_type, request.source_provider
            )));
        }
        let text = |name: &str| request.source_state.get(name).and_then(Json::as_str).unwrap_or_default();
        let (arm_type, _) = text("type").split_once('@').unwrap_or((text("type"), ""));
        let mut body = document(request.source_state.get("body"));
        for name in ["location", "tags"] {
            match request.source_state.get(name) {
                None | Some(Json::Null) => {}
                Some(value) => drop(body.insert(name.to_owned(), value.clone())),
            }
        }
        Ok(Self {
            id: text("id").to_owned(),
            arm_type: arm_type.to_owned(),
            body,
            output: document(request.source_state.get("output")),
            timeouts: timeouts_block(request.source_state.get(timeouts::BLOCK)),
        })
    }

    /// The object at Azure as far as azapi knew it: the request merged over the response. A refresh follows,
    /// so parts that cannot be read are omitted.
    pub fn object<B: DeserializeOwned + Default>(&self) -> B {
        let mut whole = Json::Object(Map::new());
        if let Some(properties @ Json::Object(_)) = self.output.get("properties") {
            whole = serde_json::json!({ "properties": properties });
        }
        merge(&mut whole, &Json::Object(self.body.clone()));
        serde_json::from_value(whole)
            .or_else(|_| serde_json::from_value(Json::Object(self.body.clone())))
            .unwrap_or_default()
    }
}

/// A body or output in any of its spellings; empty when it is not an object.
fn document(value: Option<&Json>) -> Map<String, Json> {
    match value {
        Some(Json::String(text)) => match serde_json::from_str(text) {
            Ok(Json::Object(object)) => object,
            _ => Map::new(),
        },
        Some(Json::Object(object)) => match (object.len(), object.get("type"), object.get("value")) {
            (2, Some(_), Some(value)) => document(Some(value)),
            _ => object.clone(),
        },
        _ => Map::new(),
    }
}

/// Merges one document over another: objects are merged, everything else is replaced. Null changes nothing.
fn merge(beneath: &mut Json, above: &Json) {
    match (beneath, above) {
        (Json::Object(beneath), Json::Object(above)) => {
            for (name, value) in above {
                merge(beneath.entry(name).or_insert(Json::Null), value);
            }
        }
        (_, Json::Null) => {}
        (beneath, above) => *beneath = above.clone(),
    }
}

/// azapi's `timeouts`, which have the same names here; null when none is set.
fn timeouts_block(block: Option<&Json>) -> Value {
    let limit = |name| block.and_then(|block| block.get(name)).and_then(Json::as_str);
    let names = ["create", "read", "update", "delete"];
    if names.into_iter().all(|name| limit(name).is_none()) {
        return Value::Null;
    }
    Value::object(names.map(|name| (name, Value::from(limit(name)))))
}

#[cfg(test)]
mod tests;
