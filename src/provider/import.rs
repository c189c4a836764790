//! Import: from the user's input to a state that a refresh can fill.

use std::fmt::Display;

use crate::plugin::resource::{ImportTarget, Stored};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Schema, Type, Value};
use crate::provider::identity::{self, Identified};

/// Accepts an ARM id in any case, the address of the object in Azure's portal, or an identity. No request is
/// made: the host refreshes what it has imported, and reports an object that does not exist.
///
/// # Errors
/// If the text or the identity names no object of the right kind.
pub fn object<T>(target: &ImportTarget, schema: &Schema) -> Result<Stored, Diagnostic>
where
    T: Identified + Display,
    T::Err: Display,
{
    let (id, before) = match target {
        ImportTarget::Id(text) => {
            let id: T = text.trim().parse().map_err(|error| {
                let detail = format!("{text:?} cannot be imported here: {error}.");
                Diagnostic::error("Malformed import id", detail)
            })?;
            (id, None)
        }
        ImportTarget::Identity(identity) => (T::of_identity(identity)?, Some(identity.clone())),
    };
    let identity = identity::stored_or_new(before, &id);
    Ok(Stored { identity: Some(identity), ..Stored::new(state(&id.to_string(), schema)) })
}

/// The state an import begins with: the id, and null for everything else.
#[must_use]
pub fn state(id: &str, schema: &Schema) -> Value {
    let mut attributes: Members = match schema.implied_type() {
        Type::Object(attributes) => attributes.into_keys().map(|name| (name, Value::Null)).collect(),
        _ => Members::new(),
    };
    attributes.insert("id".to_owned(), id.into());
    Value::Object(attributes)
}
