//! The first request to a server goes ahead of those that come with it.
//!
//! Before a server has been reached nobody knows whether it speaks HTTP/2, so the pool of connections gives each request
//! of a crowd a connection of its own, and throws all but one away once it turns out that one would have done: a hundred
//! handshakes at the start of a large refresh. So the others wait for the first, and find its connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long the others wait at most: a server that is slow to answer the first need not be slow for all.
const PATIENCE: Duration = Duration::from_secs(2);

/// The door of one server.
#[derive(Debug)]
pub(super) struct Door {
    patience: Duration,
    knocked: AtomicBool,
    opened: CancellationToken,
}

impl Default for Door {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

impl Door {
    /// A door that nobody has come to, before which the others wait for so long.
    fn with_patience(patience: Duration) -> Self {
        Self { patience, knocked: AtomicBool::new(false), opened: CancellationToken::new() }
    }

    /// Comes back when a request may be sent. The first to pass opens the door for all by dropping what it is given,
    /// whatever became of its request.
    pub(super) async fn pass(&self) -> Option<DropGuard> {
        if self.opened.is_cancelled() {
            return None;
        }
        if !self.knocked.swap(true, Ordering::AcqRel) {
            return Some(self.opened.clone().drop_guard());
        }
        // Whether it was opened or has taken too long is all the same.
        let _ = tokio::time::timeout(self.patience, self.opened.cancelled()).await;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn the_others_wait_for_the_first() {
        let door = Door::with_patience(Duration::MAX);
        let first = door.pass().await;
        assert!(first.is_some());
        let mut second = Box::pin(door.pass());
        assert!((&mut second).now_or_never().is_none(), "the second has to wait");
        drop(first);
        assert!(second.now_or_never().is_some_and(|pass| pass.is_none()));
        assert!(door.pass().now_or_never().is_some_and(|pass| pass.is_none()), "it stays open");
    }

    #[tokio::test]
    async fn they_do_not_wait_for_ever() {
        let door = Door::with_patience(Duration::from_millis(1));
        let _first = door.pass().await;
        assert!(door.pass().await.is_none());
    }

    #[tokio::test]
    async fn a_first_that_is_given_up_leaves_the_door_open() {
        let door = Door::with_patience(Duration::MAX);
        let given_up = async {
            let _first = door.pass().await;
            std::future::pending::<()>().await;
        };
        assert!(given_up.now_or_never().is_none());
        assert!(door.pass().now_or_never().is_some());
    }
}
