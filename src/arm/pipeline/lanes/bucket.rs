//! One of Azure's request buckets, and how fast requests may draw from it.

use super::header::BucketLevel;
use std::cmp::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Below this fraction of a bucket requests are paced.
const LOW: f64 = 0.2;
/// But a bucket of thousands need not be paced before this few are left.
const LOWEST: f64 = 200.0;
/// The pace is the bucket's refill times a gain between these.
const GAIN: (f64, f64) = (0.05, 4.0);

/// A bucket, as far as responses have shown it.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    remaining: f64,
    /// Its size, or the highest level ever seen.
    size: f64,
    refill: f64,
    /// Follows the level while little is left. Other clients draw from the bucket too, and so does the
    /// service itself, so the refill alone does not show how fast we may go.
    gain: f64,
    /// Our requests without a response yet: the level may not count them.
    under_way: u32,
    /// When the last request was sent.
    sent: Instant,
}

impl Bucket {
    pub(super) fn new(level: &BucketLevel, now: Instant) -> Self {
        let size = level.size.unwrap_or(0.0).max(level.remaining);
        Self { remaining: level.remaining, size, refill: level.refill, gain: 1.0, under_way: 0, sent: now }
    }

    /// Records the level from a response.
    pub(super) fn update(&mut self, remaining: f64) {
        let low = self.low();
        let is_lower = remaining < low / 2.0;
        let change = match remaining.total_cmp(&self.remaining) {
            Ordering::Less if is_lower => 0.8,
            Ordering::Less => 0.95,
            Ordering::Greater if is_lower => 1.0,
            Ordering::Equal | Ordering::Greater => 1.1,
        };
        self.gain = if remaining > low { 1.0 } else { (self.gain * change).clamp(GAIN.0, GAIN.1) };
        self.size = self.size.max(remaining);
        self.remaining = remaining;
    }

    /// When a request may be sent. Requests under way count twice: another process may send as many.
    pub(super) fn ready(&self, now: Instant) -> Instant {
        if self.remaining - 2.0 * f64::from(self.under_way) > self.low() {
            return now;
        }
        let gap = Duration::from_secs_f64(1.0 / (self.refill * self.gain).max(0.001));
        self.sent + gap
    }

    pub(super) fn send(&mut self, now: Instant) {
        self.sent = now;
        self.under_way += 1;
    }

    /// A request has ended, with or without a response.
    pub(super) fn end(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    fn low(&self) -> f64 {
        (self.size * LOW).clamp(1.0, LOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(remaining: f64) -> Bucket {
        let level = BucketLevel { bucket: "x".to_owned(), remaining, size: Some(250.0), refill: 25.0 };
        Bucket::new(&level, Instant::now())
    }

    /// The wait after a request.
    fn gap(bucket: &Bucket) -> Duration {
        let now = Instant::now();
        let mut bucket = bucket.clone();
        bucket.send(now);
        bucket.end();
        bucket.ready(now) - now
    }

    #[test]
    fn requests_are_slowed_down_only_near_the_limit() {
        assert_eq!(gap(&bucket(51.0)), Duration::ZERO);
        assert_eq!(gap(&bucket(50.0)), Duration::from_millis(40), "as fast as it fills");
        assert_eq!(gap(&bucket(0.0)), Duration::from_millis(40));
        let mut busy = bucket(100.0);
        let now = Instant::now();
        (0..25).for_each(|_| busy.send(now));
        assert!(busy.ready(now) > now, "those under way count");
    }

    #[test]
    fn the_pace_follows_the_remaining_tokens() {
        let mut falling = bucket(24.0);
        (0..10).for_each(|n| falling.update(23.0 - f64::from(n)));
        assert!(gap(&falling) > Duration::from_millis(100), "{falling:?}");
        (0..100).for_each(|_| falling.update(0.0));
        let mut steady = bucket(1.0);
        (0..100).for_each(|_| steady.update(1.0));
        assert_eq!(gap(&steady), Duration::from_millis(10), "somebody fills it");
        falling.update(200.0);
        assert_eq!(gap(&falling), Duration::ZERO);
    }
}
