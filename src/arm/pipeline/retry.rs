//! Retrying transient failures.
//!
//! A response that asks for a later retry, and a connection that broke, are retried until the deadline of the
//! call, whatever the number of attempts. A host that cannot be reached is retried for a limited time only,
//! since a wrong address would otherwise look like a hang. A certificate that is not trusted is not retried.
//!
//! A failed operation's `Location` returns the operation's own error, which may be a 500: one that persists
//! is the outcome.

use super::super::call::Call;
use super::super::error::LastResponse;
use super::super::error::{ArmError, Error, RequestLine, TransportKind, read_error};
use super::super::pace::{Pace, random};
use super::forward;
use super::transport::describe;
use super::{Poll, request_line, retry_after, wrap_error};
use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// The transient statuses: timeout, throttling, and the four of a failing service.
const TRANSIENT: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// This many failing responses in a row from a monitor address are the outcome of the operation.
const MAX_MONITOR_ERRORS: u32 = 4;

/// Retries as the module describes, under the [`Call`] that the context carries.
#[derive(Debug)]
pub(super) struct RetryPolicy {
    pace: Pace,
    chance: fn() -> f64,
    now: fn() -> OffsetDateTime,
}

impl RetryPolicy {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, chance: random, now: OffsetDateTime::now_utc }
    }

    /// The wait before the next attempt: the service's requested wait and a little more, so that callers
    /// refused together do not retry together; otherwise a growing one.
    fn wait(&self, requested_wait: Option<Duration>, attempts: u32) -> Duration {
        match requested_wait {
            Some(requested_wait) if !requested_wait.is_zero() => {
                requested_wait + self.pace.retry.first.mul_f64((self.chance)() / 2.0)
            }
            _ => self.pace.retry.wait(attempts, (self.chance)()),
        }
    }
}

#[async_trait]
impl Policy for RetryPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let Some(call) = ctx.value::<Call>() else { return forward(ctx, request, next).await };
        let line = request_line(request);
        let mut unreachable_since = None;
        let is_monitor = ctx.value::<Poll>() == Some(&Poll::Monitor);
        let (mut attempts, mut server_errors) = (0, 0);
        loop {
            let before = Instant::now();
            let requested_wait = match forward(ctx, request, next).await {
                Ok(response) => {
                    let status = u16::from(response.status());
                    let request_id = header(response.headers(), "x-ms-request-id").map(str::to_owned);
                    let correlation_id =
                        header(response.headers(), "x-ms-correlation-request-id").map(str::to_owned);
                    call.update_last(|last| {
                        let progress = last.progress.take();
                        *last = LastResponse {
                            status: Some(status),
                            progress,
                            request_id,
                            correlation_id,
                            ..LastResponse::default()
                        }
                    });
                    if !TRANSIENT.contains(&status) {
                        return Ok(response);
                    }
                    unreachable_since = None;
                    let (requested_wait, error) = self.read_failure(&line, response).await;
                    server_errors = if status >= 500 && error.code.is_some() { server_errors + 1 } else { 0 };
                    if is_monitor && server_errors >= MAX_MONITOR_ERRORS {
                        return Err(wrap_error(Error::Operation(Box::new(error))));
                    }
                    call.update_last(|last| last.error = Some(Box::new(error)));
                    requested_wait
                }
                Err(error) if matches!(error.kind(), ErrorKind::Connection | ErrorKind::Io) => {
                    let failure = describe(&error, &line, request.url());
                    call.update_last(|last| last.transport = Some(failure.to_string()));
                    match failure.kind {
                        TransportKind::Certificate | TransportKind::Proxy | TransportKind::Request => {
                            return Err(error);
                        }
                        TransportKind::Connect | TransportKind::Silent => {
                            let since = *unreachable_since.get_or_insert(before);
                            if since.elapsed() >= self.pace.unreachable {
                                return Err(error);
                            }
                        }
                        TransportKind::Broken => unreachable_since = None,
                    }
                    tracing::debug!(target: "provider.http", method = line.method, path = line.path, error = %failure, "request failed");
                    None
                }
                Err(error) => return Err(error),
            };
            let wait = self.wait(requested_wait, attempts);
            attempts += 1;
            tracing::info!(target: "provider.http", method = line.method, path = line.path, attempt = attempts, wait_ms = wait.as_millis() as u64, "trying again");
            call.pause(wait, &line).await.map_err(wrap_error)?;
        }
    }
}

impl RetryPolicy {
    /// Reads the message of a transient failure, to report it if it persists, and its requested wait.
    async fn read_failure(
        &self,
        line: &RequestLine,
        response: AsyncRawResponse,
    ) -> (Option<Duration>, ArmError) {
        let (status, headers, body) = response.deconstruct();
        let requested_wait = retry_after(|name| header(&headers, name), (self.now)());
        let body = body.collect().await.unwrap_or_default();
        let mut error = read_error(u16::from(status), &body, line.clone());
        error.request_id = header(&headers, "x-ms-request-id").map(str::to_owned);
        error.correlation_id = header(&headers, "x-ms-correlation-request-id").map(str::to_owned);
        (requested_wait, error)
    }
}

fn header<'a>(headers: &'a Headers, name: &'static str) -> Option<&'a str> {
    headers.get_optional_str(&HeaderName::from_static(name))
}
