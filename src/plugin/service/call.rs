//! How a call runs: on its own task or thread, with panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use tokio::runtime::Handle;
use tokio::task::JoinError;
use tokio_util::task::TaskTracker;
use tonic::Status;

use crate::plugin::diagnostic::{Diagnostic, Failure};

/// The executor of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Executor {
    /// For a call that mostly waits: a task on the thread that serves the connection.
    Task,
    /// For a call that computes long enough to delay other calls: a blocking thread.
    BlockingThread,
}

/// Runs a call to its end, even if the host no longer waits for it.
pub(super) async fn run<A: Send + 'static>(
    calls: &TaskTracker,
    executor: Executor,
    call: impl Future<Output = A> + Send + 'static,
) -> Result<A, Status> {
    let task = match executor {
        Executor::Task => calls.spawn(call),
        Executor::BlockingThread => {
            let runtime = Handle::current();
            calls.spawn_blocking(move || runtime.block_on(call))
        }
    };
    task.await.map_err(join_error)
}

fn join_error(error: JoinError) -> Status {
    if error.is_panic() {
        // A panic of the provider is caught below; this one happened in the layer itself.
        Status::internal("the provider stopped unexpectedly, which is a bug in it; please report it")
    } else {
        Status::unavailable("the provider is ending")
    }
}

/// Waits for the provider. A panic becomes an error that says what the provider was doing. The error does not repeat the
/// panic's message, which may quote a secret; the panic hook has logged the place.
pub(super) async fn catch_panic<A>(activity: &str, call: impl Future<Output = A>) -> Result<A, Failure> {
    // The provider's own state may be inconsistent, but ending the process would lose the results of all
    // other calls as well.
    AssertUnwindSafe(call).catch_unwind().await.map_err(|_| panic_diagnostic(activity).into())
}

/// The same for a call that does not wait.
pub(super) fn catch_panic_now<A>(activity: &str, call: impl FnOnce() -> A) -> Result<A, Diagnostic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| panic_diagnostic(activity))
}

fn panic_diagnostic(activity: &str) -> Diagnostic {
    Diagnostic::error(
        "Provider crashed",
        format!(
            "The provider stopped unexpectedly while {activity}. This is a bug in the provider; please report \
             it. With TF_LOG=debug the log shows the place in the provider's source."
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;

    // On one thread, as in the plugin.
    #[tokio::test]
    async fn a_call_that_computes_delays_no_other() {
        let calls = TaskTracker::new();
        let (free, held) = std::sync::mpsc::channel();
        let computing = run(&calls, Executor::BlockingThread, async move {
            held.recv_timeout(Duration::from_secs(20)).is_ok()
        });
        let waiting = run(&calls, Executor::Task, async move { free.send(()).is_ok() });
        let (computed, waited) = tokio::join!(computing, waiting);
        assert!(computed.unwrap() && waited.unwrap());
    }

    #[tokio::test]
    async fn a_call_continues_after_the_host_is_gone() {
        let calls = TaskTracker::new();
        let (answer, awaited) = tokio::sync::oneshot::channel::<()>();
        let done = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&done);
        let call = async move {
            drop(awaited.await);
            flag.store(true, Ordering::SeqCst);
        };
        assert!(run(&calls, Executor::Task, call).now_or_never().is_none(), "it waits");
        answer.send(()).unwrap();
        calls.close();
        calls.wait().await;
        assert!(done.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_panic_of_the_layer_becomes_a_status() {
        let calls = TaskTracker::new();
        for executor in [Executor::Task, Executor::BlockingThread] {
            let answer = run::<()>(&calls, executor, async { panic!("a test's") }).await;
            assert_eq!(answer.unwrap_err().code(), tonic::Code::Internal);
        }
    }
}
