//! Who we are.

use async_trait::async_trait;
use azure_core::http::headers::{HeaderValue, USER_AGENT};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

/// Sets the user agent that the settings give. azure_core's own setting for it panics on a slash.
#[derive(Debug)]
pub(super) struct UserAgentPolicy(HeaderValue);

impl UserAgentPolicy {
    pub(super) fn new(user_agent: &str) -> Self {
        Self(HeaderValue::from(user_agent.to_owned()))
    }
}

#[async_trait]
impl Policy for UserAgentPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        request.insert_header(USER_AGENT, self.0.clone());
        super::transport::forward(ctx, request, next).await
    }
}
