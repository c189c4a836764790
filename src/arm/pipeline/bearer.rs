//! The token, which is sent to Azure Resource Manager and nowhere else.

use super::super::cloud::Cloud;
use super::super::error::Error;
use super::super::login::{TokenSet, Tokens};
use super::{forward, request_line, wrap_error};
use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, HeaderName};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

/// The header with the tokens of further tenants ("Authenticate requests across tenants").
pub(super) const AUXILIARY: &str = "x-ms-authorization-auxiliary";

/// Adds the token to a request, and a new one once if the service refuses the first.
#[derive(Debug)]
pub(in crate::arm) struct BearerPolicy {
    cloud: Cloud,
    tokens: Arc<Tokens>,
}

impl BearerPolicy {
    pub(in crate::arm) fn new(cloud: Cloud, tokens: Arc<Tokens>) -> Self {
        Self { cloud, tokens }
    }
}

#[async_trait]
impl Policy for BearerPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        // Addresses in responses are checked where they are read; this is the last check.
        if !self.cloud.owns(request.url()) {
            return Err(wrap_error(Error::ForeignAddress {
                request: Box::new(request_line(request)),
                reason: "a token is sent to Azure Resource Manager only".to_owned(),
            }));
        }
        let token = self.tokens.get(ctx).await?;
        put(request, &token);
        let response = forward(ctx, request, next).await?;
        if u16::from(response.status()) != 401 {
            return Ok(response);
        }
        tracing::info!(target: "provider.auth", "the service refused the token, requesting a new one");
        self.tokens.forget(&token);
        let newer = self.tokens.get(ctx).await?;
        if newer == token {
            return Ok(response);
        }
        put(request, &newer);
        forward(ctx, request, next).await
    }
}

fn put(request: &mut Request, tokens: &TokenSet) {
    request.insert_header(AUTHORIZATION, format!("Bearer {}", tokens.own.expose()));
    if !tokens.auxiliary.is_empty() {
        let all: Vec<_> = tokens.auxiliary.iter().map(|token| format!("Bearer {}", token.expose())).collect();
        request.insert_header(HeaderName::from_static(AUXILIARY), all.join(", "));
    }
}
