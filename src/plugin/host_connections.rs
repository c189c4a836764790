//! Whether the host still exists. It keeps one connection open as long as it lives, and its system closes
//! that when it dies, however it dies.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long the first connection may take. go-plugin connects as soon as it has read the handshake line.
const FIRST_CONNECTION: Duration = Duration::from_secs(120);
/// How long a host that has lost its connection may take to make another.
const RECONNECTION: Duration = Duration::from_secs(5);

/// Counts connections.
#[derive(Debug, Clone, Default)]
pub(super) struct HostConnections(watch::Sender<usize>);

/// One connection, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct ConnectionGuard(watch::Sender<usize>);

impl HostConnections {
    /// Records a connection of the host.
    pub(super) fn open(&self) -> ConnectionGuard {
        self.0.send_modify(|count| *count += 1);
        ConnectionGuard(self.0.clone())
    }

    /// Waits until the host must be gone: it has no connection, and has had the time to make one.
    pub(super) async fn wait_until_gone(&self) {
        self.wait_until_gone_within(FIRST_CONNECTION, RECONNECTION).await;
    }

    async fn wait_until_gone_within(&self, first: Duration, reconnection: Duration) {
        let mut count = self.0.subscribe();
        let mut limit = first;
        loop {
            if timeout(limit, count.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
            // The sender is our own, so this cannot fail.
            let _ = count.wait_for(|count| *count == 0).await;
            limit = reconnection;
        }
    }
}

impl Drop for ConnectionGuard {
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
        let connections = HostConnections::default();
        let mut gone = pin!(connections.wait_until_gone_within(NEVER, SOON));
        assert!(poll!(&mut gone).is_pending());
        connections.wait_until_gone_within(SOON, NEVER).await;
    }

    #[tokio::test]
    async fn a_host_is_gone_with_its_last_connection() {
        let connections = HostConnections::default();
        let mut gone = pin!(connections.wait_until_gone_within(NEVER, SOON));
        let (first, second) = (connections.open(), connections.open());
        drop(first);
        assert!(poll!(&mut gone).is_pending());
        drop(second);
        gone.await;
    }

    #[tokio::test]
    async fn a_host_may_connect_again() {
        let connections = HostConnections::default();
        let mut gone = pin!(connections.wait_until_gone_within(NEVER, NEVER));
        drop(connections.open());
        assert!(poll!(&mut gone).is_pending(), "it has the time to");
        let _again = connections.open();
        assert!(poll!(&mut gone).is_pending());
    }
}
