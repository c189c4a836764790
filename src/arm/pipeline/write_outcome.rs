//! The outcome of a write without a definite response.
//!
//! When a create fails, its caller must know whether the object may exist all the same. Otherwise Azure would
//! keep an object that Terraform does not know. So each attempt of a write is recorded in its [`Call`] before
//! it is sent. Only a response that refuses it, or a connection that was never made, resets the record. An
//! attempt that ends half-way, at the deadline or when cancelled, leaves it unchanged.

use super::super::call::{Call, WriteOutcome};
use super::forward;
use super::write_lock::WriteLock;
use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

/// Records the [`WriteOutcome`] of a call's writes.
#[derive(Debug)]
pub(super) struct WriteOutcomePolicy;

#[async_trait]
impl Policy for WriteOutcomePolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let (Some(call), Some(_)) = (ctx.value::<Call>(), ctx.value::<WriteLock>()) else {
            return forward(ctx, request, next).await;
        };
        let before = call.set_write_outcome(WriteOutcome::UnderWay);
        let answer = forward(ctx, request, next).await;
        let refused = match &answer {
            // A request that timed out may have been accepted.
            Ok(answer) => matches!(u16::from(answer.status()), 300..=407 | 409..=499),
            Err(error) => *error.kind() == ErrorKind::Connection,
        };
        call.set_write_outcome(if refused { before } else { before.max(WriteOutcome::Doubtful) });
        let accepted = answer.as_ref().is_ok_and(|answer| matches!(u16::from(answer.status()), 200..=299));
        if !refused && !accepted {
            call.mark_doubtful();
        }
        answer
    }
}
