//! One caller at a time for each key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

type Map = HashMap<String, Arc<AsyncMutex<()>>>;

/// The locks of this process that are held or waited for. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Locks(Arc<Mutex<Map>>);

impl Locks {
    /// Waits until nobody else holds the lock of this key. Keys are compared ignoring case.
    pub async fn lock(&self, key: &str) -> LockGuard {
        let key = key.to_lowercase();
        let lock = Arc::clone(self.map().entry(key.clone()).or_default());
        // Created before the wait, so that a caller that stops waiting leaves nothing behind.
        let mut waiting = LockGuard { locks: self.clone(), key, guard: None };
        waiting.guard = Some(lock.lock_owned().await);
        waiting
    }

    /// Whether somebody holds the lock of this key.
    #[must_use]
    pub fn is_locked(&self, key: &str) -> bool {
        self.map().get(&key.to_lowercase()).is_some_and(|lock| lock.try_lock().is_err())
    }

    fn map(&self) -> MutexGuard<'_, Map> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock, for as long as this lives.
#[derive(Debug)]
pub struct LockGuard {
    locks: Locks,
    key: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.guard = None;
        let mut map = self.locks.map();
        if map.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            map.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn a_key_has_one_holder_and_is_removed_afterwards() {
        let locks = Locks::default();
        let first = locks.lock("/x/A").await;
        assert!(locks.is_locked("/X/a") && !locks.is_locked("/x/b"));
        assert!(locks.lock("/x/b").now_or_never().is_some(), "another key is free");
        let mut second = Box::pin(locks.lock("/x/a"));
        assert!((&mut second).now_or_never().is_none());
        let given_up = Box::pin(locks.lock("/x/a"));
        drop(given_up);
        drop(first);
        drop(second.await);
        assert!(locks.map().is_empty());
    }
}
