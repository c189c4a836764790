//! Calls of one message, sent as Go's gRPC sends them.
//!
//! It ends a call with the bytes of its only message (`grpc-go`, `csAttempt.sendMsg`: the last write of a call whose client
//! does not stream). The client here would say so afterwards, in a frame of its own, and where hundreds of calls begin
//! together these come after all of their messages: a plugin would hold every one of them until then, which it does under
//! no real host.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, Service, http};
use tonic::transport::Channel;
use tonic::transport::channel::ResponseFuture;

/// A connection on which each call says with its last bytes that they are.
#[derive(Debug, Clone)]
pub struct Calls(Channel);

impl Calls {
    pub(super) const fn new(channel: Channel) -> Self {
        Self(channel)
    }
}

impl Service<http::Request<Body>> for Calls {
    type Response = http::Response<Body>;
    type Error = tonic::transport::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.0.call(request.map(|inner| Body::new(Ahead { inner, next: None, over: false })))
    }
}

/// A body that looks one frame ahead.
struct Ahead {
    inner: Body,
    next: Option<Frame<Bytes>>,
    over: bool,
}

impl http_body::Body for Ahead {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match self.next.take() {
            Some(frame) => frame,
            None => match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                ended => return Poll::Ready(ended),
            },
        };
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
            Poll::Ready(Some(Ok(next))) => self.next = Some(next),
            Poll::Ready(None) => self.over = true,
            Poll::Pending => {}
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.over || (self.next.is_none() && self.inner.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
