//! How many requests to one subscription are on their way at a time.
//!
//! On its way a request takes some twenty KiB: the policies it is in, its headers at every layer, its stream, and its
//! body. A host may have hundreds at a time (`-parallelism`), a server has few for each connection (HTTP/2 servers mostly
//! a hundred), and Azure Resource Manager gives a principal 25 reads and 10 writes a second once the first 250 and 200 are
//! spent. So no more are sent at a time than keep that rate up even where an answer takes its time: a second and a half for
//! a read, two and a half for a write. The others wait, with nothing built for them yet.

use super::pipeline::{Scope, is_collection, scope};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// What passes a gate. Lists have their own, since they are counted apart and spare the single reads that wait at the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Traffic {
    Reads,
    Lists,
    Writes,
}

impl Traffic {
    /// Requests of this kind on their way to one subscription.
    const fn at_a_time(self) -> usize {
        match self {
            Self::Reads | Self::Lists => 40,
            Self::Writes => 25,
        }
    }
}

/// The gates of each subscription, so that none waits for another one that is throttled.
#[derive(Debug, Default)]
pub(super) struct Gates(Mutex<HashMap<(Scope, Traffic), Arc<Semaphore>>>);

impl Gates {
    /// Waits until this address may be read; in the order of arrival. The read is on its way for as long as the pass is
    /// held.
    pub(super) async fn to_read(&self, url: &Url) -> Pass {
        self.pass(url, if is_collection(url) { Traffic::Lists } else { Traffic::Reads }).await
    }

    /// The same for a write to this address.
    pub(super) async fn to_write(&self, url: &Url) -> Pass {
        self.pass(url, Traffic::Writes).await
    }

    async fn pass(&self, url: &Url, traffic: Traffic) -> Pass {
        let gate = {
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let gate = gates.entry((scope(url), traffic));
            Arc::clone(gate.or_insert_with(|| Arc::new(Semaphore::new(traffic.at_a_time()))))
        };
        // A gate is never closed; if it were, nothing would be gained by waiting.
        Pass { _permit: gate.acquire_owned().await.ok() }
    }
}

/// Leave to send a request, for as long as it is held.
#[derive(Debug)]
pub struct Pass {
    _permit: Option<OwnedSemaphorePermit>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn no_more_than_a_few_of_one_subscription_are_on_their_way() {
        let gates = Gates::default();
        let url = |subscription: &str, rest: &str| {
            let group = format!("/Subscriptions/{subscription}/resourceGroups/rg");
            format!("https://arm.example{group}/providers/Microsoft.Compute/galleries{rest}").parse().unwrap()
        };
        let (one, upper, other, list) = (url("a", "/g"), url("A", "/g"), url("b", "/g"), url("a", ""));
        let mut passes = Vec::new();
        for _ in 0..Traffic::Reads.at_a_time() {
            passes.push(gates.to_read(&one).now_or_never().expect("there is room"));
        }
        let mut next = Box::pin(gates.to_read(&upper));
        assert!((&mut next).now_or_never().is_none(), "there is no more room");
        assert!(gates.to_read(&other).now_or_never().is_some(), "another subscription has its own");
        assert!(gates.to_read(&list).now_or_never().is_some(), "and so have lists");
        assert!(gates.to_write(&one).now_or_never().is_some(), "and writes");
        passes.pop();
        assert!(next.now_or_never().is_some());
    }
}
