//! One write at a time per profile.
//!
//! A profile's own writes and those of its versions go one after the other within this process, so that they do not
//! meet as conflicts at the service. The turn is per profile, not per gallery: profiles of one gallery are independent
//! resources to ARM, and versions of different profiles should be created side by side. It is held for one attempt of
//! one request, not while an operation runs or a busy object is waited for; another process is met by retrying its
//! conflict.

use super::super::ids::ProfileId;
use super::forward;
use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// What a write puts in its context: the profile that is written, or whose version is.
#[derive(Clone, Debug)]
pub(in crate::arm) struct Turn(pub(in crate::arm) ProfileId);

/// Makes requests with the same [`Turn`] wait for each other.
#[derive(Debug, Default)]
pub(in crate::arm) struct TurnPolicy(Mutex<HashMap<ProfileId, Weak<tokio::sync::Mutex<()>>>>);

impl TurnPolicy {
    /// Waits for the turn; it ends when the guard is dropped.
    async fn turn(&self, profile: &ProfileId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match locks.get(profile).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    locks.retain(|_, lock| lock.strong_count() > 0);
                    let lock = Arc::default();
                    locks.insert(profile.clone(), Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}

#[async_trait]
impl Policy for TurnPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let _turn = match ctx.value::<Turn>() {
            Some(Turn(profile)) => Some(self.turn(profile).await),
            None => None,
        };
        forward(ctx, request, next).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(profile: &str) -> ProfileId {
        let gallery = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
        format!("{gallery}/inVMAccessControlProfiles/{profile}").parse().unwrap()
    }

    #[tokio::test]
    async fn one_turn_per_profile_whatever_its_case() {
        let policy = TurnPolicy::default();
        let first = policy.turn(&id("p")).await;
        let other = policy.turn(&id("q")).await;
        let upper = id("P");
        let mut second = std::pin::pin!(policy.turn(&upper));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop((first, other));
        assert!(futures::poll!(second).is_ready());
        drop(policy.turn(&id("r")).await);
        assert_eq!(policy.0.lock().unwrap().len(), 1, "turns that nobody takes are forgotten");
    }
}
