//! When to poll a running operation, if the service requests no delay.
//!
//! If the duration of operations of its kind is known, there are a few early polls, in case this one is
//! short, then one at the expected end, and more soon after. Otherwise, and if it is not over by then, each
//! delay is a tenth of the time that has passed. So the end is noticed at most a tenth of the operation's
//! duration late.

use std::time::Duration;

/// The first polls of an operation of unknown duration.
const UNKNOWN: [Duration; 3] = [ms(150), ms(600), ms(1_400)];
/// The early polls of an operation that is expected to take longer.
const EARLY: [Duration; 3] = [ms(350), ms(1_200), ms(3_200)];
/// From this expected duration on, there is one more poll between the early ones and the expected end.
const MIDDLE: Duration = ms(12_000);
/// The delay of the poll at the expected end, and its growth by each thousand of the expected duration.
const MARGIN: Duration = ms(150);
/// The shortest and the longest delay.
const STEP: (Duration, Duration) = (ms(900), ms(30_000));

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The time of the next poll, since the start of the operation. `last_poll` is the time of the previous one (zero
/// before the first), `expected` the duration of operations of this kind, if known. `jitter`, from 0 to 1, is
/// drawn once for each operation, so that operations which started together are polled at different times.
pub(super) fn next(last_poll: Duration, expected: Option<Duration>, jitter: f64) -> Duration {
    let planned = match expected {
        None => UNKNOWN.into_iter().find(|poll| *poll > last_poll),
        Some(expected) => {
            let end = expected + MARGIN + expected / 1_000;
            let early = EARLY.into_iter().filter(|poll| poll.mul_f64(1.2) < end);
            let middle_delay = (expected >= MIDDLE).then(|| middle_delay(expected, jitter));
            let soon_after = end + STEP.0.max(expected / 100);
            early.chain(middle_delay).chain([end, soon_after]).find(|poll| *poll > last_poll)
        }
    };
    let step = (last_poll / 10).clamp(STEP.0, STEP.1).mul_f64(0.9 + jitter.clamp(0.0, 1.0) / 10.0);
    planned.unwrap_or(last_poll + step)
}

/// Somewhere in the middle third, on a logarithmic scale, between the early polls and the expected end.
fn middle_delay(expected: Duration, jitter: f64) -> Duration {
    let [.., from] = EARLY;
    let factor = expected.as_secs_f64() / from.as_secs_f64();
    from.mul_f64(factor.powf((1.0 + jitter.clamp(0.0, 1.0)) / 3.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: [u64; 16] = [
        30, 110, 300, 330, 1_000, 3_000, 10_000, 30_000, 44_000, 45_050, 45_190, 46_000, 60_000, 90_000,
        600_000, 3_600_000,
    ];
    const CHANCES: [f64; 3] = [0.0, 0.5, 1.0];

    /// The polls of an operation that takes so many milliseconds, and how many milliseconds late the last is.
    fn polls(takes: u64, expected: Option<u64>, jitter: f64) -> (usize, u64) {
        let (mut at, mut count) = (Duration::ZERO, 0);
        while count == 0 || at < ms(takes) {
            let due = next(at, expected.map(ms), jitter);
            assert!(due > at, "{at:?}");
            (at, count) = (due, count + 1);
        }
        (count, u64::try_from((at - ms(takes)).as_millis()).unwrap())
    }

    /// The number of polls if each delay were twice the one before, up to ten seconds.
    fn doubling(takes: u64) -> usize {
        let (mut at, mut count) = (0, 0);
        while at < takes {
            at += (150_u64 << count.min(10)).min(10_000);
            count += 1;
        }
        count
    }

    #[test]
    fn an_operation_of_expected_duration_needs_six_polls_and_is_noticed_within_a_second() {
        for jitter in CHANCES {
            for takes in GRID {
                for expected in [takes.saturating_sub(takes / 300), takes, takes + takes / 1_000] {
                    let (count, late) = polls(takes, Some(expected), jitter);
                    assert!(count <= 6, "{takes} ms, {expected} expected: {count} polls");
                    assert!(
                        late <= 1_000 || late <= takes / 100,
                        "{takes} ms, {expected} expected: {late} ms late"
                    );
                }
            }
            // As recorded.
            for takes in [45_050, 45_100, 45_190, 46_000] {
                for expected in [45_050, 45_190] {
                    let (count, late) = polls(takes, Some(expected), jitter);
                    assert!(count <= 6 && late <= 1_000, "{takes} ms: {count} polls, {late} ms late");
                }
            }
        }
    }

    #[test]
    fn an_operation_of_unknown_duration_is_noticed_after_a_tenth_more_or_a_second() {
        for jitter in CHANCES {
            for takes in GRID {
                let (count, late) = polls(takes, None, jitter);
                assert!(late <= 1_000.max(takes / 10), "{takes} ms: {late} ms late");
                assert!(takes > 3_000 || count <= 6, "{takes} ms: {count} polls");
                assert!(takes < 600_000 || count <= doubling(takes), "{takes} ms: {count} polls");
            }
        }
    }

    #[test]
    fn an_operation_longer_than_expected_is_noticed_after_a_tenth_more() {
        for jitter in CHANCES {
            for expected in [110, 330, 45_190] {
                for takes in GRID.into_iter().filter(|takes| *takes > expected) {
                    let (count, late) = polls(takes, Some(expected), jitter);
                    assert!(late <= 1_000.max(takes / 10), "{takes} ms, {expected} expected: {late} ms late");
                    assert!(takes < 600_000 || count <= doubling(takes), "{takes} ms: {count} polls");
                }
            }
        }
    }

    #[test]
    fn an_operation_much_shorter_than_expected_is_noticed_early() {
        for jitter in CHANCES {
            for (takes, at_most) in [(30, 400), (300, 100), (1_000, 250), (3_000, 250)] {
                let (count, late) = polls(takes, Some(45_190), jitter);
                assert!(late <= at_most && count <= 3, "{takes} ms: {late} ms late, {count} polls");
            }
        }
    }
}
