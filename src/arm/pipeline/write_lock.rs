//! One write at a time per profile, or per machine.
//!
//! A profile's own writes and those of its versions go one after the other within this process, so that they
//! do not conflict at the service. The lock is per profile, not per gallery: to ARM the profiles of a gallery
//! are independent resources. It is held for one attempt of one request, not while an operation runs or a
//! busy object is waited for. A conflict with another process is retried.

use super::forward;
use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// A write's context value: the lower-case id of the machine, or of the profile that the write belongs to.
#[derive(Clone, Debug)]
pub(in crate::arm) struct WriteLock(String);

impl WriteLock {
    /// The lock for writes to this id.
    pub(in crate::arm) fn of(id: &impl Display) -> Self {
        Self(id.to_string().to_lowercase())
    }
}

/// Makes requests with the same [`WriteLock`] wait for each other.
#[derive(Debug, Default)]
pub(in crate::arm) struct WriteLockPolicy(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl WriteLockPolicy {
    /// Waits for the lock; dropping the guard releases it.
    async fn lock(&self, id: &str) -> OwnedMutexGuard<()> {
        let mutex = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match locks.get(id).and_then(Weak::upgrade) {
                Some(mutex) => mutex,
                None => {
                    locks.retain(|_, mutex| mutex.strong_count() > 0);
                    let mutex = Arc::default();
                    locks.insert(id.to_owned(), Arc::downgrade(&mutex));
                    mutex
                }
            }
        };
        mutex.lock_owned().await
    }
}

#[async_trait]
impl Policy for WriteLockPolicy {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let _guard = match ctx.value::<WriteLock>() {
            Some(WriteLock(id)) => Some(self.lock(id).await),
            None => None,
        };
        forward(ctx, request, next).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(profile: &str) -> String {
        WriteLock::of(&format!("/subscriptions/s/inVMAccessControlProfiles/{profile}")).0
    }

    #[tokio::test]
    async fn one_turn_per_profile_whatever_its_case() {
        let policy = WriteLockPolicy::default();
        let first = policy.lock(&id("p")).await;
        let other = policy.lock(&id("q")).await;
        let upper = id("P");
        let mut second = std::pin::pin!(policy.lock(&upper));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop((first, other));
        assert!(futures::poll!(second).is_ready());
        drop(policy.lock(&id("r")).await);
        assert_eq!(policy.0.lock().unwrap().len(), 1, "unused locks are dropped");
    }
}
