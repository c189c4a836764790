//! Import: from what a person gives to a state that a refresh can fill.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use crate::plugin::resource::{ImportTarget, Stored};
use crate::plugin::{Diagnostic, Schema, Type, Value};

/// Takes an ARM id in any case, or the address of the object in Azure's portal. No request is made: the host
/// refreshes what it has imported, and tells when there is nothing.
///
/// # Errors
/// When the text is no id of the right kind.
pub fn by_id<T, E>(target: &ImportTarget, schema: &Schema) -> Result<Stored, Diagnostic>
where
    T: FromStr<Err = E> + Display,
    E: Display,
{
    let ImportTarget::Id(text) = target else {
        return Err(Diagnostic::error(
            "Import by identity is not supported",
            "This resource has no identity. Import it by its `id`.",
        ));
    };
    let id: T = text.trim().parse().map_err(|error| {
        let detail = format!("{text:?} is not what can be imported here: {error}.");
        Diagnostic::error("Malformed import id", detail)
    })?;
    Ok(Stored::new(state(&id.to_string(), schema)))
}

/// The state an import begins with: the id, and null for everything else.
#[must_use]
pub fn state(id: &str, schema: &Schema) -> Value {
    let mut attributes: BTreeMap<String, Value> = match schema.implied_type() {
        Type::Object(attributes) => attributes.into_keys().map(|name| (name, Value::Null)).collect(),
        _ => BTreeMap::new(),
    };
    attributes.insert("id".to_owned(), id.into());
    Value::Object(attributes)
}
