//! The name of a version: three numbers, ordered as numbers.

use super::NameError;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The largest number in a version: the contract's prose says "within a 32-bit integer".
const LARGEST: u32 = i32::MAX as u32;

/// `major.minor.patch`, each at most 2147483647.
///
/// Leading zeros match the contract's pattern (`^[0-9]+\.[0-9]+\.[0-9]+$`), so they are accepted and kept:
/// `1.0.01` is another name than `1.0.1`, since ARM compares ids as text. Order is by number, then by text.
#[derive(Clone)]
pub struct VersionName {
    numbers: [u32; 3],
    text: String,
}

impl VersionName {
    /// Takes three numbers, returns the name written without leading zeros; `None` if one is above
    /// 2147483647.
    pub fn from_numbers(major: u32, minor: u32, patch: u32) -> Option<Self> {
        let numbers = [major, minor, patch];
        let in_range = numbers.iter().all(|number| *number <= LARGEST);
        in_range.then(|| Self { numbers, text: format!("{major}.{minor}.{patch}") })
    }

    /// The first version of a profile that has none.
    pub fn first() -> Self {
        Self { numbers: [1, 0, 0], text: "1.0.0".to_owned() }
    }

    /// The next name: the patch number goes up, and carries into the next number at its maximum. `None` after
    /// 2147483647.2147483647.2147483647.
    pub fn next(&self) -> Option<Self> {
        let [major, minor, patch] = self.numbers;
        if patch < LARGEST {
            Self::from_numbers(major, minor, patch + 1)
        } else if minor < LARGEST {
            Self::from_numbers(major, minor + 1, 0)
        } else if major < LARGEST {
            Self::from_numbers(major + 1, 0, 0)
        } else {
            None
        }
    }

    /// Major, minor and patch.
    pub fn numbers(&self) -> [u32; 3] {
        self.numbers
    }

    /// The name as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for VersionName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fails = |reason| NameError { kind: "a version name", value: text.to_owned(), reason };
        let shape = "it must be three numbers with periods between, like 1.0.0";
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            let part = parts.next().ok_or_else(|| fails(shape))?;
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(fails(shape));
            }
            *number = part
                .parse::<u32>()
                .ok()
                .filter(|number| *number <= LARGEST)
                .ok_or_else(|| fails("each of its numbers must be at most 2147483647"))?;
        }
        if parts.next().is_some() {
            return Err(fails(shape));
        }
        Ok(Self { numbers, text: text.to_owned() })
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl PartialEq for VersionName {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for VersionName {}

impl Hash for VersionName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Ord for VersionName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for VersionName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
