//! GUIDs in both forms shipped conditions use.

use std::fmt;
use std::str::FromStr;

/// A GUID; equal whatever its case and dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(u128);

/// A text that is no GUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a GUID")]
pub struct InvalidGuid(pub String);

/// Lengths of the five groups of a GUID with dashes.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

impl FromStr for Guid {
    type Err = InvalidGuid;

    /// Reads `8-4-4-4-12` hexadecimal digits, or 32 without dashes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidGuid(text.to_owned());
        let groups: Vec<&str> = text.split('-').collect();
        let well_formed = match groups.as_slice() {
            [digits] => digits.len() == 32,
            several => several.iter().map(|group| group.len()).eq(GROUPS),
        };
        if !well_formed || !groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(invalid());
        }
        u128::from_str_radix(&groups.concat(), 16).map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Guid {
    /// Writes the GUID with dashes, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bits) = self;
        let mut shift = 128;
        for (index, digits) in GROUPS.into_iter().enumerate() {
            let width = digits * 4;
            shift -= width;
            let group = (bits >> shift) & ((1_u128 << width) - 1);
            let dash = if index == 0 { "" } else { "-" };
            write!(f, "{dash}{group:0digits$x}")?;
        }
        Ok(())
    }
}
