//! Intervals of retries and polls, all in one place, so that tests can shorten them.

use std::time::Duration;

/// Intervals and limits of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between attempts of a request that failed transiently, if the service requests no wait.
    pub retry: Backoff,
    /// How many times faster than Azure's the operations are: waits for them are divided by it. Tests set more
    /// than one.
    pub hurry: u32,
    /// Between attempts of a write to an object that is busy, or whose children are not gone yet.
    pub busy: Backoff,
    /// How quickly Azure's buckets fill again, once little is left.
    pub refill: Refill,
    /// How many requests of a kind are sent before the first response shows how many there may be.
    pub probes: u32,
    /// How long to retry a host that cannot be reached at all before that is an error. Responses that ask for
    /// a later retry are retried until the deadline of the call instead.
    pub unreachable: Duration,
    /// How long a token response may take.
    pub login_response: Duration,
    /// How long a login may take, with all its retries.
    pub login: Duration,
    /// How long an object that was just written may stay invisible: a parent to a child's creation, an object
    /// to the read after its own creation.
    pub invisible: Duration,
    /// How long the address of an operation may return 404 before the object is polled instead.
    pub forgotten: Duration,
    /// How long a page of a list may serve reads of the objects on it.
    pub shared: Duration,
    /// How long to wait for a page that is read instead of single objects; then they are read singly.
    pub listing: Duration,
    /// How long a write under way may still take after the call is cancelled, so that its outcome is known.
    pub cancel_grace: Duration,
}

/// Waits that double from the first to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

/// Requests a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refill {
    /// GET and HEAD.
    pub reads: u32,
    /// PUT, PATCH and POST.
    pub writes: u32,
    /// DELETE.
    pub deletes: u32,
}

impl Default for Pace {
    fn default() -> Self {
        let backoff = |first, longest| Backoff {
            first: Duration::from_millis(first),
            longest: Duration::from_secs(longest),
        };
        Self {
            retry: backoff(500, 30),
            hurry: 1,
            busy: backoff(1_000, 15),
            // Microsoft's page on request limits and throttling: the buckets of 2024.
            refill: Refill { reads: 25, writes: 10, deletes: 10 },
            probes: 20,
            unreachable: Duration::from_secs(60),
            login_response: Duration::from_secs(30),
            login: Duration::from_secs(120),
            invisible: Duration::from_secs(120),
            forgotten: Duration::from_secs(25),
            shared: Duration::from_secs(60),
            listing: Duration::from_secs(10),
            cancel_grace: Duration::from_secs(5),
        }
    }
}

impl Backoff {
    /// The wait after a number of earlier ones. `chance`, from 0 to 1, spreads callers that fail together:
    /// the delay is three quarters to five quarters of the doubled one.
    pub(super) fn wait(&self, earlier: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(earlier)).min(self.longest);
        doubled.mul_f64(0.75 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

/// The chance in production.
pub(super) fn random() -> f64 {
    rand::random()
}

#[cfg(test)]
impl Pace {
    /// Milliseconds throughout.
    pub(super) fn hurried() -> Self {
        let ms = Duration::from_millis;
        let backoff = Backoff { first: ms(1), longest: ms(5) };
        Self {
            retry: backoff,
            hurry: 100,
            busy: backoff,
            refill: Refill { reads: 1_000, writes: 1_000, deletes: 1_000 },
            probes: 20,
            unreachable: ms(60),
            login_response: ms(5_000),
            login: ms(20_000),
            invisible: ms(250),
            forgotten: ms(150),
            shared: ms(60_000),
            listing: ms(5_000),
            cancel_grace: ms(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
        let waits: Vec<u128> = (0..6).map(|earlier| backoff.wait(earlier, 0.5).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.wait(u32::MAX, 1.0), Duration::from_millis(1250));
        assert_eq!(backoff.wait(0, 0.0), Duration::from_millis(75));
    }
}
