//! One write at a time per profile, or per machine.
//!
//! A profile's own writes and those of its versions go one after the other within this process, so that they
//! do not conflict at the service. The lock is per profile, not per gallery: profiles of one gallery are
//! independent resources to ARM, and versions of different profiles should be created in parallel. It is held
//! for one attempt of one request, not while an operation runs or a busy object is waited for. A conflict
//! with another process is retried.

use super::forward;
use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// A write's context value: the id, in lower case, of the profile that is written or whose version is, or of
/// the machine.
#[derive(Clone, Debug)]
pub(in crate::arm) struct Turn(String);

impl Turn {
    /// The turn for writes to this id.
    pub(in crate::arm) fn of(id: &impl Display) -> Self {
        Self(id.to_string().to_lowercase())
    }
}

/// Makes requests with the same [`Turn`] wait for each other.
#[derive(Debug, Default)]
pub(in crate::arm) struct TurnPolicy(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl TurnPolicy {
    /// Waits for the turn; it ends when the guard is dropped.
    async fn turn(&self, id: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match locks.get(id).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    locks.retain(|_, lock| lock.strong_count() > 0);
                    let lock = Arc::default();
                    locks.insert(id.to_owned(), Arc::downgrade(&lock));
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
            Some(Turn(id)) => Some(self.turn(id).await),
            None => None,
        };
        forward(ctx, request, next).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(profile: &str) -> String {
        Turn::of(&format!("/subscriptions/s/inVMAccessControlProfiles/{profile}")).0
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
