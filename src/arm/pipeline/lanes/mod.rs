//! Where requests wait: one lane for each kind of request to each subscription.
//!
//! Azure counts requests in buckets, and each response shows what is left in the buckets of that request.
//! Azure Resource Manager has its own, for reads, writes and deletes; the Compute provider has one or two for
//! each operation. So the requests of one kind (verb, type, single object or list; polls are a kind) share a
//! lane. A lane follows the buckets that responses to its own kind have named, and no others:
//!
//! - with much left, requests are not delayed;
//! - with little left, they are sent as fast as the bucket fills, and slower while its level falls;
//! - after a refusal (429) nothing is sent until the time that the refusal named.
//!
//! Requests are sent in the order of their arrival. A wait ends with the deadline or the cancellation of the
//! call.

mod bucket;
mod header;
mod kind;
mod state;
#[cfg(test)]
mod tests;

use super::super::call::Call;
use super::super::error::{ArmError, Error, read_error};
use super::super::pace::{Pace, random};
use super::{forward, request_line, retry_after, wrap_error};
use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};
use header::levels;
use kind::RequestKind;
use state::{Lanes, SentRequest, Signals};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

pub(in crate::arm) use kind::{Poll, resource_type};

/// The policy: it runs for each attempt of a request.
#[derive(Debug)]
pub(super) struct LanePolicy {
    pace: Pace,
    lanes: Mutex<Lanes>,
}

impl LanePolicy {
    pub(super) fn new(pace: Pace) -> Self {
        Self { lanes: Mutex::new(Lanes::new(pace.clone())), pace }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the request may be sent.
    async fn admit(
        &self,
        kind: &RequestKind,
        signals: &Signals,
        call: &Call,
        request: &Request,
    ) -> Result<RequestGuard<'_>, Error> {
        let mut head = std::pin::pin!(signals.head.lock());
        let _first = loop {
            let mut closed = std::pin::pin!(signals.closed.notified());
            closed.as_mut().enable();
            self.check(kind, call, request)?;
            tokio::select! {
                biased;
                first = &mut head => break first,
                () = closed => {}
            }
        };
        loop {
            self.check(kind, call, request)?;
            let until = match self.lanes().send(kind, Instant::now()) {
                Ok(sent) => return Ok(RequestGuard { policy: self, sent }),
                Err(until) => until,
            };
            if let Some(until) = until.filter(|until| *until > call.deadline()) {
                let wait = until.saturating_duration_since(Instant::now());
                return Err(call.timeout(&request_line(request), Some(wait)));
            }
            tokio::select! {
                () = signals.changed.notified() => {}
                () = tokio::time::sleep_until(until.unwrap_or_else(|| call.deadline())) => {}
            }
        }
    }

    /// Records for the call's messages why its lane is closed. A lane that opens after the call's deadline is
    /// not waited for.
    fn check(&self, kind: &RequestKind, call: &Call, request: &Request) -> Result<(), Error> {
        let now = Instant::now();
        let Some((until, refusal)) = self.lanes().closed(kind, now) else { return Ok(()) };
        if let Some(refusal) = refusal {
            call.update_last(|last| last.error = Some(Box::new(refusal)));
        }
        if until > call.deadline() {
            return Err(call.timeout(&request_line(request), Some(until - now)));
        }
        Ok(())
    }

    /// Records the levels and the refusal in a response, and returns it.
    async fn record_response(
        &self,
        kind: &RequestKind,
        request: &Request,
        response: AsyncRawResponse,
    ) -> AsyncRawResponse {
        let status = u16::from(response.status());
        let headers = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let levels = levels(headers, self.pace.refill);
        let now = Instant::now();
        if status != 429 {
            let mut lanes = self.lanes();
            lanes.record_levels(kind, levels, now);
            lanes.accepted(kind, now);
            return response;
        }
        let (code, headers, body) = response.deconstruct();
        let body = body.collect().await.unwrap_or_default();
        let refusal = ArmError {
            request_id: header(&headers, "x-ms-request-id").map(str::to_owned),
            correlation_id: header(&headers, "x-ms-correlation-request-id").map(str::to_owned),
            ..read_error(status, &body, request_line(request))
        };
        let requested_wait = retry_after(|name| header(&headers, name), OffsetDateTime::now_utc());
        let requested_wait = requested_wait.filter(|wait| *wait > Duration::ZERO);
        let mut lanes = self.lanes();
        lanes.record_levels(kind, levels, now);
        lanes.refused(kind, refusal, requested_wait, random(), now);
        drop(lanes);
        AsyncRawResponse::from_bytes(code, headers, body)
    }
}

#[async_trait]
impl Policy for LanePolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let Some(call) = ctx.value::<Call>() else { return forward(ctx, request, next).await };
        let (kind, signals) = self.lanes().lane(RequestKind::of(request, ctx.value::<Poll>().is_some()));
        // A write that waits here is not under way yet: a cancelled call ends at once.
        let under_way = tokio::select! {
            biased;
            () = call.cancellation().cancelled() => return Err(wrap_error(call.cancelled(&request_line(request)))),
            admitted = self.admit(&kind, &signals, call, request) => admitted.map_err(wrap_error)?,
        };
        let answer = match forward(ctx, request, next).await {
            Ok(response) => Ok(self.record_response(&kind, request, response).await),
            Err(error) => Err(error),
        };
        drop(under_way);
        answer
    }
}

/// A request under way; it ends when dropped.
struct RequestGuard<'a> {
    policy: &'a LanePolicy,
    sent: SentRequest,
}

impl Drop for RequestGuard<'_> {
    fn drop(&mut self) {
        self.policy.lanes().end(&self.sent);
    }
}

fn header<'a>(headers: &'a Headers, name: &'static str) -> Option<&'a str> {
    headers.get_optional_str(&HeaderName::from_static(name))
}
