//! Time as an argument: the system's, or a test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970.
pub type Millis = i64;

/// The source of the time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that only a test advances.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn manual(start: Millis) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start)))
    }

    /// Advances a manual clock; the system's is unaffected.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(now) = self {
            now.fetch_add(millis(by.as_secs_f64()), Ordering::Relaxed);
        }
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)),
            Self::Manual(now) => now.load(Ordering::Relaxed),
        }
    }
}

/// Seconds as milliseconds, rounded; a value that no clock can have becomes zero.
pub fn millis(seconds: f64) -> Millis {
    // Ten years is longer than any test waits, and far from overflow.
    let bounded = if seconds.is_finite() { seconds.clamp(-315_360_000.0, 315_360_000.0) } else { 0.0 };
    #[allow(clippy::cast_possible_truncation)]
    let rounded = (bounded * 1000.0).round() as Millis;
    rounded
}

fn date_time(at: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A time as ARM bodies spell it: `2024-01-01T00:00:00Z`.
pub fn rfc3339(at: Millis) -> String {
    date_time(at).format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

/// A time as the Compute provider's bodies spell it: up to seven digits of the second without trailing zeros, and the
/// offset. `ticks` are the ten-thousandths of the millisecond, which no clock here has.
pub fn azure_time(at: Millis, ticks: u128) -> String {
    let second = rfc3339(at - at.rem_euclid(1000));
    let digits = format!("{:03}{:04}", at.rem_euclid(1000), ticks % 10_000);
    let point = match digits.trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    };
    format!("{}{point}+00:00", second.trim_end_matches('Z'))
}

/// A time as the `Date` header spells it: `Mon, 01 Jan 2024 00:00:00 GMT`.
pub fn http_date(at: Millis) -> String {
    let date = date_time(at);
    let weekday = date.weekday().to_string();
    let month = date.month().to_string();
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        weekday.get(..3).unwrap_or("Mon"),
        date.day(),
        month.get(..3).unwrap_or("Jan"),
        date.year(),
        date.hour(),
        date.minute(),
        date.second()
    )
}

/// A time as Entra's errors spell it: `2024-01-01 00:00:00Z`.
pub fn entra_time(at: Millis) -> String {
    let text = rfc3339(at - at.rem_euclid(1000));
    text.replace('T', " ")
}

/// A time as the az CLI spells `expiresOn`, `2024-01-01 00:00:00.000000`: the machine's own time, here always UTC.
pub fn az_time(at: Millis) -> String {
    let text = rfc3339(at - at.rem_euclid(1000));
    text.replace('T', " ").replace('Z', ".000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_as_each_api_does() {
        let at = 1_704_067_200_500;
        assert_eq!(http_date(at), "Mon, 01 Jan 2024 00:00:00 GMT");
        assert_eq!(rfc3339(at), "2024-01-01T00:00:00.5Z");
        assert_eq!(entra_time(at), "2024-01-01 00:00:00Z");
        assert_eq!(azure_time(at, 0), "2024-01-01T00:00:00.5+00:00");
        assert_eq!(azure_time(at, 1230), "2024-01-01T00:00:00.500123+00:00");
        assert_eq!(azure_time(at - 500, 0), "2024-01-01T00:00:00+00:00");
        assert_eq!(az_time(at), "2024-01-01 00:00:00.000000");
    }

    #[test]
    fn a_manual_clock_moves_only_on_request() {
        let clock = Clock::manual(10);
        clock.advance(Duration::from_millis(250));
        assert_eq!(clock.now(), 260);
        assert_eq!(millis(f64::NAN), 0);
    }
}
