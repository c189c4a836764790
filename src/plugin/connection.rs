//! From an open socket to connections that may carry gRPC.
//!
//! Each handshake runs in a task of its own, so a slow or silent stranger keeps nobody waiting. There are bounds on
//! both axes: a handshake ends after [`DEADLINE`], and beyond [`PENDING`] of them the oldest gives way. An honest
//! host finishes in milliseconds, so it is never the oldest.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::listener::{Listener, RawConnection};

/// How long a TLS handshake may take. The machine may be busy; go-plugin itself waits a minute.
const DEADLINE: Duration = Duration::from_secs(20);
/// How many TLS handshakes may be under way.
const PENDING: usize = 128;
/// How much is read from a connection before those have a turn to whom it was sent. Hundreds of calls can come at the same
/// time, and each lets go of its message once it has begun; read in one go, all of their messages are held together.
const TURN: usize = 64 << 10;

/// A connection whose peer has been admitted.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    /// How much was read without a pause.
    in_a_row: usize,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Accepts connections until the stream is dropped; with `tls`, those whose peer holds the pinned certificate.
/// Must be called within the tokio runtime.
pub(super) fn incoming(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
) -> ReceiverStream<io::Result<Connection>> {
    let (admitted, connections) = mpsc::channel(1);
    tokio::spawn(accept(listener, tls.map(TlsAcceptor::from), admitted));
    ReceiverStream::new(connections)
}

async fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    admitted: mpsc::Sender<io::Result<Connection>>,
) {
    let mut handshakes = JoinSet::new();
    let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = admitted.closed() => return,
        };
        let connection = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of file descriptors, mostly. Asking again at once would only burn the processor.
                tracing::warn!(target: "provider.plugin", %error, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        while handshakes.try_join_next().is_some() {}
        oldest_first.retain(|handshake| !handshake.is_finished());
        if oldest_first.len() >= PENDING
            && let Some(oldest) = oldest_first.pop_front()
        {
            oldest.abort();
        }
        let (tls, admitted) = (tls.clone(), admitted.clone());
        oldest_first.push_back(handshakes.spawn(async move {
            match admit(connection, tls).await {
                // The receiver is gone when the server is ending: nobody is left to serve this peer.
                Ok(connection) => drop(admitted.send(Ok(connection)).await),
                Err(error) => {
                    tracing::warn!(target: "provider.plugin", %error, "a connection was refused");
                }
            }
        }));
    }
}

async fn admit(connection: RawConnection, tls: Option<TlsAcceptor>) -> io::Result<Connection> {
    match connection {
        #[cfg(unix)]
        RawConnection::Unix(stream) => authenticate(stream, tls).await,
        RawConnection::Tcp(stream) => authenticate(stream, tls).await,
    }
}

async fn authenticate(stream: impl Stream + 'static, tls: Option<TlsAcceptor>) -> io::Result<Connection> {
    let Some(tls) = tls else { return Ok(Connection::new(stream)) };
    match tokio::time::timeout(DEADLINE, tls.accept(stream)).await {
        Ok(stream) => stream.map(Connection::new),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake was not finished in time")),
    }
}

impl Connection {
    fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), in_a_row: 0 }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.in_a_row >= TURN {
            self.in_a_row = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.in_a_row = if polled.is_ready() { self.in_a_row + buffer.filled().len() - before } else { 0 };
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn others_have_a_turn_while_there_is_more_to_read() {
        let all = 4 * TURN;
        let (mut host, here) = tokio::io::duplex(all);
        host.write_all(&vec![7; all]).await.unwrap();
        let mut connection = Connection::new(here);
        let had = Arc::new(AtomicBool::new(false));
        let turn = Arc::clone(&had);
        tokio::spawn(async move { turn.store(true, Ordering::SeqCst) });

        let (mut piece, mut read) = (vec![0; TURN / 8], 0);
        while !had.load(Ordering::SeqCst) {
            read += connection.read(&mut piece).await.unwrap();
            assert!(read < all, "everything was read, and the other still waits");
        }
        let mut rest = vec![0; all - read];
        connection.read_exact(&mut rest).await.unwrap();
        assert!(rest.iter().all(|byte| *byte == 7));
    }
}
