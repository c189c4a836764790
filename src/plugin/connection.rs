//! Turns an open socket into connections for gRPC.
//!
//! Each handshake runs in its own task, so a slow or silent peer delays no other. Two limits apply: a
//! handshake ends after [`DEADLINE`], and beyond [`PENDING`] handshakes the oldest is dropped. An honest host
//! finishes in milliseconds, so it is never the oldest.

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

use super::host_connections::{ConnectionGuard, HostConnections};
use super::listener::{Listener, RawConnection};

/// How long a TLS handshake may take. The machine may be busy; go-plugin itself waits a minute.
const DEADLINE: Duration = Duration::from_secs(20);
/// How many TLS handshakes may be under way.
const PENDING: usize = 128;

/// A connection whose peer has been admitted.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    _guard: ConnectionGuard,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Accepts connections until the stream is dropped; with `tls`, those whose peer holds the pinned certificate.
/// Must be called within the tokio runtime.
pub(super) fn incoming(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    connections: HostConnections,
) -> ReceiverStream<io::Result<Connection>> {
    let (admitted, stream) = mpsc::channel(1);
    tokio::spawn(accept(listener, tls.map(TlsAcceptor::from), connections, admitted));
    ReceiverStream::new(stream)
}

async fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    connections: HostConnections,
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
                // Usually out of file descriptors. Retrying at once would only waste processor time.
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
        let (tls, connections, admitted) = (tls.clone(), connections.clone(), admitted.clone());
        oldest_first.push_back(handshakes.spawn(async move {
            match admit(connection, tls, &connections).await {
                // The receiver is gone when the server is ending: nothing is left to serve this peer.
                Ok(connection) => drop(admitted.send(Ok(connection)).await),
                Err(error) => {
                    tracing::warn!(target: "provider.plugin", %error, "a connection was refused");
                }
            }
        }));
    }
}

async fn admit(
    connection: RawConnection,
    tls: Option<TlsAcceptor>,
    connections: &HostConnections,
) -> io::Result<Connection> {
    let stream = match connection {
        #[cfg(unix)]
        RawConnection::Unix(stream) => authenticate(stream, tls).await?,
        RawConnection::Tcp(stream) => authenticate(stream, tls).await?,
    };
    Ok(Connection { stream, _guard: connections.open() })
}

async fn authenticate(
    stream: impl Stream + 'static,
    tls: Option<TlsAcceptor>,
) -> io::Result<Box<dyn Stream>> {
    let Some(tls) = tls else { return Ok(Box::new(stream)) };
    match tokio::time::timeout(DEADLINE, tls.accept(stream)).await {
        Ok(stream) => Ok(Box::new(stream?)),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake was not finished in time")),
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
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
