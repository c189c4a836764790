//! From a value to a type of the program.

use std::collections::BTreeMap;

use super::{Members, Value};
use crate::plugin::diagnostic::Diagnostic;
use crate::plugin::path::Path;

/// An attribute as the program holds it: set, not set, or not known before apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maybe<T> {
    /// Set to this.
    Known(T),
    /// Not set.
    #[default]
    Null,
    /// Will be known at apply.
    Unknown,
}

impl<T> Maybe<T> {
    /// The value when it is known and set.
    #[must_use]
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The same by reference.
    #[must_use]
    pub const fn as_ref(&self) -> Maybe<&T> {
        match self {
            Self::Known(value) => Maybe::Known(value),
            Self::Null => Maybe::Null,
            Self::Unknown => Maybe::Unknown,
        }
    }

    /// The same with the known value changed.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Maybe<U> {
        match self {
            Self::Known(value) => Maybe::Known(change(value)),
            Self::Null => Maybe::Null,
            Self::Unknown => Maybe::Unknown,
        }
    }

    /// Whether it is not set.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it will be known only at apply.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T> From<Option<T>> for Maybe<T> {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

/// What can be read from a [`Value`]. The codec has checked the value against the schema's type already; an
/// error here means that schema and program disagree.
pub trait FromValue: Sized {
    /// Reads the value that stands at `path`.
    ///
    /// # Errors
    /// When the value is of another kind; the diagnostic names the path.
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic>;
}

fn mismatch(expected: &str, path: &Path) -> Diagnostic {
    Diagnostic::error("Unexpected value", format!("`{path}` should be {expected}.")).at(path.clone())
}

impl FromValue for Value {
    fn from_value(value: Value, _: &Path) -> Result<Self, Diagnostic> {
        Ok(value)
    }
}

impl FromValue for String {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(mismatch("a string", path)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::Bool(value) => Ok(value),
            _ => Err(mismatch("a boolean", path)),
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| mismatch("a whole number", path)),
            _ => Err(mismatch("a number", path)),
        }
    }
}

impl<T: FromValue> FromValue for Maybe<T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown(_) => Ok(Self::Unknown),
            known => T::from_value(known, path).map(Self::Known),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::List(elements) | Value::Tuple(elements) => elements
                .into_iter()
                .zip(0..)
                .map(|(element, index)| T::from_value(element, &path.with_index(index)))
                .collect(),
            // Terraform has no step into a set.
            Value::Set(elements) => {
                elements.into_iter().map(|element| T::from_value(element, path)).collect()
            }
            _ => Err(mismatch("a collection", path)),
        }
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::Map(elements) | Value::Object(elements) => elements
                .into_iter()
                .map(|(key, element)| {
                    let read = T::from_value(element, &path.with_key(&*key))?;
                    Ok((key.to_string(), read))
                })
                .collect(),
            _ => Err(mismatch("a map", path)),
        }
    }
}

/// Reads the attributes of an object one by one.
#[derive(Debug)]
pub struct ObjectReader {
    attributes: Members,
    path: Path,
}

impl ObjectReader {
    /// Reads the object that stands at `path`.
    ///
    /// # Errors
    /// When the value is no known object.
    pub fn new(value: Value, path: &Path) -> Result<Self, Diagnostic> {
        match value {
            Value::Object(attributes) => Ok(Self { attributes, path: path.clone() }),
            _ => Err(mismatch("an object", path)),
        }
    }

    /// Takes one attribute out of the object; an absent one reads as null.
    ///
    /// # Errors
    /// When the attribute is of another kind.
    pub fn take<T: FromValue>(&mut self, name: &str) -> Result<T, Diagnostic> {
        let value = self.attributes.remove(name).unwrap_or(Value::Null);
        T::from_value(value, &self.path.with_attribute(name))
    }

    /// Where the object stands.
    #[must_use]
    pub const fn path(&self) -> &Path {
        &self.path
    }
}
