//! The outcome of a write without a definite response.
//!
//! When a create fails, its caller must know whether the object may exist all the same: an object that
//! Terraform does not know of is the worst that can be left behind. So each attempt of a write is noted in
//! its [`Call`] before it is sent. Only a response that refuses it, or a connection that was never made,
//! withdraws the note. An attempt that is dropped half-way, at the deadline or when cancelled, leaves the
//! note as it is.

use super::super::call::{Call, Fate};
use super::forward;
use super::turn::Turn;
use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::sync::Arc;

/// Records the [`Fate`] of a call's writes.
#[derive(Debug)]
pub(super) struct FatePolicy;

#[async_trait]
impl Policy for FatePolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let (Some(call), Some(_)) = (ctx.value::<Call>(), ctx.value::<Turn>()) else {
            return forward(ctx, request, next).await;
        };
        let before = call.note_fate(Fate::UnderWay);
        let answer = forward(ctx, request, next).await;
        let refused = match &answer {
            // A request that timed out may have been accepted.
            Ok(answer) => matches!(u16::from(answer.status()), 300..=407 | 409..=499),
            Err(error) => *error.kind() == ErrorKind::Connection,
        };
        call.note_fate(if refused { before } else { before.max(Fate::Doubtful) });
        let taken = answer.as_ref().is_ok_and(|answer| matches!(u16::from(answer.status()), 200..=299));
        if !refused && !taken {
            call.note_doubt();
        }
        answer
    }
}
