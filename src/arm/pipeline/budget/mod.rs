//! One budget per subscription for all requests of a client.
//!
//! Azure Resource Manager gives each principal a bucket of requests per subscription (per tenant for what is in none)
//! and kind of request, and says in each answer how much is left. Whoever sends until the bucket is empty is refused,
//! and with a thousand objects in flight most of the refusals are for requests that knew better. So the requests of
//! one kind to one subscription share a [`Lane`]: they go freely while much is left, at the pace at which the bucket
//! fills when little is, and not at all for as long as a refusal of any of them asked for. Who waits goes in the order
//! of arrival, and one that was refused keeps its place. Waiting ends with the deadline or the cancellation of the
//! call.
//!
//! Sources: Microsoft's page on request limits and throttling (token buckets, their headers and sizes), and that on
//! the Compute provider's own limits (`x-ms-ratelimit-remaining-resource`).

mod gauge;
mod lane;
mod remaining;
#[cfg(test)]
mod tests;

use super::super::call::Call;
use super::super::error::{ArmError, Error};
use super::super::pace::{Pace, Refill, random};
use super::{carried, forward, request_line, retry_after};
use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Method, Request};
use lane::{Lane, Next};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

pub(in crate::arm::pipeline) use remaining::remaining;

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::arm::pipeline) enum Kind {
    /// GET and HEAD.
    Reads,
    /// PUT, PATCH and POST.
    Writes,
    /// DELETE.
    Deletes,
}

impl Kind {
    fn of(method: Method) -> Self {
        match method {
            Method::Get | Method::Head => Self::Reads,
            Method::Delete => Self::Deletes,
            _ => Self::Writes,
        }
    }

    fn refill(self, refill: Refill) -> f64 {
        f64::from(match self {
            Self::Reads => refill.reads,
            Self::Writes => refill.writes,
            Self::Deletes => refill.deletes,
        })
    }
}

/// Whose bucket a request is counted in: a subscription's by its id in small letters, or the tenant's (`None`).
pub(in crate::arm) type Scope = Option<String>;

/// Which lane a request takes. Lists have one of their own: the Compute provider counts them apart from single reads
/// (`HighCostGet` and `LowCostGet`), so a refused list says nothing about those, and is what a client can do without.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LaneKey {
    scope: Scope,
    kind: Kind,
    list: bool,
}

impl LaneKey {
    fn of(request: &Request) -> Self {
        let kind = Kind::of(request.method());
        let list = kind == Kind::Reads && is_collection(request.url());
        Self { scope: scope(request.url()), kind, list }
    }
}

/// A lane, shared by all who wait in it.
type SharedLane = Arc<Mutex<Lane>>;

/// The place of a request among those that wait. It is drawn once for all attempts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket(u64);

/// The budget of a client: a policy for each attempt, after the turn and before the token.
#[derive(Debug)]
pub(in crate::arm) struct Budget {
    pace: Pace,
    tickets: AtomicU64,
    lanes: Mutex<HashMap<LaneKey, SharedLane>>,
}

impl Budget {
    pub(in crate::arm) fn new(pace: Pace) -> Self {
        Self { pace, tickets: AtomicU64::new(0), lanes: Mutex::default() }
    }

    /// A place at the end.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.tickets.fetch_add(1, Ordering::Relaxed))
    }

    /// Keeps what a refusal said, for the message of those that wait because of it.
    pub(super) fn refused(&self, request: &Request, error: &ArmError) {
        locked(&self.lane(request)).refusal = Some(error.clone());
    }

    fn lane(&self, request: &Request) -> SharedLane {
        let key = LaneKey::of(request);
        let refill = key.kind.refill(self.pace.refill);
        let new = || Arc::new(Mutex::new(Lane::new(refill, self.pace.probes)));
        Arc::clone(locked(&self.lanes).entry(key).or_insert_with(new))
    }

    /// Waits until it is this ticket's turn to be sent.
    async fn admit(
        &self,
        lane: &Arc<Mutex<Lane>>,
        ticket: Ticket,
        call: &Call,
        request: &Request,
    ) -> Result<Pass, Error> {
        let place = Place::take(lane, ticket);
        let mut told = false;
        loop {
            let (next, refusal) = {
                let mut lane = locked(lane);
                let next = lane.next(ticket.0, Instant::now());
                (next, if told { None } else { lane.refusal.clone() })
            };
            if let Some(refusal) = refusal {
                told = true;
                call.heard(|last| {
                    last.error.get_or_insert_with(|| Box::new(refusal));
                });
            }
            let until = match next {
                Next::Go => {
                    let pass = Pass(Arc::clone(lane));
                    // Leaving wakes the next; it must find the request under way.
                    drop(place);
                    return Ok(pass);
                }
                Next::At(moment) => moment,
                // The frame of the whole call ends the wait at its deadline.
                Next::Behind => call.deadline(),
            };
            if until > call.deadline() {
                let wait = until.saturating_duration_since(Instant::now());
                return Err(call.timeout(&request_line(request), Some(wait)));
            }
            tokio::select! {
                biased;
                () = call.cancellation().cancelled() => return Err(call.cancelled(&request_line(request))),
                () = place.woken.notified() => {}
                () = tokio::time::sleep_until(until) => {
                    if until == call.deadline() {
                        return Err(call.timeout(&request_line(request), None));
                    }
                }
            }
        }
    }

    /// Learns from an answer.
    fn heard(&self, lane: &Mutex<Lane>, status: u16, headers: &Headers) {
        let now = Instant::now();
        let mut lane = locked(lane);
        if status == 429 {
            let header = |name| headers.get_optional_str(&HeaderName::from_static(name));
            let asked = retry_after(header, OffsetDateTime::now_utc()).filter(|wait| !wait.is_zero());
            let wait = asked.unwrap_or_else(|| self.pace.retry.wait(lane.strikes(), random()));
            // A little more, so that several processes that were refused together do not come back together.
            lane.close(now + wait + self.pace.retry.first.mul_f64(random() / 2.0));
        } else {
            lane.told(remaining(headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
        }
    }
}

#[async_trait]
impl Policy for Budget {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let lane = self.lane(request);
        let Some(call) = ctx.value::<Call>() else { return forward(ctx, request, next).await };
        let ticket = ctx.value::<Ticket>().copied().unwrap_or_else(|| self.ticket());
        let pass = self.admit(&lane, ticket, call, request).await.map_err(carried)?;
        let answer = forward(ctx, request, next).await;
        if let Ok(response) = &answer {
            self.heard(&lane, u16::from(response.status()), response.headers());
        }
        drop(pass);
        answer
    }
}

/// A place in the queue, left when dropped.
struct Place<'a> {
    lane: &'a Mutex<Lane>,
    ticket: Ticket,
    woken: Arc<Notify>,
}

impl<'a> Place<'a> {
    fn take(lane: &'a Mutex<Lane>, ticket: Ticket) -> Self {
        let woken = Arc::new(Notify::new());
        locked(lane).join(ticket.0, Arc::clone(&woken));
        Self { lane, ticket, woken }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        locked(self.lane).leave(self.ticket.0);
    }
}

/// A request under way, over when dropped.
struct Pass(Arc<Mutex<Lane>>);

impl Drop for Pass {
    fn drop(&mut self) {
        locked(&self.0).answered();
    }
}

/// Whose bucket a request to this address is counted in.
pub(in crate::arm) fn scope(url: &Url) -> Scope {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let is_subscription = segments.next().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"));
    segments.next().filter(|_| is_subscription).map(str::to_lowercase)
}

/// Whether the address is that of a collection: after the provider's namespace, types and names take turns, and a
/// collection ends with a type.
pub(in crate::arm) fn is_collection(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let Some((_, resource)) = path.rsplit_once("/providers/") else { return false };
    let segments = resource.split('/').filter(|segment| !segment.is_empty());
    segments.skip(1).count() % 2 == 1
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
