//! How a call runs: on a task of its own, and with panics caught.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt as _;
use tokio_util::task::TaskTracker;
use tonic::{Response, Status};

use crate::plugin::diagnostic::{Diagnostic, Failure};

/// The calls that are running.
#[derive(Debug, Default)]
pub(super) struct Calls(TaskTracker);

impl Calls {
    /// Runs a call to its end, even when whoever waits for it goes away.
    pub(super) async fn run<A: Send + 'static>(
        &self,
        rpc: &'static str,
        call: impl Future<Output = A> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let begun = Instant::now();
        let answer = self.0.spawn(call).await;
        tracing::debug!(target: "provider.plugin", rpc, elapsed = ?begun.elapsed(), "call answered");
        answer.map(Response::new).map_err(|error| {
            if error.is_panic() {
                // What the provider does is guarded below; this is the layer's own bug.
                Status::internal("the provider stopped unexpectedly, which is a bug in it; please report it")
            } else {
                Status::unavailable("the provider is ending")
            }
        })
    }

    /// Runs a call that answers as it goes.
    pub(super) fn spawn(&self, rpc: &'static str, call: impl Future<Output = ()> + Send + 'static) {
        let begun = Instant::now();
        self.0.spawn(async move {
            call.await;
            tracing::debug!(target: "provider.plugin", rpc, elapsed = ?begun.elapsed(), "call answered");
        });
    }

    /// Waits until no call is running.
    pub(super) async fn idle(&self) {
        self.0.close();
        self.0.wait().await;
        self.0.reopen();
    }
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
    std::panic::catch_unwind(AssertUnwindSafe(call)).map_err(|_| crashed(doing))
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
