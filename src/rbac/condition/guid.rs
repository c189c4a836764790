//! GUIDs in the two forms that shipped conditions use.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A GUID; compared ignoring case and dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(Uuid);

/// A text that is not a GUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a GUID")]
pub struct InvalidGuid(pub String);

impl FromStr for Guid {
    type Err = InvalidGuid;

    /// Reads `8-4-4-4-12` hexadecimal digits, or 32 without dashes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Other forms, such as the one in braces, have other lengths.
        let read = Uuid::try_parse(text).ok().filter(|_| matches!(text.len(), 32 | 36));
        read.map(Self).ok_or_else(|| InvalidGuid(text.to_owned()))
    }
}

impl fmt::Display for Guid {
    /// Writes the GUID with dashes, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
