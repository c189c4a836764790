//! The requests of one kind to one subscription: who is next, and when.

use super::super::super::error::ArmError;
use super::gauge::Gauge;
use super::remaining::{OWN, Remaining};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How many buckets of the resource provider are watched; their names come from the service.
const MOST_BUCKETS: usize = 16;

/// The state of a lane.
#[derive(Debug)]
pub(super) struct Lane {
    /// What the refusal said that closed it last, for the message of those that wait.
    pub(super) refusal: Option<ArmError>,
    /// Those that wait, by ticket: the first is next.
    queue: BTreeMap<u64, Arc<Notify>>,
    /// Requests that are sent and not answered.
    under_way: u32,
    /// Nothing is sent before this: what a refusal asked for.
    closed_until: Option<Instant>,
    /// When the last request was sent.
    sent: Option<Instant>,
    /// Refusals in a row.
    strikes: u32,
    /// What answers have told; empty before the first, and for a service that tells nothing.
    gauges: BTreeMap<String, Gauge>,
    /// How many requests may be under way as long as nothing is told: `probes` at first, and one more with each
    /// answer.
    window: u32,
    probes: u32,
    refill: f64,
}

/// What a request does now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Next {
    /// It is sent.
    Go,
    /// It waits until then, unless it is woken.
    At(Instant),
    /// It waits until it is woken.
    Behind,
}

impl Lane {
    pub(super) fn new(refill: f64, probes: u32) -> Self {
        Self {
            refusal: None,
            queue: BTreeMap::new(),
            under_way: 0,
            closed_until: None,
            sent: None,
            strikes: 0,
            gauges: BTreeMap::new(),
            window: probes,
            probes,
            refill,
        }
    }

    /// Takes a place.
    pub(super) fn join(&mut self, ticket: u64, woken: Arc<Notify>) {
        self.queue.insert(ticket, woken);
    }

    /// Gives a place up, sent or not.
    pub(super) fn leave(&mut self, ticket: u64) {
        self.queue.remove(&ticket);
        self.wake();
    }

    /// Whether this ticket goes now; one that does is under way.
    pub(super) fn next(&mut self, ticket: u64, now: Instant) -> Next {
        if self.queue.first_key_value().is_some_and(|(first, _)| *first != ticket) {
            return Next::Behind;
        }
        if let Some(moment) = self.closed_until {
            if now < moment {
                return Next::At(moment);
            }
            self.closed_until = None;
        }
        if self.under_way >= self.window && !self.gauges.contains_key(OWN) {
            return Next::Behind;
        }
        let pace = self.gauges.values().filter_map(|gauge| gauge.pace(self.under_way)).reduce(f64::min);
        if let (Some(pace), Some(sent)) = (pace, self.sent) {
            let moment = sent + Duration::from_secs_f64(1.0 / pace);
            if now < moment {
                return Next::At(moment);
            }
        }
        self.sent = Some(now);
        self.under_way += 1;
        Next::Go
    }

    /// A request is not under way any more.
    pub(super) fn answered(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        self.wake();
    }

    /// Refusals in a row so far.
    pub(super) fn strikes(&self) -> u32 {
        self.strikes
    }

    /// Takes a refusal: nothing is sent until then.
    pub(super) fn close(&mut self, until: Instant) {
        // Those that were under way when the first was refused say nothing new.
        let is_first = self.closed_until.is_none();
        self.closed_until = Some(self.closed_until.map_or(until, |earlier| earlier.max(until)));
        let refill = self.refill;
        let own = self.gauges.entry(OWN.to_owned()).or_insert_with(|| Gauge::silent(refill));
        if is_first {
            own.refused();
            self.strikes = self.strikes.saturating_add(1);
            self.window = (self.window / 2).max(self.probes);
        }
    }

    /// Takes what an answer said is left.
    pub(super) fn told(&mut self, remaining: Vec<Remaining>) {
        self.strikes = 0;
        self.window = self.window.saturating_add(1);
        if self.closed_until.is_none() {
            self.refusal = None;
        }
        let speaks_of_own = remaining.iter().any(|one| one.bucket == OWN);
        if !speaks_of_own && self.gauges.get_mut(OWN).is_some_and(Gauge::not_told) {
            self.gauges.remove(OWN);
        }
        for Remaining { bucket, left } in remaining {
            if let Some(gauge) = self.gauges.get_mut(&bucket) {
                gauge.told(left);
            } else if self.gauges.len() < MOST_BUCKETS {
                let refill = (bucket == OWN).then_some(self.refill);
                self.gauges.insert(bucket, Gauge::new(left, refill));
            }
        }
    }

    /// Whether nobody waits and nothing is under way.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.under_way == 0
    }

    fn wake(&self) {
        if let Some((_, first)) = self.queue.first_key_value() {
            first.notify_one();
        }
    }
}
