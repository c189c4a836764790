//! The state of all lanes and buckets. The time is an argument.

use super::super::super::error::ArmError;
use super::super::super::pace::Pace;
use super::bucket::Bucket;
use super::header::BucketLevel;
use super::kind::{LimitScope, RequestKind, RequestObject};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Names of types come from addresses, and some addresses from the service: further kinds share one lane.
const MOST_LANES: usize = 500;
/// After a refusal, each response raises the pace by this fraction of the refill.
const REGAINED: f64 = 1.0 / 50.0;
/// At this multiple of the refill requests are no longer delayed.
const FREE: f64 = 4.0;

type BucketKey = (LimitScope, String);

/// All lanes of a client, and the buckets that responses have named.
#[derive(Debug)]
pub(super) struct Lanes {
    pace: Pace,
    lanes: HashMap<RequestKind, Lane>,
    buckets: HashMap<BucketKey, Bucket>,
}

/// The requests of one kind.
#[derive(Debug)]
struct Lane {
    signals: Arc<Signals>,
    /// The buckets that responses to this kind of request have named.
    buckets: BTreeSet<String>,
    /// Nothing is sent before this: a refusal requested it.
    closed_until: Option<Instant>,
    /// The message of that refusal.
    refusal: Option<ArmError>,
    /// Refusals in a row.
    refusals: u32,
    /// Requests per second after a refusal, until many responses later.
    brake: Option<f64>,
    sent: Option<Instant>,
    under_way: u32,
    /// How many requests may be under way as long as no response has named a bucket. It grows with each
    /// response.
    window: u32,
}

/// The signals for requests that wait in a lane.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// Locked by the next request to be sent. It is fair, so requests are sent in the order of their arrival.
    pub(super) head: tokio::sync::Mutex<()>,
    /// Tells the next request that something has changed.
    pub(super) changed: Notify,
    /// Tells all waiting requests that the lane was closed.
    pub(super) closed: Notify,
}

/// A request under way.
#[derive(Debug, PartialEq)]
pub(super) struct SentRequest {
    kind: RequestKind,
    buckets: Vec<BucketKey>,
}

impl Lanes {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, lanes: HashMap::new(), buckets: HashMap::new() }
    }

    /// The kind whose lane a request of this kind takes, and its signals.
    pub(super) fn lane(&mut self, mut kind: RequestKind) -> (RequestKind, Arc<Signals>) {
        if self.lanes.len() >= MOST_LANES && !self.lanes.contains_key(&kind) {
            kind = RequestKind { scope: None, object: RequestObject::One(String::new()), ..kind };
        }
        let window = self.pace.probes;
        let lane = self.lanes.entry(kind.clone()).or_insert_with(|| Lane {
            signals: Arc::default(),
            buckets: BTreeSet::new(),
            closed_until: None,
            refusal: None,
            refusals: 0,
            brake: None,
            sent: None,
            under_way: 0,
            window,
        });
        (kind, lane.signals.clone())
    }

    /// Until when a lane is closed, and why.
    pub(super) fn closed(&self, kind: &RequestKind, now: Instant) -> Option<(Instant, Option<ArmError>)> {
        let lane = self.lanes.get(kind)?;
        let until = lane.closed_until.filter(|until| *until > now)?;
        Some((until, lane.refusal.clone()))
    }

    /// Sends the next request of a kind, or returns until when it has to wait; `None` until something
    /// changes.
    pub(super) fn send(&mut self, kind: &RequestKind, now: Instant) -> Result<SentRequest, Option<Instant>> {
        let Self { lanes, buckets, .. } = self;
        let sent = |buckets| SentRequest { kind: kind.clone(), buckets };
        let Some(lane) = lanes.get_mut(kind) else { return Ok(sent(Vec::new())) };
        let keys: Vec<BucketKey> =
            lane.buckets.iter().map(|name| (kind.scope.clone(), name.clone())).collect();
        let ready = keys.iter().filter_map(|key| buckets.get(key)).map(|bucket| bucket.ready(now));
        let ready = ready.chain(lane.closed_until).chain(lane.brake()).max().unwrap_or(now);
        if ready > now {
            return Err(Some(ready));
        }
        if keys.is_empty() && lane.under_way >= lane.window {
            return Err(None);
        }
        for key in &keys {
            if let Some(bucket) = buckets.get_mut(key) {
                bucket.send(now);
            }
        }
        lane.under_way += 1;
        lane.sent = Some(now);
        Ok(sent(keys))
    }

    /// Ends a request, with or without a response.
    pub(super) fn end(&mut self, sent: &SentRequest) {
        for key in &sent.buckets {
            if let Some(bucket) = self.buckets.get_mut(key) {
                bucket.end();
            }
        }
        if let Some(lane) = self.lanes.get_mut(&sent.kind) {
            lane.under_way = lane.under_way.saturating_sub(1);
            lane.signals.changed.notify_one();
        }
    }

    /// Records the levels of the buckets in a response.
    pub(super) fn record_levels(&mut self, kind: &RequestKind, levels: Vec<BucketLevel>, now: Instant) {
        let Some(lane) = self.lanes.get_mut(kind) else { return };
        for level in levels {
            lane.buckets.insert(level.bucket.clone());
            let remaining = level.remaining;
            self.buckets
                .entry((kind.scope.clone(), level.bucket.clone()))
                .and_modify(|bucket| bucket.update(remaining))
                .or_insert_with(|| Bucket::new(&level, now));
        }
    }

    /// Records a response that is not a refusal.
    pub(super) fn accepted(&mut self, kind: &RequestKind, now: Instant) {
        let refill = kind.verb.refill(self.pace.refill);
        let Some(lane) = self.lanes.get_mut(kind) else { return };
        lane.refusals = 0;
        lane.window = lane.window.saturating_add(1);
        if lane.closed_until.is_none_or(|until| until <= now) {
            lane.refusal = None;
        }
        lane.brake = lane.brake.map(|pace| pace + refill * REGAINED).filter(|pace| *pace < refill * FREE);
    }

    /// Closes a lane after a refusal.
    pub(super) fn refused(
        &mut self,
        kind: &RequestKind,
        refusal: ArmError,
        requested_wait: Option<Duration>,
        chance: f64,
        now: Instant,
    ) {
        let Self { pace, lanes, .. } = self;
        let Some(lane) = lanes.get_mut(kind) else { return };
        let wait = requested_wait.unwrap_or_else(|| pace.retry.wait(lane.refusals, chance));
        // A little more, so that processes that were refused together do not retry together.
        let until = now + wait + pace.retry.first.mul_f64(chance / 2.0);
        // Requests that were under way at the first refusal add no information.
        if lane.closed_until.is_none_or(|until| until <= now) {
            let refill = kind.verb.refill(pace.refill);
            lane.refusals = lane.refusals.saturating_add(1);
            lane.window = pace.probes;
            lane.brake = Some(lane.brake.map_or(refill, |pace| (pace / 2.0).max(refill / 50.0)));
        }
        lane.closed_until = lane.closed_until.max(Some(until));
        lane.refusal = Some(refusal);
        lane.signals.closed.notify_waiters();
    }

    /// Whether nothing is under way, and how many lanes there are.
    #[cfg(test)]
    pub(super) fn idle(&self) -> (bool, usize) {
        let idle =
            self.lanes.values().all(|lane| lane.under_way == 0 && lane.signals.head.try_lock().is_ok());
        (idle, self.lanes.len())
    }
}

impl Lane {
    /// When the next request may be sent after a refusal.
    fn brake(&self) -> Option<Instant> {
        Some(self.sent? + Duration::from_secs_f64(1.0 / self.brake?))
    }
}
