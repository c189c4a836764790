//! Words that a service writes. They are read ignoring case and written as the contract spells them. An
//! unknown word is kept, since services grow.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A word of a vocabulary, or another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// A word of the contract.
    Known(T),
    /// A word that the contract did not have, as the service spelled it.
    Other(String),
}

impl<T: FromStr> Word<T> {
    /// Reads a word as a service or a configuration spells it.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        text.parse().map_or_else(|_| Self::Other(text.to_owned()), Self::Known)
    }
}

impl<T: Copy> Word<T> {
    /// The word, if it is in the contract.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Other(_) => None,
        }
    }
}

impl<T: AsRef<str>> Word<T> {
    /// The word in the contract's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(word) => word.as_ref(),
            Self::Other(text) => text,
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: AsRef<str>> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<T: AsRef<str>> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(&String::deserialize(deserializer)?))
    }
}

/// The provisioning state of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProvisioningState {
    /// Being created.
    Creating,
    /// Being changed.
    Updating,
    /// The last change failed.
    Failed,
    /// Done.
    Succeeded,
    /// Being deleted.
    Deleting,
    /// Being moved.
    Migrating,
    /// The last change was cancelled. Not in the contract of these types, but in that of all ARM.
    Canceled,
    /// Another word, as the service spelled it.
    Other(String),
}

impl ProvisioningState {
    const KNOWN: [Self; 7] = [
        Self::Creating,
        Self::Updating,
        Self::Failed,
        Self::Succeeded,
        Self::Deleting,
        Self::Migrating,
        Self::Canceled,
    ];

    /// The word in the contract's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
            Self::Deleting => "Deleting",
            Self::Migrating => "Migrating",
            Self::Canceled => "Canceled",
            Self::Other(word) => word,
        }
    }

    /// Whether the state is final. Both spellings of "cancelled" occur in ARM.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Canceled => true,
            Self::Other(word) => word.eq_ignore_ascii_case("Cancelled"),
            _ => false,
        }
    }
}

impl From<&str> for ProvisioningState {
    fn from(text: &str) -> Self {
        let text = text.trim();
        let known = Self::KNOWN.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text));
        known.unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for ProvisioningState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}
