//! The parts of a connection that faults change: a socket that can be reset, and a body that stops early.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// A socket that closes with a reset on request.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Socket {
    /// Wraps a socket; setting the flag makes its end a reset.
    pub fn new(stream: TcpStream, reset: Arc<AtomicBool>) -> Self {
        Self { stream, reset }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // With no time to linger the system sends RST in place of FIN. If it refuses, a normal close is
            // good enough.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The body of a response.
#[derive(Debug)]
pub struct Payload {
    chunks: VecDeque<Bytes>,
    announced: u64,
    failure: Option<Pin<Box<Sleep>>>,
}

impl Payload {
    /// The whole body.
    pub fn whole(bytes: Bytes) -> Self {
        let announced = bytes.len() as u64;
        let chunks = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([bytes]) };
        Self { chunks, announced, failure: None }
    }

    /// The first `length` bytes of a body that is announced whole.
    pub fn truncated(bytes: &Bytes, length: usize) -> Self {
        // At least one byte must be missing, otherwise there is no fault.
        let length = length.min(bytes.len().saturating_sub(1));
        let chunks = if length == 0 { VecDeque::new() } else { VecDeque::from([bytes.slice(..length)]) };
        // The bytes must have left before the connection breaks, or the client never sees a beginning.
        let failure = Some(Box::pin(tokio::time::sleep(Duration::from_millis(20))));
        Self { chunks, announced: bytes.len().max(1) as u64, failure }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(chunk) = self.chunks.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        let Some(failure) = &mut self.failure else { return Poll::Ready(None) };
        std::task::ready!(failure.as_mut().poll(cx));
        self.failure = None;
        Poll::Ready(Some(Err(io::Error::other("the script stops the body here"))))
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && self.failure.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
