//! Terraform's values: known, null, or not known yet.

#[cfg(test)]
pub(crate) mod arbitrary;
mod decimal;
pub mod error;
pub mod json;
mod limits;
pub mod msgpack;
pub mod number;
mod order;
pub mod unknown;
mod walk;

pub use error::CodecError;
pub use number::Number;
pub use unknown::Unknown;

use std::collections::BTreeMap;

use super::types::Type;

/// Values by name: the attributes of an object, the elements of a map.
pub type Members = BTreeMap<String, Value>;

/// A value of any type. The [`Type`] it was decoded against determines the variant.
///
/// Two values are equal if Terraform considers them equal: sets in any order, numbers in any form.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Will be known at apply.
    Unknown(Unknown),
    /// Not set.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, without loss.
    Number(Number),
    /// Text.
    String(String),
    /// Elements in order, of one type.
    List(Vec<Value>),
    /// Elements without order or repetition; kept in the order Terraform sent them.
    Set(Vec<Value>),
    /// Elements in order, each of its own type.
    Tuple(Vec<Value>),
    /// Elements by name, of one type.
    Map(Members),
    /// Attributes by name, each of its own type; also a block.
    Object(Members),
    /// A value for "any type" in the schema, with its own type.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// A value that will be known at apply, without refinements.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::Unknown(Unknown::new())
    }

    /// An object of these attributes.
    #[must_use]
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        // Not collected: that sorts, with a copy of the sort in the program for each length of an array.
        let mut members = Members::new();
        members.extend(attributes.into_iter().map(|(name, value)| (name.into(), value)));
        Self::Object(members)
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this value itself is unknown (not a part inside it).
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether it and everything inside it is known.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(elements) | Self::Object(elements) => elements.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.1.is_wholly_known(),
        }
    }

    /// The attribute of an object, or the element of a map; `None` if it is neither or has none of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(elements) | Self::Map(elements) => elements.get(name),
            Self::Dynamic(typed) => typed.1.get(name),
            _ => None,
        }
    }

    /// The text, if this is known text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
