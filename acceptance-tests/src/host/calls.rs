//! Calls of one message, sent as Go's gRPC sends them.
//!
//! Go's gRPC ends a call with the bytes of its only message (`grpc-go`, `csAttempt.sendMsg`: the last write
//! of a call whose client does not stream). The client here would do so afterwards, in a frame of its own. If
//! hundreds of calls begin together, these frames follow after all of their messages, and a plugin would hold
//! every message until then, which does not happen with a real host.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::Frame;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, Service, http};
use tonic::transport::Channel;
use tonic::transport::channel::ResponseFuture;

/// A connection on which the last bytes of each call are marked as the last.
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

/// A body that reads one frame ahead.
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
        if self.over {
            return Poll::Ready(None);
        }
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
        self.over
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::{BodyExt as _, Full, StreamBody};

    use super::*;

    fn ahead(inner: Body) -> Ahead {
        Ahead { inner, next: None, over: false }
    }

    #[tokio::test]
    async fn the_last_bytes_are_marked_as_the_last() {
        let pieces = ["a", "b", "c"].map(|piece| Ok::<_, Status>(Frame::data(Bytes::from(piece))));
        let mut body = ahead(Body::new(StreamBody::new(tonic::codegen::tokio_stream::iter(pieces))));
        for (piece, last) in [("a", false), ("b", false), ("c", true)] {
            assert!(!body.is_end_stream());
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), piece);
            assert_eq!(body.is_end_stream(), last);
        }
        assert!(body.frame().await.is_none());
        let mut whole = ahead(Body::new(Full::new(Bytes::from("a"))));
        assert!(whole.frame().await.is_some() && whole.is_end_stream());
    }
}
