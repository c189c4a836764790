//! Reads JSON whose keys have several spellings.
//!
//! The same member is `notActions` (ARM), `not_actions` (Terraform) or `NotActions` (PowerShell), and at
//! least one built-in role is published with a capitalised `Condition`. Overlooking a key would turn a
//! conditional role into an unconditional one, so keys are compared ignoring case and underscores.

use serde_json::{Map, Value};

/// Why a JSON value is not of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ReadError {
    /// Its place in the value, such as `permissions[0].actions`.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl ReadError {
    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), message: message.into() }
    }
}

/// A JSON object with folded keys, and its path.
#[derive(Clone, Copy)]
pub(crate) struct FoldedFields<'a> {
    map: &'a Map<String, Value>,
    path: &'a str,
}

impl<'a> FoldedFields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>, path: &'a str) -> Self {
        Self { map, path }
    }

    pub(crate) fn path_to(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// The value under `key` in any spelling, `None` if it is absent or null. Two spellings with two
    /// different values are an error: either could be intended.
    pub(crate) fn get(&self, key: &str) -> Result<Option<&'a Value>, ReadError> {
        let wanted = fold_key(key);
        let mut found: Option<&'a Value> = None;
        for (name, value) in self.map {
            if value.is_null() || fold_key(name) != wanted {
                continue;
            }
            if found.is_some_and(|earlier| earlier != value) {
                return Err(ReadError::new(
                    &self.path_to(key),
                    "it is set twice, in two spellings, with two values",
                ));
            }
            found = Some(value);
        }
        Ok(found)
    }

    /// The text under `key`; `None` if it is absent, null or empty, since Terraform providers export "none"
    /// as an empty text.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, ReadError> {
        match self.get(key)? {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_kind(&self.path_to(key), "a string", other)),
        }
    }

    /// The boolean under `key`, or `None` if it is absent or null.
    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>, ReadError> {
        match self.get(key)? {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(wrong_kind(&self.path_to(key), "true or false", other)),
        }
    }

    /// The strings under `key`; none if it is absent or null.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<&'a str>, ReadError> {
        match self.get(key)? {
            None => Ok(Vec::new()),
            Some(value) => texts(value, &self.path_to(key)),
        }
    }

    /// The keys of this object.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.map.keys().map(String::as_str)
    }

    /// The first key of this object that folds to one of `keys`.
    pub(crate) fn first_of(&self, keys: &[&str]) -> Option<&'a str> {
        self.map.keys().map(String::as_str).find(|name| keys.contains(&fold_key(name).as_str()))
    }
}

/// The strings of a JSON list.
pub(crate) fn texts<'a>(value: &'a Value, path: &str) -> Result<Vec<&'a str>, ReadError> {
    let Value::Array(items) = value else { return Err(wrong_kind(path, "a list of strings", value)) };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            item.as_str().ok_or_else(|| wrong_kind(&format!("{path}[{index}]"), "a string", item))
        })
        .collect()
}

/// A key in the form in which it is compared: lower case, no underscores.
pub(crate) fn fold_key(key: &str) -> String {
    key.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// The error for a value of another kind than `wanted`.
pub(crate) fn wrong_kind(path: &str, wanted: &str, found: &Value) -> ReadError {
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ReadError::new(path, format!("expected {wanted}, found {kind}"))
}
