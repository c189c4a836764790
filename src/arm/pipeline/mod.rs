//! How a request is sent: small policies in a row, over one HTTP client that is created when the first
//! request needs it.
//!
//! Per call: client request id, correlation id, user agent, retry. Per attempt: lock (writes), lane and token
//! (only to Azure Resource Manager), outcome (writes), log, transport. azure_core runs them. Its own retry and
//! bearer policies are not used. The first follows retry headers on two statuses only and knows no deadline of
//! the caller; the second refuses an emulator on loopback and cannot distinguish a stale token from a fresh one.

mod address;
mod bearer;
mod correlation;
mod lanes;
mod logging;
mod login_response;
mod masking;
mod proxy;
mod retry;
mod retry_after;
mod transport;
mod trust;
mod user_agent;
mod write_lock;
mod write_outcome;

use super::error::{Error, RequestLine};
use super::pace::Pace;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{ClientOptions, Context, Pipeline, Request, RetryOptions, Transport};
use std::sync::Arc;

pub(super) use bearer::BearerPolicy;
pub(super) use lanes::{Poll, resource_type};
pub(super) use masking::without_secrets;
pub(super) use retry_after::retry_after;
pub(super) use transport::{LazyTransport, to_error};
pub(super) use write_lock::{WriteLock, WriteLockPolicy};

use lanes::LanePolicy;
use masking::BodyKind;
use time::OffsetDateTime;

/// Shared by every pipeline of one client.
#[derive(Clone, Debug)]
pub(super) struct PipelineSettings {
    pub(super) transport: Arc<LazyTransport>,
    pub(super) user_agent: String,
    pub(super) correlation_id: Option<String>,
    pub(super) pace: Pace,
    /// The clock for tokens and assertions.
    pub(super) now: fn() -> OffsetDateTime,
}

impl PipelineSettings {
    /// Builds the pipeline to Azure Resource Manager. `before`, the lanes that its requests share, and
    /// `after` run for each attempt, then the log and the transport. No connection is opened yet.
    pub(super) fn pipeline(&self, before: Arc<dyn Policy>, after: Arc<dyn Policy>) -> Pipeline {
        let lanes = Arc::new(LanePolicy::new(self.pace.clone()));
        self.build(vec![before, lanes, after], BodyKind::Arm)
    }

    /// Builds the pipeline for token requests: the log masks everything that is not known to be harmless.
    pub(super) fn login_pipeline(&self) -> Pipeline {
        self.build(vec![Arc::new(login_response::LoginResponsePolicy::new(&self.pace))], BodyKind::Login)
    }

    fn build(&self, per_attempt: Vec<Arc<dyn Policy>>, bodies: BodyKind) -> Pipeline {
        let mut per_call: Vec<Arc<dyn Policy>> = Vec::new();
        if let Some(id) = &self.correlation_id {
            per_call.push(Arc::new(correlation::CorrelationIdPolicy::new(id)));
        }
        // The user's policies run after azure_core's own user agent policy, so ours takes precedence.
        per_call.push(Arc::new(user_agent::UserAgentPolicy::new(&self.user_agent)));
        per_call.push(Arc::new(retry::RetryPolicy::new(self.pace.clone())));
        let mut per_try = per_attempt;
        per_try.push(Arc::new(write_outcome::WriteOutcomePolicy));
        per_try.push(Arc::new(logging::LoggingPolicy::new(bodies)));
        let options = ClientOptions {
            per_call_policies: per_call,
            per_try_policies: per_try,
            retry: RetryOptions::none(),
            transport: Some(Transport::new(self.transport.clone())),
            ..ClientOptions::default()
        };
        Pipeline::new(None, None, options, Vec::new(), Vec::new(), None)
    }
}

/// The line that names a request in messages.
pub(super) fn request_line(request: &Request) -> RequestLine {
    RequestLine { method: request.method().as_str(), path: request.url().path().to_owned() }
}

/// Passes one of our errors up through azure_core; [`to_error`] extracts it again.
pub(super) fn wrap_error(error: Error) -> azure_core::Error {
    azure_core::Error::new(azure_core::error::ErrorKind::Other, error)
}

/// Calls the next policy; a pipeline always has one, since the transport is the last.
async fn forward(ctx: &Context<'_>, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
    match next.split_first() {
        Some((policy, rest)) => policy.send(ctx, request, rest).await,
        None => Err(wrap_error(Error::Setup("the pipeline has no transport".to_owned()))),
    }
}
