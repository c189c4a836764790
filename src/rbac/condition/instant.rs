//! Points in time, as conditions write them.

use std::fmt;
use std::str::FromStr;

/// A point in time in UTC, to a ten-millionth of a second; in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// Ten-millionths of a second.
    fraction: u32,
}

/// A text that is no point in time.
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
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-');
    let (year, month, day) = (digits(date.next()?, 4)?, digits(date.next()?, 2)?, digits(date.next()?, 2)?);
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) if (1..=7).contains(&fraction.len()) => (clock, fraction),
        Some(_) => return None,
        None => (clock, "0"),
    };
    let mut clock = clock.split(':');
    let (hour, minute, second) =
        (digits(clock.next()?, 2)?, digits(clock.next()?, 2)?, digits(clock.next()?, 2)?);
    let fraction = digits(&format!("{fraction:0<7}"), 7)?;
    let exists = date.next().is_none()
        && clock.next().is_none()
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    exists.then_some(Instant { year, month, day, hour, minute, second, fraction })
}

/// The number written with exactly `length` digits.
fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days of a month; none if there is no such month or year.
fn days_in(year: u32, month: u32) -> u32 {
    match month {
        _ if year == 0 => 0,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

impl fmt::Display for Instant {
    /// Writes the instant with as few digits of the fraction as it needs, at least one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, fraction } = self;
        let fraction = format!("{fraction:07}");
        let fraction = match fraction.trim_end_matches('0') {
            "" => "0",
            shortened => shortened,
        };
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction}Z")
    }
}
