//! Makes the times of logs and exports comparable.

use time::{Date, Month};

/// A comparable time: microseconds on one clock. Nothing for a text that is not understood.
///
/// It understands ISO 8601 (`2026-07-22T14:27:45.1Z`), the same with a blank, and dates with slashes or dots
/// as Log Analytics shows them (`7/22/2026, 2:27:45.123 PM`). With slashes the month comes first unless it
/// cannot be one.
pub(super) fn key(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.find(['T', ' ', ','])?;
    let (date, clock) = text.split_at_checked(at)?;
    let clock = clock.trim_start_matches(['T', ' ', ',']);
    let day = i64::from(date_of(date)?.to_julian_day());
    let (clock, offset) = offset_of(clock)?;
    let (clock, half) = half_of(clock);
    let mut parts = clock.trim().split(':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let seconds = parts.next().unwrap_or("0");
    let (second, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
    let second: i64 = second.parse().ok()?;
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let hour = match half {
        None => hour,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
    };
    let in_range = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    if !in_range || parts.next().is_some() {
        return None;
    }
    let minutes = day * 1440 + hour * 60 + minute - offset;
    Some((minutes * 60 + second) * 1_000_000 + fraction.parse::<i64>().ok()?)
}

fn date_of(text: &str) -> Option<Date> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    let numbers: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = numbers.as_slice() else { return None };
    let number = |text: &str| text.parse::<u16>().ok();
    let (year, month, day) = match separator {
        '-' | '/' if first.len() == 4 => (number(first)?, number(second)?, number(third)?),
        '.' => (number(third)?, number(second)?, number(first)?),
        '/' | '-' if number(first)? > 12 => (number(third)?, number(second)?, number(first)?),
        '/' | '-' => (number(third)?, number(first)?, number(second)?),
        _ => return None,
    };
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()
}

/// A time without its zone, and the offset of the zone in minutes.
fn offset_of(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, zone) = clock.split_at_checked(at)?;
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().unwrap_or_default();
    Some((clock, if zone.starts_with('-') { -minutes } else { minutes }))
}

/// A time without AM or PM, and whether it was PM.
fn half_of(clock: &str) -> (&str, Option<bool>) {
    let upper = clock.trim_end().to_ascii_uppercase();
    let without = |marker: &str| clock.get(..upper.len() - marker.len()).unwrap_or_default();
    match () {
        () if upper.ends_with("AM") => (without("AM"), Some(false)),
        () if upper.ends_with("PM") => (without("PM"), Some(true)),
        () => (clock, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_form_compare_correctly() {
        let rising = [
            "12/1/2025, 1:00:00.000 PM",
            "6/2/2026, 9:00:00.000 AM",
            "6/2/2026, 12:30:00 PM",
            "2026-06-02T13:00:00Z",
            "2026-06-02 13:00:00.5",
            "6/10/2026, 1:00:00.000 PM",
            "22/7/2026, 14:27:45",
            "23.07.2026, 14:27:45",
            "2026-07-24T01:00:00+02:00",
            "2026-07-23T23:30:00.1234567Z",
        ];
        for pair in rising.windows(2) {
            let [one, other] = pair else { panic!() };
            assert!(key(one).unwrap() < key(other).unwrap(), "{one} {other}");
        }
        assert_eq!(key("2026-06-02T12:00:00Z"), key("6/2/2026, 12:00:00 PM"));
        assert_eq!(key("2026-06-02T00:00:00Z"), key("6/2/2026, 12:00:00 AM"));
        assert_eq!(
            key("2024-03-01T00:00:00Z").unwrap() - key("2024-02-28T00:00:00Z").unwrap(),
            2 * 86_400_000_000
        );
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "x",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-01-01T25:00:00Z",
            "1/2/3/4, 1:00",
            "2026-01-01Tä:00",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
