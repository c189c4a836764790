//! What is left in one bucket, and how quickly it may be used.

/// The part of a bucket that is kept: from here on requests are paced.
const LOW: f64 = 0.2;
/// And no more of it than this many requests: a bucket of thousands need not be paced for most of its depth.
const LOWEST: f64 = 50.0;
/// The slowest pace that a header alone brings about, in requests a second: what stops requests is a refusal.
const SLOWEST: f64 = 1.0;
/// A service that tells nothing is trusted again at this many times the usual pace.
const TRUSTED: f64 = 4.0;
/// How many answers it takes to be as quick again as the bucket usually fills.
const REGAINED: f64 = 50.0;

/// A bucket as the answers tell of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gauge {
    /// How many requests a second it gets back.
    refill: f64,
    knows: Knows,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Knows {
    /// What the last answer said is left, and the most that was ever left: what the bucket holds, as far as is known.
    Left { left: f64, most: f64 },
    /// Nothing but that a request was refused: the pace that has gone well since.
    Pace(f64),
}

impl Gauge {
    /// A bucket of which the first answer tells. Without a known `refill`, it is taken to fill in a minute, as the
    /// buckets of the Compute provider do.
    pub(super) fn new(left: f64, refill: Option<f64>) -> Self {
        Self { refill: refill.unwrap_or(left / 60.0), knows: Knows::Left { left, most: left } }
    }

    /// A bucket that says nothing of itself and was found empty.
    pub(super) fn silent(refill: f64) -> Self {
        Self { refill, knows: Knows::Pace(refill) }
    }

    /// What an answer says is left.
    pub(super) fn told(&mut self, now: f64) {
        let most = if let Knows::Left { most, .. } = self.knows { most } else { now };
        self.knows = Knows::Left { left: now, most: most.max(now) };
    }

    /// An answer that said nothing. Gives whether requests go freely again.
    pub(super) fn not_told(&mut self) -> bool {
        match &mut self.knows {
            Knows::Left { .. } => false,
            Knows::Pace(pace) => {
                *pace += self.refill / REGAINED;
                *pace > self.refill * TRUSTED
            }
        }
    }

    /// A refusal: there is nothing left, and the pace was too quick.
    pub(super) fn refused(&mut self) {
        match &mut self.knows {
            Knows::Left { left, .. } => *left = 0.0,
            Knows::Pace(pace) => *pace /= 2.0,
        }
    }

    /// The pace in requests a second, with so many under way that the last answer may not have counted; `None` when
    /// enough is left.
    ///
    /// Around half of what is kept, requests go as quickly as the bucket fills; with more left they go up to twice
    /// that, with less down to a tenth. So the level settles, whether the bucket is ours alone or shared with others.
    /// Those under way count twice: another process may be as eager.
    pub(super) fn pace(&self, under_way: u32) -> Option<f64> {
        let pace = match self.knows {
            Knows::Pace(pace) => pace,
            Knows::Left { left, most } => {
                let low = (most * LOW).clamp(1.0, LOWEST);
                if left - 2.0 * f64::from(under_way) > low {
                    return None;
                }
                self.refill * (2.0 * (left - f64::from(under_way)) / low).clamp(0.1, 2.0)
            }
        };
        Some(pace.max(SLOWEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_left_slows_down() {
        let mut gauge = Gauge::new(250.0, Some(25.0));
        assert_eq!(gauge.pace(0), None);
        assert_eq!(gauge.pace(99), None);
        assert_eq!(gauge.pace(100), Some(50.0), "those under way count, and those of others");
        for (left, pace) in
            [(51.0, None), (50.0, Some(50.0)), (25.0, Some(25.0)), (12.5, Some(12.5)), (0.0, Some(2.5))]
        {
            gauge.told(left);
            assert_eq!(gauge.pace(0), pace, "{left}");
        }
    }

    #[test]
    fn a_small_bucket_never_stops_all_of_them() {
        // As a policy of the Compute provider may be: twelve, four a minute.
        let mut gauge = Gauge::new(11.0, None);
        assert_eq!(gauge.pace(4), None);
        gauge.told(0.0);
        assert_eq!(gauge.pace(10), Some(SLOWEST));
    }

    #[test]
    fn a_silent_service_is_trusted_again_step_by_step() {
        let mut gauge = Gauge::silent(10.0);
        gauge.refused();
        assert_eq!(gauge.pace(0), Some(5.0));
        let answers = (1..).take_while(|_| !gauge.not_told()).count();
        assert!((170..180).contains(&answers), "{answers}");
        gauge.told(249.0);
        assert_eq!(gauge.pace(0), None, "and believed when it speaks");
    }
}
