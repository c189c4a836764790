//! Whether the host still exists. It keeps one connection open as long as it lives, and its system closes
//! that when it dies, however it dies.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long the first connection may take. go-plugin connects as soon as it has read the handshake line.
const FIRST: Duration = Duration::from_secs(120);
/// How long a host that has lost its connection may take to make another.
const AGAIN: Duration = Duration::from_secs(5);

/// Counts connections.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence(watch::Sender<usize>);

/// One connection; dropping this is its end.
#[derive(Debug)]
pub(super) struct Attendance(watch::Sender<usize>);

impl Presence {
    /// Records a connection of the host.
    pub(super) fn enter(&self) -> Attendance {
        self.0.send_modify(|count| *count += 1);
        Attendance(self.0.clone())
    }

    /// Completes when the host must be gone: it has no connection, and has had the time to make one.
    pub(super) async fn gone(&self) {
        self.gone_within(FIRST, AGAIN).await;
    }

    async fn gone_within(&self, first: Duration, again: Duration) {
        let mut count = self.0.subscribe();
        let mut patience = first;
        loop {
            if timeout(patience, count.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
            // The sender is our own, so this cannot fail.
            let _ = count.wait_for(|count| *count == 0).await;
            patience = again;
        }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;

    const SOON: Duration = Duration::from_millis(1);
    const NEVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_host_that_does_not_connect_is_gone_after_a_while() {
        let presence = Presence::default();
        let mut gone = pin!(presence.gone_within(NEVER, SOON));
        assert!(poll!(&mut gone).is_pending());
        presence.gone_within(SOON, NEVER).await;
    }

    #[tokio::test]
    async fn a_host_is_gone_with_its_last_connection() {
        let presence = Presence::default();
        let mut gone = pin!(presence.gone_within(NEVER, SOON));
        let (first, second) = (presence.enter(), presence.enter());
        drop(first);
        assert!(poll!(&mut gone).is_pending());
        drop(second);
        gone.await;
    }

    #[tokio::test]
    async fn a_host_may_connect_again() {
        let presence = Presence::default();
        let mut gone = pin!(presence.gone_within(NEVER, NEVER));
        drop(presence.enter());
        assert!(poll!(&mut gone).is_pending(), "it has the time to");
        let _again = presence.enter();
        assert!(poll!(&mut gone).is_pending());
    }
}
