//! `moved` from `azapi_resource` and `azapi_update_resource`: an object that the azapi provider manages goes on as one of
//! ours, and Azure is not touched.
//!
//! The state of such a resource holds the request body as its user wrote it. What it spells in several ways over
//! the versions of that provider is read in all of them: `body` (and `output`) as JSON in a string (1.x), as an object,
//! or as a value of any type with its type beside it, which is how Terraform stores one (2.x); `location` and `tags`
//! beside the body or in it; any api-version after the type.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::timeouts;
use crate::plugin::resource::Move;
use crate::plugin::{Diagnostic, Value};

/// The resource type of azapi that manages an object as a whole.
pub const WHOLE: &str = "azapi_resource";

/// Namespace and name of the azapi provider, on whichever registry or mirror it comes from.
const SOURCE_PROVIDER: &str = "azure/azapi";

/// What can take the place of what.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The resource type here.
    pub resource: &'static str,
    /// The resource type of azapi.
    pub source: &'static str,
    /// The type at Azure.
    pub arm_type: &'static str,
}

/// Reads a state, and the id in it.
///
/// # Errors
/// When the state is of another provider, another resource type or another type at Azure, or has no usable id.
pub fn read<T>(target: Target, request: &Move) -> Result<(T, Source), Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    let source = Source::read(target, request)?;
    // The id decides what the object is. The type does not: Azure gives a version the type of its profile.
    let id = source.id.parse().map_err(|error| {
        if !source.arm_type.is_empty() && !source.arm_type.eq_ignore_ascii_case(target.arm_type) {
            return refused(format!(
                "A `{}` is a {} at Azure, and the `{}` is a {}.",
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

fn refused(detail: String) -> Diagnostic {
    Diagnostic::error("Move from this is not supported", detail)
}

/// What the state of a resource of azapi says.
#[derive(Debug)]
pub struct Source {
    id: String,
    arm_type: String,
    /// What was asked for.
    pub body: Map<String, Json>,
    output: Map<String, Json>,
    /// The block of that name, as ours.
    pub timeouts: Value,
}

impl Source {
    fn read(target: Target, request: &Move) -> Result<Self, Diagnostic> {
        let provider = request.source_provider.to_ascii_lowercase();
        let is_azapi = provider == SOURCE_PROVIDER || provider.ends_with(&format!("/{SOURCE_PROVIDER}"));
        if !is_azapi || request.source_type != target.source {
            return Err(refused(format!(
                "A `{}` can take the place of an `{}` of the provider {SOURCE_PROVIDER}, and not of a `{}` of {}. Remove \
                 the `moved` block, and import the object by its id instead.",
                target.resource, target.source, request.source_type, request.source_provider
            )));
        }
        let text = |name: &str| request.source_state.get(name).and_then(Json::as_str).unwrap_or_default();
        let (arm_type, _) = text("type").split_once('@').unwrap_or((text("type"), ""));
        let mut body = document(request.source_state.get("body"));
        for name in ["location", "tags"] {
            match request.source_state.get(name) {
                None | Some(Json::Null) => {}
                Some(beside) => drop(body.insert(name.to_owned(), beside.clone())),
            }
        }
        Ok(Self {
            id: text("id").to_owned(),
            arm_type: arm_type.to_owned(),
            body,
            output: document(request.source_state.get("output")),
            timeouts: limits(request.source_state.get(timeouts::BLOCK)),
        })
    }

    /// The object at Azure as far as azapi knew it: what was asked for, over what came back. A refresh follows, so
    /// whatever cannot be read is only left out.
    pub fn object<B: DeserializeOwned + Default>(&self) -> B {
        let mut whole = Json::Object(Map::new());
        if let Some(properties @ Json::Object(_)) = self.output.get("properties") {
            whole = serde_json::json!({ "properties": properties });
        }
        lay_over(&mut whole, &Json::Object(self.body.clone()));
        serde_json::from_value(whole)
            .or_else(|_| serde_json::from_value(Json::Object(self.body.clone())))
            .unwrap_or_default()
    }
}

/// A body or output in any of its spellings; empty when it is none.
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

/// Puts one document over another: objects are merged, everything else is replaced. Null says nothing.
fn lay_over(beneath: &mut Json, above: &Json) {
    match (beneath, above) {
        (Json::Object(beneath), Json::Object(above)) => {
            for (name, value) in above {
                lay_over(beneath.entry(name).or_insert(Json::Null), value);
            }
        }
        (_, Json::Null) => {}
        (beneath, above) => *beneath = above.clone(),
    }
}

/// azapi's `timeouts`, which are ours as well; null when none is set.
fn limits(block: Option<&Json>) -> Value {
    let limit = |name| block.and_then(|block| block.get(name)).and_then(Json::as_str);
    let names = ["create", "read", "update", "delete"];
    if names.into_iter().all(|name| limit(name).is_none()) {
        return Value::Null;
    }
    Value::object(names.map(|name| (name, Value::from(limit(name)))))
}

#[cfg(test)]
mod tests;
