//! The user agent.

use async_trait::async_trait;
use azure_core::http::headers::{HeaderValue, USER_AGENT};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

use crate::arm::call::Call;

/// Sets the user agent of the settings, followed by the name of the module that the request is made for.
/// azure_core's own setting panics on a slash.
#[derive(Debug)]
pub(super) struct UserAgentPolicy(String);

impl UserAgentPolicy {
    pub(super) fn new(user_agent: &str) -> Self {
        Self(user_agent.to_owned())
    }
}

#[async_trait]
impl Policy for UserAgentPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let agent = match ctx.value::<Call>().and_then(Call::module) {
            Some(module) => format!("{} {module}", self.0),
            None => self.0.clone(),
        };
        request.insert_header(USER_AGENT, HeaderValue::from(agent));
        super::forward(ctx, request, next).await
    }
}
