//! What the log shows of a request: headers and query by allow-list, bodies at TRACE without their secrets,
//! never a token.

use super::address::shown_url;
use super::bearer::AUXILIARY;
use super::masking::{BodyKind, secret_forms, shown_text};
use super::{forward, request_line};
use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, CONTENT_TYPE, HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use std::sync::Arc;
use std::time::Instant;
use tracing::Level;
use url::Url;

/// Response headers that are shown.
const HEADERS: [&str; 10] = [
    "azure-asyncoperation",
    "content-length",
    "content-type",
    "location",
    "retry-after",
    "retry-after-ms",
    "x-ms-correlation-request-id",
    "x-ms-ratelimit-remaining-resource",
    "x-ms-request-id",
    "x-ms-retry-after-ms",
];

/// Logs each attempt at DEBUG under the target `provider.http`, and its bodies at TRACE.
#[derive(Debug)]
pub(super) struct LoggingPolicy(BodyKind);

impl LoggingPolicy {
    pub(super) fn new(bodies: BodyKind) -> Self {
        Self(bodies)
    }
}

#[async_trait]
impl Policy for LoggingPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        if !tracing::enabled!(target: "provider.http", Level::DEBUG) {
            return forward(ctx, request, next).await;
        }
        let with_bodies = tracing::enabled!(target: "provider.http", Level::TRACE);
        let line = request_line(request);
        let known = self.secrets(request);
        let shown = |text: &str| shown_text(text, &known);
        let url = shown(&shown_url(request.url()));
        let client_request_id = text(request.headers(), "x-ms-client-request-id");
        if with_bodies {
            self.trace_request(request, &url, &known);
        }
        let before = Instant::now();
        let result = forward(ctx, request, next).await;
        let duration_ms = before.elapsed().as_millis() as u64;
        match &result {
            Ok(response) => {
                let status = u16::from(response.status());
                let request_id = shown(&text(response.headers(), "x-ms-request-id"));
                let correlation_id = text(response.headers(), "x-ms-correlation-request-id");
                let correlation_id = match correlation_id.is_empty() {
                    true => text(request.headers(), "x-ms-correlation-request-id"),
                    false => shown(&correlation_id),
                };
                let headers = shown(&shown_headers(response.headers()));
                tracing::debug!(
                    target: "provider.http",
                    method = line.method, url, status, duration_ms, client_request_id, request_id, correlation_id, headers,
                    "request answered"
                );
            }
            Err(error) => tracing::debug!(
                target: "provider.http",
                method = line.method, url, duration_ms, client_request_id, kind = ?error.kind(),
                "no response to the request"
            ),
        }
        match result {
            Ok(response) if with_bodies => self.trace_response(line.method, &url, response, &known).await,
            other => other,
        }
    }
}

impl LoggingPolicy {
    /// The secrets of a request, to mask them in what is logged of it and of its response.
    fn secrets(&self, request: &Request) -> Vec<String> {
        let mut known = Vec::new();
        for header in [AUTHORIZATION.as_str(), AUXILIARY, "x-identity-header"] {
            let value = text(request.headers(), header);
            known.extend(value.split([' ', ',']).filter(|word| !is_scheme(word)).flat_map(secret_forms));
        }
        if let Body::Bytes(bytes) = request.body()
            && is_form(request)
        {
            known.extend(self.0.secrets(bytes));
        }
        known
    }

    fn trace_request(&self, request: &Request, url: &str, known: &[String]) {
        if let Body::Bytes(bytes) = request.body()
            && !bytes.is_empty()
        {
            let body = self.0.shown(bytes, is_form(request), known);
            tracing::trace!(target: "provider.http", method = request.method().as_str(), url, body, "request body");
        }
    }

    /// Logs the body of a response, and reads it to its end for that. A body that breaks off is a broken
    /// response.
    async fn trace_response(
        &self,
        method: &str,
        url: &str,
        response: AsyncRawResponse,
        known: &[String],
    ) -> PolicyResult {
        let (status, headers, body) = response.deconstruct();
        let bytes = body.collect().await?;
        let body = self.0.shown(&bytes, false, known);
        if !body.is_empty() {
            tracing::trace!(target: "provider.http", method, url, status = u16::from(status), body, "response body");
        }
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}

fn is_form(request: &Request) -> bool {
    text(request.headers(), CONTENT_TYPE.as_str()).contains("form-urlencoded")
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// A header's text, empty if there is none.
fn text(headers: &Headers, name: &str) -> String {
    headers.get_optional_str(&HeaderName::from(name.to_owned())).unwrap_or_default().to_owned()
}

fn shown_headers(headers: &Headers) -> String {
    let shown = HEADERS.iter().filter_map(|name| {
        let value = headers.get_optional_str(&HeaderName::from_static(name))?;
        Some(format!("{name}: {}", shown_value(value)))
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// A header's value; if it is an address, its query is shown like any other.
fn shown_value(value: &str) -> String {
    match Url::parse(value) {
        Ok(url) if url.has_host() => shown_url(&url),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_values_are_shown() {
        let url = "https://arm.example/x?api-version=2024-03-03&$skiptoken=abc&sig=secret";
        assert_eq!(
            shown_url(&Url::parse(url).unwrap()),
            "https://arm.example/x?api-version=2024-03-03&$skiptoken=REDACTED&sig=REDACTED"
        );
        assert_eq!(
            shown_value("https://u:p@arm.example/op?t=secret&monitor=true"),
            "https://arm.example/op?t=REDACTED&monitor=true"
        );
        assert_eq!(shown_value("17"), "17");
    }
}
