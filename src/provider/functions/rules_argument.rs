//! The argument that most functions about access take: rules, in either shape.

use crate::allowlist::{Document, Lists, Rules};
use crate::plugin::function::{FunctionError, Parameter};
use crate::plugin::{Type, Value};

use super::json;

/// What the argument takes, for the documentation.
const DESCRIPTION: &str = "The rules: a whole `gallery_invm_access_profile_version`, or an object `{ mode, default_access, \
                           rules = { privileges, roles, identities, role_assignments } }` of the same shape, or what \
                           Azure Resource Manager has: `{ mode, defaultAccess, rules = { privileges = [...], ... } }`, \
                           also under `properties`.";

/// The parameter.
#[must_use]
pub fn parameter(name: &'static str) -> Parameter {
    Parameter { name, kind: Type::Dynamic, allow_null: false, description: DESCRIPTION.into() }
}

/// The document in an argument.
///
/// # Errors
/// When it is none that the guest agent would read.
pub fn document(position: i64, value: &Value) -> Result<Document, FunctionError> {
    let json = json::from_value(value);
    let json = match json {
        serde_json::Value::String(text) => serde_json::from_str(&text)
            .map_err(|error| FunctionError::argument(position, format!("The text is not JSON: {error}.")))?,
        other => other,
    };
    Document::from_value(&json).map_err(|refused| {
        FunctionError::argument(position, format!("These rules cannot be read: {refused}."))
    })
}

/// The rules in an argument as the guest agent reads them.
///
/// # Errors
/// When they are none that it would read.
pub fn rules(position: i64, value: &Value) -> Result<Rules, FunctionError> {
    let lists: Lists = document(position, value)?.rules.unwrap_or_default();
    Ok(lists.into_rules().0)
}

/// The argument at a position; Terraform always sends all of them.
///
/// # Errors
/// When the host sent fewer.
pub fn take(arguments: &mut std::vec::IntoIter<Value>, position: i64) -> Result<Value, FunctionError> {
    arguments.next().ok_or_else(|| FunctionError::argument(position, "The argument is missing."))
}
