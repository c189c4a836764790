//! The gRPC service: passes Terraform's calls to a [`Provider`].
//!
//! Each RPC has the same four steps: it finds the type, decodes the request, calls the provider, and encodes
//! the response. One file has the RPCs of one subject. For all of them:
//!
//! - A call runs on its own task, so a broken connection does not end an apply half-way.
//! - A panic in the provider becomes an error message and does not end the process.
//! - Every error is a diagnostic with the path of the attribute. A gRPC status only means that an RPC is not
//!   offered, or that the process is ending.
//! - A failed apply returns everything that is known to exist.
//!
//! RPCs that are not implemented here return "unimplemented", the generated trait's own default.

mod apply;
mod call;
mod catalogue;
mod configuration;
mod convert;
mod data_source;
mod describe;
mod function;
mod import;
mod list;
mod plan;
mod read;
pub mod record;
mod rpc;
mod stored;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use prost::Message;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use self::call::Executor;
use self::catalogue::ProviderCatalogue;
use self::record::Recorder;
use super::provider::{Context, Provider};
use super::value::Value;

/// A request of this length or more is expensive enough to delay other calls. A version of the usual size is
/// a fraction of it.
const LARGE_REQUEST: usize = 256 << 10;

/// The gRPC service of a provider. Clones share everything.
#[derive(Clone)]
pub struct Service {
    state: Arc<ServiceState>,
}

impl Service {
    /// The service of this provider. Cheap: schemas are built when the host first asks for them.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self::recorded(provider, None)
    }

    /// The same, with its calls recorded.
    #[must_use]
    pub fn recorded(provider: impl Provider, recorder: Option<Recorder>) -> Self {
        let state = ServiceState {
            provider: Box::new(provider),
            catalogue: OnceLock::new(),
            config_unknown: AtomicBool::new(false),
            stop: CancellationToken::new(),
            calls: TaskTracker::new(),
            recorder,
        };
        Self { state: Arc::new(state) }
    }

    /// Waits until no call is running. A host that goes away may leave a call behind; nobody reads its
    /// result, but it should run to its end.
    pub async fn idle(&self) {
        self.state.calls.close();
        self.state.calls.wait().await;
        self.state.calls.reopen();
    }

    /// Cancels the running calls and later ones. Returns at once; each call returns by itself.
    pub fn stop(&self) {
        tracing::info!(target: "provider.plugin", "asked to stop");
        self.state.stop.cancel();
    }

    /// Runs one call to its end, whether or not the host waits for it.
    async fn run<Q, A, F>(
        &self,
        rpc: &'static str,
        request: Request<Q>,
        call: impl FnOnce(Arc<ServiceState>, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        Q: Message,
        A: Message + 'static,
        F: Future<Output = A> + Send + 'static,
    {
        let started = Instant::now();
        let request = request.into_inner();
        let executor = if rpc == "CallFunction" || request.encoded_len() >= LARGE_REQUEST {
            Executor::BlockingThread
        } else {
            Executor::Task
        };
        let recorded = self.state.recorder.as_ref().map(|recorder| (recorder, request.encode_to_vec()));
        let call = call(Arc::clone(&self.state), request);
        let answer = call::run(&self.state.calls, executor, call).await?;
        tracing::debug!(target: "provider.plugin", rpc, elapsed = ?started.elapsed(), "call answered");
        if let Some((recorder, request)) = recorded {
            recorder.record(rpc, &request, &answer.encode_to_vec());
        }
        Ok(Response::new(answer))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// The state that all calls share.
struct ServiceState {
    provider: Box<dyn Provider>,
    catalogue: OnceLock<ProviderCatalogue>,
    /// Whether the provider block has parts that are known only after an apply.
    config_unknown: AtomicBool,
    stop: CancellationToken,
    calls: TaskTracker,
    recorder: Option<Recorder>,
}

impl ServiceState {
    /// The types that the provider offers, read once.
    fn catalogue(&self) -> &ProviderCatalogue {
        self.catalogue.get_or_init(|| ProviderCatalogue::of(self.provider.as_ref()))
    }

    /// The context of a call. After a stop its token is cancelled from the beginning.
    fn context(&self) -> Context {
        self.context_of(None)
    }

    /// The context of a call on behalf of a module with this `provider_meta` block.
    fn context_of(&self, meta: Option<Value>) -> Context {
        Context { cancel: self.stop.child_token(), meta }
    }
}
