//! The wait a service asks for, in every form Azure sends it.

use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Takes a way to look up headers and the time now, gives the wait that an answer asks for.
///
/// `x-ms-retry-after-ms` and `retry-after-ms` are milliseconds; `Retry-After` is seconds or a date (RFC 9110, section
/// 10.2.3). A date is compared with the answer's own `Date`, so that a clock that is off does no harm; one that has
/// passed is no wait. What cannot be read counts as absent.
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
    let then = OffsetDateTime::parse(header("retry-after")?.trim(), &Rfc2822).ok()?;
    let now =
        header("date").and_then(|text| OffsetDateTime::parse(text.trim(), &Rfc2822).ok()).unwrap_or(now);
    Some(seconds((then - now).as_seconds_f64()))
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
    fn every_form() {
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
    fn what_cannot_be_read_is_absent() {
        assert_eq!(wait(&[]), None);
        for text in ["", "soon", "NaN", "inf", "2021-01-01", "Sun, 99 Nov 1994 08:49:37 GMT", "1 2"] {
            assert_eq!(wait(&[("retry-after", text)]), None, "{text}");
        }
        assert_eq!(wait(&[("retry-after", "-5")]), Some(Duration::ZERO));
        assert!(wait(&[("retry-after", "1e300")]).unwrap() <= Duration::from_secs(366 * 24 * 3600));
        assert_eq!(wait(&[("retry-after-ms", "x"), ("retry-after", "3")]), Some(Duration::from_secs(3)));
    }
}
