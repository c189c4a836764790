//! How much memory the messages of a host may take together.
//!
//! A message may have [`MESSAGE_LIMIT`](super::serve::MESSAGE_LIMIT), and a host may have a thousand calls under way.
//! gRPC names the length of a message before the message, and a server sets that much aside at once: without a bound
//! on the sum, a few thousand bytes from the host could claim hundreds of GiB. So whoever claims more than a
//! little needs room, and has it until the call is answered. Without room the call is refused at once: letting it wait
//! would leave what it has sent in the connection's window, which those that have room need to go on.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, Service, http};
use tonic::server::NamedService;

use super::serve::MESSAGE_LIMIT;

/// What all messages together may claim: four of the largest, two hundred of the size of the largest sensible version.
const ROOM: usize = 1 << 30;
/// A message up to this length needs no room.
const SMALL: usize = 64 << 10;
/// How long a host may pause in the middle of a message that has room.
const STALL: Duration = Duration::from_secs(60);
/// Room is counted in units of this size.
const UNIT: usize = 1 << 10;
/// A compression flag and a length (gRPC over HTTP/2, "Length-Prefixed-Message").
const HEADER: usize = 5;

/// A service whose messages must fit into the room. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Intake<S> {
    inner: S,
    room: Arc<Semaphore>,
    stall: Duration,
}

impl<S> Intake<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, room: Arc::new(Semaphore::new(ROOM / UNIT)), stall: STALL }
    }
}

impl<S: NamedService> NamedService for Intake<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Intake<S>
where
    S: Service<http::Request<Body>, Error = Infallible>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let held = Held::default();
        let (room, stall) = (Arc::clone(&self.room), self.stall);
        let request = request.map(|body| Body::new(Measured::new(body, room, stall, held.clone())));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(held);
            answer
        })
    }
}

/// The room of one call, given back when both its body and its answer are done.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

/// The body of a request, looked at as it passes.
struct Measured {
    inner: Body,
    room: Arc<Semaphore>,
    held: Held,
    /// The first bytes, until there are enough to know the length.
    header: Vec<u8>,
    stall: Duration,
    /// Runs while a message that has room is not here yet.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Measured {
    fn new(inner: Body, room: Arc<Semaphore>, stall: Duration, held: Held) -> Self {
        Self { inner, room, held, header: Vec::new(), stall, pause: None }
    }

    /// Takes a piece of the body; an error when it begins a message there is no room for.
    fn passes(&mut self, piece: &[u8]) -> Result<(), Status> {
        let missing = HEADER.saturating_sub(self.header.len());
        if missing == 0 {
            return Ok(());
        }
        self.header.extend(piece.iter().take(missing));
        let &[_, a, b, c, d] = self.header.as_slice() else { return Ok(()) };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        // One beyond the limit is refused behind us, in better words.
        if length <= SMALL || length > MESSAGE_LIMIT {
            return Ok(());
        }
        let units = u32::try_from(length.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.room).try_acquire_many_owned(units) else {
            tracing::warn!(target: "provider.plugin", length, "a message was refused for want of room");
            return Err(Status::resource_exhausted(format!(
                "a message of {} MiB does not fit beside those that are being worked on ({} MiB at a time); lower \
                 -parallelism",
                length >> 20,
                ROOM >> 20
            )));
        };
        *self.held.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
        self.pause = Some(Box::pin(tokio::time::sleep(self.stall)));
        Ok(())
    }
}

impl http_body::Body for Measured {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                let stall = self.stall;
                if let Some(pause) = &mut self.pause {
                    pause.as_mut().reset(tokio::time::Instant::now() + stall);
                }
                if let Some(piece) = frame.data_ref()
                    && let Err(refused) = self.passes(piece)
                {
                    return Poll::Ready(Some(Err(refused)));
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(ended) => {
                self.pause = None;
                Poll::Ready(ended)
            }
            Poll::Pending => match &mut self.pause {
                Some(pause) => pause.as_mut().poll(context).map(|()| {
                    Some(Err(Status::deadline_exceeded("the host stopped in the middle of a message")))
                }),
                None => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Debug for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measured").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
