//! Regions, which Azure writes in two ways: `West US` and `westus`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{Hash, Hasher};

/// An Azure region, kept as it was spelled and compared ignoring case and blanks, as ARM does.
///
/// Any text is accepted, since the list of regions is Azure's and grows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Location(String);

impl Location {
    /// Takes a region's name in either form.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The region as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region in the short form: `westus`.
    pub fn normalised(&self) -> String {
        self.letters().collect()
    }

    /// Whether the text is blank.
    pub fn is_empty(&self) -> bool {
        self.letters().next().is_none()
    }

    fn letters(&self) -> impl Iterator<Item = char> + '_ {
        self.0.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.letters().eq(other.letters())
    }
}

impl Eq for Location {}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.letters().for_each(|letter| letter.hash(state));
        state.write_u8(0xff);
    }
}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Location {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.letters().cmp(other.letters())
    }
}

impl From<&str> for Location {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn both_spellings_are_one_region() {
        assert_eq!(Location::new("West US"), Location::new("westus"));
        assert_eq!(Location::new(" South Central\u{a0}US "), Location::new("southcentralus"));
        assert_ne!(Location::new("westus"), Location::new("westus2"));
        let set =
            BTreeSet::from([Location::new("West US"), Location::new("WESTUS"), Location::new("eastus")]);
        assert_eq!(set.len(), 2);
    }

    #[test]
    fn the_spelling_is_kept() {
        let location = Location::new("West US");
        assert_eq!(location.to_string(), "West US");
        assert_eq!(location.normalised(), "westus");
        assert_eq!(serde_json::to_string(&location).unwrap(), "\"West US\"");
        assert!(Location::new("  ").is_empty());
    }
}
