//! One write at a time per profile.
//!
//! A profile's own writes and those of its versions go one after the other within this process, so that they do not
//! meet as conflicts at the service. The lock is per profile, not per gallery: profiles of one gallery are independent
//! resources to ARM, and versions of different profiles should be created side by side. It is held for the request
//! only, not while an operation runs or a busy object is waited for; another process is met by retrying its conflict.

use super::super::ids::ProfileId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// The locks in use.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<ProfileId, Weak<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits for the turn of a write; it ends when the guard is dropped.
    pub(super) async fn turn(&self, profile: &ProfileId) -> OwnedMutexGuard<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(profile: &str) -> ProfileId {
        format!("/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/{profile}").parse().unwrap()
    }

    #[tokio::test]
    async fn one_turn_per_profile_whatever_its_case() {
        let locks = Locks::default();
        let first = locks.turn(&id("p")).await;
        let _other = locks.turn(&id("q")).await;
        let upper = id("P");
        let mut second = std::pin::pin!(locks.turn(&upper));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop(first);
        assert!(futures::poll!(second).is_ready());
    }
}
