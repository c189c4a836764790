//! The limits of a token response: how long it may take, and how large it may be.

use super::super::error::Error;
use super::super::pace::Pace;
use super::{forward, request_line, wrap_error};
use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};
use futures::TryStreamExt as _;
use std::sync::Arc;
use std::time::Duration;

use crate::arm::error::duration_text;

/// A token response takes a few KiB.
const LARGEST: usize = 1 << 20;

/// No response within its time limit.
#[derive(Debug, thiserror::Error)]
#[error("no response within {}", duration_text(*.0))]
pub(super) struct NoResponse(Duration);

/// Reads each response to its end, within its limits.
#[derive(Debug)]
pub(super) struct LoginResponsePolicy {
    longest: Duration,
}

impl LoginResponsePolicy {
    pub(super) fn new(pace: &Pace) -> Self {
        Self { longest: pace.login_response }
    }
}

#[async_trait]
impl Policy for LoginResponsePolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let line = request_line(request);
        let answer = async {
            let (status, headers, mut body) = forward(ctx, request, next).await?.deconstruct();
            let mut bytes = Vec::new();
            while let Some(part) = body.try_next().await? {
                bytes.extend_from_slice(&part);
                if bytes.len() > LARGEST {
                    let reason = format!("the response is longer than {} MiB", LARGEST >> 20);
                    return Err(wrap_error(Error::unreadable(&line, reason)));
                }
            }
            Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
        };
        match tokio::time::timeout(self.longest, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(azure_core::Error::new(ErrorKind::Io, NoResponse(self.longest))),
        }
    }
}
