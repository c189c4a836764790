//! What the log tells of a request: by allow-list, never the body, never a token.

use super::{forward, request_line};
use async_trait::async_trait;
use azure_core::http::headers::HeaderName;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;
use std::time::Instant;
use url::Url;

/// Query parameters that are shown with their value; of others only the name is.
const QUERY: [&str; 2] = ["api-version", "monitor"];

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

/// Logs each attempt at DEBUG under the target `provider.http`.
#[derive(Debug)]
pub(super) struct LoggingPolicy;

#[async_trait]
impl Policy for LoggingPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        if !tracing::enabled!(target: "provider.http", tracing::Level::DEBUG) {
            return forward(ctx, request, next).await;
        }
        let line = request_line(request);
        let (host, query) =
            (request.url().host_str().unwrap_or_default().to_owned(), shown_query(request.url()));
        let id = request.headers().get_optional_str(&HeaderName::from_static("x-ms-client-request-id"));
        let client_request_id = id.unwrap_or_default().to_owned();
        let before = Instant::now();
        let result = forward(ctx, request, next).await;
        let duration_ms = before.elapsed().as_millis() as u64;
        match &result {
            Ok(response) => {
                let status = u16::from(response.status());
                let shown = HEADERS.iter().filter_map(|name| {
                    let value = response.headers().get_optional_str(&HeaderName::from_static(name))?;
                    Some(format!("{name}: {}", shown_value(value)))
                });
                let headers = shown.collect::<Vec<_>>().join("; ");
                tracing::debug!(
                    target: "provider.http",
                    method = line.method, host, path = line.path, query, status, duration_ms, client_request_id, headers,
                    "request answered"
                );
            }
            Err(error) => tracing::debug!(
                target: "provider.http",
                method = line.method, host, path = line.path, query, duration_ms, client_request_id, kind = ?error.kind(),
                "request not answered"
            ),
        }
        result
    }
}

/// The query with values only where the list allows it.
fn shown_query(url: &Url) -> String {
    let pairs = url.query_pairs().map(|(name, value)| match QUERY.contains(&name.as_ref()) {
        true => format!("{name}={value}"),
        false => format!("{name}=REDACTED"),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A header's value; if it is an address, its query is shown like any other.
fn shown_value(value: &str) -> String {
    match Url::parse(value) {
        Ok(url) if url.has_host() => {
            let query = shown_query(&url);
            let separator = if query.is_empty() { "" } else { "?" };
            format!("{}{}{separator}{query}", url.origin().ascii_serialization(), url.path())
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_values_are_shown() {
        let url =
            Url::parse("https://arm.example/x?api-version=2024-03-03&$skiptoken=abc&sig=secret").unwrap();
        assert_eq!(shown_query(&url), "api-version=2024-03-03&$skiptoken=REDACTED&sig=REDACTED");
        assert_eq!(
            shown_value("https://u:p@arm.example/op?t=secret&monitor=true"),
            "https://arm.example/op?t=REDACTED&monitor=true"
        );
        assert_eq!(shown_value("17"), "17");
    }
}
