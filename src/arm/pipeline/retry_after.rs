//! The wait that a service requests, in every form that Azure sends.

use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Takes a function that looks up headers, and the current time; returns the delay that a response requests.
///
/// `x-ms-retry-after-ms` and `retry-after-ms` are milliseconds; `Retry-After` is seconds or a date (RFC
/// 9110, section 10.2.3) in any of the three forms that a recipient has to accept (section 5.6.7). A date is
/// compared with the response's own `Date`, so that a wrong clock does no harm; a date in the past
/// means no delay. What cannot be read counts as absent.
pub(in crate::arm) fn retry_after<'a>(
    header: impl Fn(&'static str) -> Option<&'a str>,
    now: OffsetDateTime,
) -> Option<Duration> {
    let number =
        |name| header(name).and_then(|text| text.trim().parse::<f64>().ok()).filter(|n| n.is_finite());
    let millis = number("x-ms-retry-after-ms").or_else(|| number("retry-after-ms"));
    if let Some(millis) = millis {
        return Some(seconds(millis / 1_000.0));
    }
    if let Some(wait) = number("retry-after") {
        return Some(seconds(wait));
    }
    let then = date(header("retry-after")?, now)?;
    let now = header("date").and_then(|text| date(text, now)).unwrap_or(now);
    Some(seconds((then - now).as_seconds_f64()))
}

/// A date in HTTP's format: `Sun, 06 Nov 1994 08:49:37 GMT`, or in one of the two obsolete formats.
fn date(text: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let text = text.trim();
    if let Ok(date) = OffsetDateTime::parse(text, &Rfc2822) {
        return Some(date);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let again = match words.as_slice() {
        // Sunday, 06-Nov-94 08:49:37 GMT
        [_, day, time, "GMT"] => {
            let mut parts = day.splitn(3, '-');
            let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?.parse::<i32>().ok()?);
            // Of the possible centuries, the nearest; not more than fifty years ahead.
            let year = (0..100).contains(&year).then(|| now.year().div_euclid(100) * 100 + year)?;
            let year = match year - now.year() {
                51.. => year - 100,
                ..-50 => year + 100,
                _ => year,
            };
            format!("{day} {month} {year:04} {time} +0000")
        }
        // Sun Nov  6 08:49:37 1994
        [_, month, day, time, year] => format!("{day:0>2} {month} {year} {time} +0000"),
        _ => return None,
    };
    OffsetDateTime::parse(&again, &Rfc2822).ok()
}

/// Seconds as a duration: nothing below zero, nothing that overflows.
fn seconds(count: f64) -> Duration {
    const YEAR: f64 = 365.0 * 24.0 * 3600.0;
    Duration::from_secs_f64(count.clamp(0.0, YEAR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn wait(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers: HashMap<_, _> = headers.iter().copied().collect();
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap();
        retry_after(|name| headers.get(name).copied(), now)
    }

    #[test]
    fn every_form_of_retry_header_is_read() {
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(wait(&[("retry-after", "7")]), ms(7_000));
        assert_eq!(wait(&[("retry-after", " 0 ")]), ms(0));
        assert_eq!(wait(&[("retry-after", "0.5")]), ms(500));
        assert_eq!(wait(&[("retry-after-ms", "1500")]), ms(1_500));
        assert_eq!(
            wait(&[("x-ms-retry-after-ms", "20"), ("retry-after-ms", "30"), ("retry-after", "9")]),
            ms(20)
        );
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")]), ms(10_000));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:27 GMT")]), ms(0));
        assert_eq!(wait(&[("retry-after", "Sunday, 06-Nov-94 08:49:47 GMT")]), ms(10_000), "as of old");
        assert_eq!(wait(&[("retry-after", "Sun Nov  6 08:49:47 1994")]), ms(10_000), "as of old");
        assert_eq!(
            wait(&[
                ("retry-after", "Mon, 07 Nov 1994 00:00:05 GMT"),
                ("date", "Mon, 07 Nov 1994 00:00:00 GMT")
            ]),
            ms(5_000),
            "the server's own clock counts"
        );
    }

    #[test]
    fn an_unreadable_header_counts_as_absent() {
        assert_eq!(wait(&[]), None);
        for text in ["", "soon", "NaN", "inf", "2021-01-01", "Sun, 99 Nov 1994 08:49:37 GMT", "1 2"] {
            assert_eq!(wait(&[("retry-after", text)]), None, "{text}");
        }
        for text in
            ["Sun Nov 6 08:49:37", "x y z GMT", "x, 06-Nov-1994 08:49:37 GMT", "x, 6-Nov--1 08:49:37 GMT"]
        {
            assert_eq!(wait(&[("retry-after", text)]), None, "{text}");
        }
        assert_eq!(wait(&[("retry-after-ms", "x"), ("retry-after", "3")]), Some(Duration::from_secs(3)));
    }

    #[test]
    fn a_delay_is_between_zero_and_a_year() {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        for name in ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"] {
            for text in ["-5", "-1e300", "-0", "-99999999999999999999999"] {
                assert_eq!(wait(&[(name, text)]), Some(Duration::ZERO), "{name}: {text}");
            }
            for text in ["1e300", "99999999999999999999999", "1.7976931348623157e308", "18446744073709551616"]
            {
                assert_eq!(wait(&[(name, text)]), Some(YEAR), "{name}: {text}");
            }
        }
        for (text, expected) in [
            ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Duration::ZERO),
            ("Monday, 01-Jan-40 00:00:00 GMT", YEAR),
            ("Thursday, 01-Jan-70 00:00:00 GMT", Duration::ZERO),
        ] {
            assert_eq!(wait(&[("retry-after", text)]), Some(expected), "{text}");
        }
        // Milliseconds are more exact, so they take precedence.
        let both = [("retry-after", "60"), ("retry-after-ms", "-1"), ("x-ms-retry-after-ms", "250")];
        assert_eq!(wait(&both), Some(Duration::from_millis(250)));
    }
}
