//! The correlation id that all requests of one run share, so that support finds them together.

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

const CORRELATION_ID: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");

/// Sets `x-ms-correlation-request-id`.
#[derive(Debug)]
pub(super) struct CorrelationIdPolicy(HeaderValue);

impl CorrelationIdPolicy {
    pub(super) fn new(id: &str) -> Self {
        Self(HeaderValue::from(id.to_owned()))
    }
}

#[async_trait]
impl Policy for CorrelationIdPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        request.insert_header(CORRELATION_ID, self.0.clone());
        super::forward(ctx, request, next).await
    }
}
