//! How many reads of one subscription are on their way at a time.
//!
//! On its way a request takes some twenty KiB: the policies it is in, its headers at every layer, its stream. A host may
//! have hundreds at a time (`-parallelism`), a server has few for each connection (HTTP/2 servers mostly a hundred), and
//! Azure Resource Manager gives a principal 25 reads a second once its first 250 are spent. So no more are sent at a time
//! than keep that rate up even where an answer takes more than a second; the others wait, with nothing built for them yet.
//!
//! Writes need none: they are far fewer, and those to one profile go one after the other anyway.

use super::pipeline::{Scope, is_collection, scope};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// Reads on their way to one subscription.
const AT_A_TIME: usize = 40;

/// A gate for each subscription, so that none waits for another one that is throttled; and one for its lists, which are
/// counted apart and spare the single reads that wait at the other.
#[derive(Debug, Default)]
pub(super) struct Gates(Mutex<HashMap<(Scope, bool), Arc<Semaphore>>>);

impl Gates {
    /// Waits until a read of this address may be sent; in the order of arrival. The read is on its way for as long as
    /// the pass is held.
    pub(super) async fn pass(&self, url: &Url) -> Pass {
        let gate = {
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let gate = gates
                .entry((scope(url), is_collection(url)))
                .or_insert_with(|| Arc::new(Semaphore::new(AT_A_TIME)));
            Arc::clone(gate)
        };
        // A gate is never closed; if it were, nothing would be gained by waiting.
        Pass { _permit: gate.acquire_owned().await.ok() }
    }
}

/// Leave to read.
#[derive(Debug)]
pub(super) struct Pass {
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
        for _ in 0..AT_A_TIME {
            passes.push(gates.pass(&one).now_or_never().expect("there is room"));
        }
        let mut next = Box::pin(gates.pass(&upper));
        assert!((&mut next).now_or_never().is_none(), "there is no more room");
        assert!(gates.pass(&other).now_or_never().is_some(), "another subscription has its own");
        assert!(gates.pass(&list).now_or_never().is_some(), "and so have lists");
        passes.pop();
        assert!(next.now_or_never().is_some());
    }
}
