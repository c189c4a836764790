//! Terraform's calls, answered by a [`Provider`].
//!
//! Each RPC does the same four things: find the type it is about, decode what came, call the provider, encode what
//! it gave. One file holds the RPCs of one concern. What holds for all of them:
//!
//! - A call runs on a task of its own, so that a connection that breaks does not end an apply halfway.
//! - A panic in the provider is an error message, not the end of the process.
//! - Whatever goes wrong is told as a diagnostic with the path of the attribute; a gRPC status only says that an
//!   RPC is not offered, or that the process is ending.
//! - A failed apply answers with what is known to exist, never with less.
//!
//! RPCs that are not written out here answer "unimplemented", by the generated trait's own default.

mod apply;
mod call;
mod catalogue;
mod configuration;
mod convert;
mod data_source;
mod describe;
mod function;
mod held;
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
use std::sync::{Arc, OnceLock};

use prost::Message;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use self::call::{Calls, Place};
use self::catalogue::Catalogue;
pub(super) use self::convert::unreadable;
use self::record::Recorder;
use super::proto;
use super::provider::{Context, Provider};

/// The gRPC service of a provider. Cloning it gives another handle on the same one.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

impl Service {
    /// The service of this provider. Cheap: schemas are asked for when the host first needs them, not before the
    /// handshake.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self::recorded(provider, None)
    }

    /// The same, with its calls written down.
    #[must_use]
    pub fn recorded(provider: impl Provider, recorder: Option<Recorder>) -> Self {
        let shared = Shared {
            provider: Box::new(provider),
            catalogue: OnceLock::new(),
            described: OnceLock::new(),
            stop: CancellationToken::new(),
            calls: Calls::default(),
            recorder,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Waits until no call is running. A host that goes away may leave one behind, whose result nobody will read
    /// but whose effect should be whole.
    pub async fn idle(&self) {
        self.shared.calls.idle().await;
    }

    /// Tells what is running to end soon, and what comes later that it is too late. Answers at once: each call
    /// answers for itself.
    pub fn stop(&self) {
        tracing::info!(target: "provider.plugin", "asked to stop");
        self.shared.stop.cancel();
    }

    /// Runs one call to its end, whether or not the caller waits for it.
    fn run<Q, A, F>(
        &self,
        place: Place,
        rpc: &'static str,
        request: Request<Q>,
        answer: impl FnOnce(Arc<Shared>, Q) -> F,
    ) -> impl Future<Output = Result<Response<A>, Status>> + Send
    where
        Q: Message,
        A: Message + 'static,
        F: Future<Output = A> + Send + 'static,
    {
        let request = request.into_inner();
        let asked = self.shared.recorder.as_ref().map(|recorder| (recorder, request.encode_to_vec()));
        // In a box, and nothing else of it here: what waits would otherwise have room for the whole call, beside the task
        // that the call runs on.
        let answer = Box::pin(answer(Arc::clone(&self.shared), request));
        async move {
            let answered = self.shared.calls.run(rpc, place, answer).await?;
            if let Some((recorder, asked)) = asked {
                recorder.call(rpc, &asked, &answered.get_ref().encode_to_vec());
            }
            Ok(answered)
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// What all calls share.
struct Shared {
    provider: Box<dyn Provider>,
    catalogue: OnceLock<Catalogue>,
    described: OnceLock<proto::get_provider_schema::Response>,
    stop: CancellationToken,
    calls: Calls,
    recorder: Option<Recorder>,
}

impl Shared {
    /// The types the provider offers; asked for once.
    fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::of(self.provider.as_ref()))
    }

    /// What a call gets along. After a stop its token has fired already.
    fn context(&self) -> Context {
        Context { cancel: self.stop.child_token() }
    }
}
