//! Sending a request for a token, and converting failures to a [`LoginError`].

use super::super::call::Call;
use super::super::error::{Error, LoginError, RequestLine, duration_text, excerpt, without_mark};
use super::super::pace::{Pace, random};
use super::super::pipeline::{PipelineSettings, request_line, to_error, wrap_error};
use super::super::secret::Secret;
use azure_core::http::{Context, Pipeline, PipelineSendOptions, RawResponse, Request, Url};
use serde_json::Value;
use std::fmt;
use tokio::time::Instant;
use url::form_urlencoded;

/// The requests of one login.
#[derive(Clone)]
pub(super) struct Sender {
    /// The login, for messages.
    pub(super) login_name: &'static str,
    pipeline: Pipeline,
    pace: Pace,
}

impl Sender {
    pub(super) fn new(login_name: &'static str, settings: &PipelineSettings) -> Self {
        Self { login_name, pipeline: settings.login_pipeline(), pace: settings.pace.clone() }
    }

    /// Sends a request that contains a secret, and returns the response, whatever its status.
    pub(super) async fn send(
        &self,
        request: &mut Request,
        secret: &Secret,
        ctx: &Context<'_>,
    ) -> Result<RawResponse, Error> {
        let (line, url) = (request_line(request), request.url().clone());
        tracing::debug!(target: "provider.auth", login = self.login_name, host = url.host_str(), path = url.path(), "asking for a token");
        let answer = send_until_json(&self.pipeline, &self.pace, request, ctx).await;
        answer.map_err(|error| self.no_response_error(to_error(error, &line, &url), secret, &line, &url))
    }

    /// An error without a response, as the reason why there is no token.
    fn no_response_error(&self, error: Error, secret: &Secret, line: &RequestLine, url: &Url) -> Error {
        let failed =
            LoginError { login_name: self.login_name, endpoint: address(url), ..LoginError::default() };
        match error {
            Error::Transport(transport) => LoginError {
                endpoint: format!("{} ({line})", url.origin().ascii_serialization()),
                transport: Some(transport),
                ..failed
            }
            .into(),
            Error::Timeout(timeout) => {
                let last = timeout.last;
                let status = last.error.as_ref().map(|error| error.status);
                let reason = last.error.and_then(|error| error.message.or(error.code)).or(last.transport);
                let reason =
                    reason.map(|reason| format!(": {}", masked(secret, &reason))).unwrap_or_default();
                let description = format!("no token after {}{reason}", duration_text(timeout.elapsed));
                LoginError { status, description: Some(description), timed_out: true, ..failed }.into()
            }
            Error::Unreadable { reason, .. } => LoginError { description: Some(reason), ..failed }.into(),
            other => other,
        }
    }
}

/// Sends a request until the response can be one. A 2xx that is not JSON is the page of a proxy or was cut
/// short. It is a transient failure, retried for as long as a host that cannot be reached.
pub(in crate::arm) async fn send_until_json(
    pipeline: &Pipeline,
    pace: &Pace,
    request: &mut Request,
    ctx: &Context<'_>,
) -> azure_core::Result<RawResponse> {
    let began = Instant::now();
    let mut earlier = 0;
    loop {
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let answer = pipeline.send(ctx, request, Some(options)).await?;
        let is_usable = !answer.status().is_success() || json(&answer).is_some();
        let wait = pace.retry.wait(earlier, random());
        match ctx.value::<Call>() {
            Some(call) if !is_usable && began.elapsed() < pace.unreachable && wait < call.remaining() => {
                tracing::info!(target: "provider.auth", wait_ms = wait.as_millis() as u64, "the response \
                                                                                            is not JSON, \
                                                                                            trying again");
                call.pause(wait, &request_line(request)).await.map_err(wrap_error)?;
            }
            _ => return Ok(answer),
        }
        earlier += 1;
    }
}

/// An address without its query, which may contain a secret.
pub(super) fn address(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The response as JSON.
pub(super) fn json(answer: &RawResponse) -> Option<Value> {
    serde_json::from_slice(without_mark(answer.body().as_ref())).ok()
}

/// A text of the other side, with the secret masked if it repeats it.
pub(super) fn masked(secret: &Secret, text: &str) -> String {
    if secret.expose().is_empty() {
        return text.to_owned();
    }
    let encoded: String = form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
    text.replace(secret.expose(), "***").replace(&encoded, "***")
}

/// The beginning of a body, with the secret masked. It is masked first: a secret that is cut could not be
/// found any more.
pub(super) fn quoted(secret: &Secret, body: &[u8]) -> Option<String> {
    excerpt(masked(secret, &String::from_utf8_lossy(body)).as_bytes())
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("login_name", &self.login_name).finish_non_exhaustive()
    }
}
