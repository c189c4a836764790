//! ARM's token buckets: per subscription (or tenant), principal and kind of operation, and fifteen times that
//! for all principals of a subscription together.
//!
//! Source: Microsoft's page on request limits and throttling. Subscription and tenant: reads 250 filled at 25
//! a second, writes and deletes 200 at 10.

use std::collections::HashMap;

use hyper::Method;

use crate::clock::Millis;

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestClass {
    /// GET and HEAD.
    Reads,
    /// PUT, PATCH and POST.
    Writes,
    /// DELETE.
    Deletes,
}

impl RequestClass {
    /// The kind of a verb.
    pub fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// Its word in header names.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
        }
    }

    /// Its word in the error's text.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Reads => "read",
            Self::Writes => "write",
            Self::Deletes => "delete",
        }
    }

    fn size(self) -> f64 {
        if self == Self::Reads { 250.0 } else { 200.0 }
    }

    fn per_second(self) -> f64 {
        if self == Self::Reads { 25.0 } else { 10.0 }
    }
}

/// How many times larger the limit of all principals together is.
const GLOBAL: f64 = 15.0;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Millis,
}

impl Bucket {
    fn refill(&mut self, size: f64, per_second: f64, now: Millis) {
        #[allow(clippy::cast_precision_loss)]
        let seconds = (now - self.at).max(0) as f64 / 1000.0;
        self.tokens = per_second.mul_add(seconds, self.tokens).min(size);
        self.at = now;
    }
}

/// The result for a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Allowed, with so many tokens left for the principal and for all.
    Allowed(u64, u64),
    /// Refused for so many seconds.
    Refused(u64),
}

/// The size and speed of the buckets, relative to Azure's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BucketScale {
    /// The factor of their size.
    pub size: f64,
    /// The factor of their speed.
    pub speed: f64,
}

/// The buckets.
#[derive(Debug, Default)]
pub struct Buckets {
    known: HashMap<(String, RequestClass), Bucket>,
}

impl Buckets {
    /// The numbers shown to a client if nothing is counted: full buckets except for this request.
    pub fn full(class: RequestClass) -> Verdict {
        Verdict::Allowed(whole(class.size() - 1.0), whole(class.size().mul_add(GLOBAL, -1.0)))
    }

    /// Takes a token for a request of `principal` in `scope` (a subscription, or the tenant), from buckets of this
    /// scale.
    pub fn take(
        &mut self,
        scope: &str,
        principal: &str,
        class: RequestClass,
        scale: BucketScale,
        now: Millis,
    ) -> Verdict {
        let (size, rate) = (class.size() * scale.size, class.per_second() * scale.speed);
        let own = self.tokens(format!("{scope}/{principal}"), class, size, rate, now);
        let global = self.tokens(scope.to_owned(), class, size * GLOBAL, rate * GLOBAL, now);
        if own < 1.0 || global < 1.0 {
            let wait = ((1.0 - own) / rate).max((1.0 - global) / (rate * GLOBAL));
            return Verdict::Refused(whole(wait.ceil()).max(1));
        }
        for key in [format!("{scope}/{principal}"), scope.to_owned()] {
            if let Some(bucket) = self.known.get_mut(&(key, class)) {
                bucket.tokens -= 1.0;
            }
        }
        Verdict::Allowed(whole(own - 1.0), whole(global - 1.0))
    }

    fn tokens(&mut self, key: String, class: RequestClass, size: f64, rate: f64, now: Millis) -> f64 {
        let bucket = self.known.entry((key, class)).or_insert(Bucket { tokens: size, at: now });
        bucket.refill(size, rate, now);
        bucket.tokens
    }

    /// Fills every bucket again.
    pub fn clear(&mut self) {
        self.known.clear();
    }
}

fn whole(value: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = value.max(0.0) as u64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const AZURE: BucketScale = BucketScale { size: 1.0, speed: 1.0 };
    const HURRIED: BucketScale = BucketScale { size: 1.0, speed: 50.0 };

    #[test]
    fn a_burst_empties_the_bucket_and_time_fills_it() {
        let mut buckets = Buckets::default();
        for left in (0..200).rev() {
            assert!(
                matches!(buckets.take("s", "p", RequestClass::Writes, AZURE, 0), Verdict::Allowed(now, _) if now == left)
            );
        }
        assert_eq!(buckets.take("s", "p", RequestClass::Writes, AZURE, 0), Verdict::Refused(1));
        assert_eq!(buckets.take("s", "p", RequestClass::Writes, AZURE, 99), Verdict::Refused(1));
        assert!(matches!(buckets.take("s", "p", RequestClass::Writes, AZURE, 100), Verdict::Allowed(0, _)));
        assert!(matches!(
            buckets.take("s", "p", RequestClass::Reads, AZURE, 100),
            Verdict::Allowed(249, 3749)
        ));
        assert!(matches!(
            buckets.take("s", "other", RequestClass::Writes, AZURE, 100),
            Verdict::Allowed(199, _)
        ));
    }

    #[test]
    fn a_hurried_bucket_has_its_size_and_fills_sooner() {
        let mut buckets = Buckets::default();
        for _ in 0..200 {
            assert!(matches!(buckets.take("s", "p", RequestClass::Writes, HURRIED, 0), Verdict::Allowed(..)));
        }
        assert_eq!(buckets.take("s", "p", RequestClass::Writes, HURRIED, 0), Verdict::Refused(1));
        assert!(matches!(buckets.take("s", "p", RequestClass::Writes, HURRIED, 20), Verdict::Allowed(9, _)));
    }

    #[test]
    fn a_small_bucket_is_empty_sooner() {
        let small = BucketScale { size: 0.1, speed: 1.0 };
        let mut buckets = Buckets::default();
        for left in (0..20).rev() {
            let verdict = buckets.take("s", "p", RequestClass::Deletes, small, 0);
            assert_eq!(verdict, Verdict::Allowed(left, 300 - (20 - left)));
        }
        assert_eq!(buckets.take("s", "p", RequestClass::Deletes, small, 0), Verdict::Refused(1));
    }

    #[test]
    fn a_bucket_never_has_more_than_its_size() {
        let mut buckets = Buckets::default();
        buckets.take("s", "p", RequestClass::Deletes, AZURE, 0);
        assert!(matches!(
            buckets.take("s", "p", RequestClass::Deletes, AZURE, 1_000_000),
            Verdict::Allowed(199, 2999)
        ));
    }

    #[test]
    fn all_principals_together_have_a_limit() {
        let mut buckets = Buckets::default();
        let taken = (0..4000)
            .filter(|at| {
                matches!(
                    buckets.take("s", &format!("p{}", at / 100), RequestClass::Deletes, AZURE, 0),
                    Verdict::Allowed(..)
                )
            })
            .count();
        assert_eq!(taken, 3000);
    }
}
