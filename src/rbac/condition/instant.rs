//! Points in time, as conditions write them.

use std::fmt;
use std::str::FromStr;

use time::PrimitiveDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time in UTC, in units of 100 nanoseconds; ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(PrimitiveDateTime);

/// A text that is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date and time of the form yyyy-mm-ddThh:mm:ss.fffffffZ")]
pub struct InvalidInstant(pub String);

impl FromStr for Instant {
    type Err = InvalidInstant;

    /// Reads `yyyy-mm-ddThh:mm:ssZ` with up to seven digits of a fraction. Only UTC is documented, so a text with
    /// another offset is refused.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| InvalidInstant(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Instant> {
    // RFC 3339 allows more: small letters, a blank for the `T`, any number of digits, leap seconds.
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let fraction = clock.split_once('.').map_or("", |(_, fraction)| fraction);
    if fraction.len() > 7 || date.starts_with("0000") || clock.get(6..8) == Some("60") {
        return None;
    }
    PrimitiveDateTime::parse(text, &Rfc3339).ok().map(Instant)
}

impl fmt::Display for Instant {
    /// Writes the instant with as few digits of the fraction as necessary, at least one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, (hour, minute, second, nanosecond)) = (self.0.date(), self.0.as_hms_nano());
        let fraction = format!("{nanosecond:09}");
        let fraction = match fraction.trim_end_matches('0') {
            "" => "0",
            shortened => shortened,
        };
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction}Z")
    }
}
