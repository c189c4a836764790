//! How a call runs: on a task of its own, or on a thread of its own where it computes; and with panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use futures::FutureExt as _;
use prost::Message;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use crate::plugin::diagnostic::{Diagnostic, Failure};

/// How many calls may compute at a time, each on a thread of its own. Fewer than the runtime has threads for what
/// blocks: a lookup of a name must not wait for them, since they may wait for Azure.
const COMPUTING: usize = 16;

/// What comes in a request of this length or more is worked on beside the thread that serves: many times what a version of
/// the usual size takes, whose plan takes less than a millisecond.
const LARGE: usize = 256 << 10;

/// Where a call runs. One thread serves everything, so that nothing has to be handed from one to another; what would
/// hold it up for more than some milliseconds belongs beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On the thread that serves: it mostly waits.
    Serving,
    /// On a thread of its own: it computes, and for how long depends on what came.
    Beside,
}

impl Place {
    /// The place of a call that costs what came with it.
    pub(super) fn by_length(request: &Request<impl Message>) -> Self {
        if request.get_ref().encoded_len() < LARGE { Self::Serving } else { Self::Beside }
    }
}

/// The calls that are running.
#[derive(Debug)]
pub(super) struct Calls {
    running: TaskTracker,
    computing: Arc<Semaphore>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { running: TaskTracker::new(), computing: Arc::new(Semaphore::new(COMPUTING)) }
    }
}

impl Calls {
    /// Runs a call to its end, even when whoever waits for it goes away.
    pub(super) async fn run<A: Send + 'static>(
        &self,
        rpc: &'static str,
        place: Place,
        mut call: impl Future<Output = A> + Send + Unpin + 'static,
    ) -> Result<Response<A>, Status> {
        let begun = Instant::now();
        let answer = match place {
            Place::Serving => {
                let counted = self.running.token();
                match begin(&mut call).await {
                    Ok(Poll::Ready(answer)) => Ok(answer),
                    Ok(Poll::Pending) => {
                        let task = self.running.spawn(call);
                        drop(counted);
                        task.await.map_err(ended)
                    }
                    Err(bug) => Err(bug),
                }
            }
            Place::Beside => self.beside(call).await?.await.map_err(ended),
        };
        tracing::debug!(target: "provider.plugin", rpc, elapsed = ?begun.elapsed(), "call answered");
        answer.map(Response::new)
    }

    /// Starts a call on a thread of its own, when there is one for it.
    async fn beside<A: Send + 'static>(
        &self,
        call: impl Future<Output = A> + Send + 'static,
    ) -> Result<JoinHandle<A>, Status> {
        let turn = Arc::clone(&self.computing).acquire_owned().await;
        // It is never closed.
        let turn = turn.map_err(|_| Status::unavailable("the provider is ending"))?;
        let runtime = Handle::current();
        Ok(self.running.spawn_blocking(move || {
            let answer = runtime.block_on(call);
            drop(turn);
            answer
        }))
    }

    /// Runs a call that answers as it goes.
    pub(super) fn spawn(&self, rpc: &'static str, call: impl Future<Output = ()> + Send + 'static) {
        let begun = Instant::now();
        self.running.spawn(async move {
            call.await;
            tracing::debug!(target: "provider.plugin", rpc, elapsed = ?begun.elapsed(), "call answered");
        });
    }

    /// Waits until no call is running.
    pub(super) async fn idle(&self) {
        self.running.close();
        self.running.wait().await;
        self.running.reopen();
    }
}

/// Goes as far as a call goes without waiting. Checks and plans are done by then, and need no task; what does wait has let
/// go of the message it came in, before the next one is read.
async fn begin<A>(call: &mut (impl Future<Output = A> + Unpin)) -> Result<Poll<A>, Status> {
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut *call).poll(context)));
        Poll::Ready(polled.map_err(|_| bug()))
    })
    .await
}

fn ended(error: JoinError) -> Status {
    if error.is_panic() { bug() } else { Status::unavailable("the provider is ending") }
}

/// What the provider does is guarded below; this is the layer's own.
fn bug() -> Status {
    Status::internal("the provider stopped unexpectedly, which is a bug in it; please report it")
}

/// Waits for the provider; a panic in it becomes an error that says what it was doing, and nothing of what the
/// panic said, which may quote a secret. The panic hook has written the place to the log.
pub(super) async fn guarded<A>(doing: &str, call: impl Future<Output = A>) -> Result<A, Failure> {
    // The provider's own state may be half changed. It outlives the call either way: a process that ends here would
    // take the results of all other calls with it.
    AssertUnwindSafe(call).catch_unwind().await.map_err(|_| crashed(doing).into())
}

/// The same for what does not wait.
pub(super) fn guarded_now<A>(doing: &str, call: impl FnOnce() -> A) -> Result<A, Diagnostic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| crashed(doing))
}

fn crashed(doing: &str) -> Diagnostic {
    Diagnostic::error(
        "Provider crashed",
        format!(
            "The provider stopped unexpectedly while {doing}. This is a bug in the provider; please report it. \
             With TF_LOG=debug the log names the place in the provider's source."
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;

    // On one thread, as they run in the plugin.
    #[tokio::test]
    async fn what_computes_holds_up_nobody() {
        let calls = Calls::default();
        let (free, held) = std::sync::mpsc::channel();
        let waits = async move { held.recv_timeout(Duration::from_secs(20)).is_ok() };
        let computing = calls.run("CallFunction", Place::Beside, Box::pin(waits));
        let serving =
            calls.run("ReadResource", Place::Serving, Box::pin(async move { free.send(()).is_ok() }));
        let (computed, served) = tokio::join!(computing, serving);
        assert!(computed.unwrap().into_inner() && served.unwrap().into_inner());
    }

    #[tokio::test]
    async fn what_waits_goes_on_without_whoever_asked() {
        let calls = Calls::default();
        let (answer, awaited) = tokio::sync::oneshot::channel::<()>();
        let done = Arc::new(AtomicBool::new(false));
        let call = {
            let done = Arc::clone(&done);
            async move {
                drop(awaited.await);
                done.store(true, Ordering::SeqCst);
            }
        };
        let asked = calls.run("ApplyResourceChange", Place::Serving, Box::pin(call));
        assert!(asked.now_or_never().is_none(), "it waits, and nobody waits for it any more");
        answer.send(()).unwrap();
        calls.idle().await;
        assert!(done.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_bug_of_the_layer_is_a_status_wherever_it_strikes() {
        let calls = Calls::default();
        let at_once = Box::pin(async { panic!("a test's") });
        let later = || {
            Box::pin(async {
                tokio::task::yield_now().await;
                panic!("a test's")
            })
        };
        let codes = [
            calls.run::<()>("ReadResource", Place::Serving, at_once).await,
            calls.run::<()>("ReadResource", Place::Serving, later()).await,
            calls.run::<()>("CallFunction", Place::Beside, later()).await,
        ];
        for code in codes {
            assert_eq!(code.unwrap_err().code(), tonic::Code::Internal);
        }
        calls.idle().await;
    }
}
