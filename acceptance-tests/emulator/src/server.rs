//! HTTPS for the emulator: connections, limits, and the delivery of responses.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::clock::millis;
use crate::emulator::Emulator;
use crate::exchange::{Delivery, Reply, Request};
use crate::faults::{Action, Moment};
use crate::wire::{Payload, Socket};

/// The largest accepted body.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The maximum memory of all bodies that are being read.
const ALL_BODIES: usize = 512 * 1024 * 1024;
/// The maximum number of connections.
const CONNECTIONS: usize = 4096;
/// The maximum time for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// The maximum time for the head of a request, including the pause since the last one.
const HEAD: Duration = Duration::from_secs(120);
/// The maximum time for a body.
const BODY: Duration = Duration::from_secs(120);

/// The emulator with its socket.
#[derive(Debug)]
pub struct Server {
    emulator: Mutex<Emulator>,
    reading: AtomicUsize,
    address: SocketAddr,
    /// Set when connections are to be refused, for so long.
    refusing: watch::Sender<Duration>,
}

impl Server {
    /// A server for the listener at `address`.
    pub fn new(emulator: Emulator, address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            emulator: Mutex::new(emulator),
            reading: AtomicUsize::new(0),
            address,
            refusing: watch::Sender::new(Duration::ZERO),
        })
    }

    /// The emulator; nobody holds it across an await.
    pub fn emulator(&self) -> MutexGuard<'_, Emulator> {
        // A handler that panicked left no half-written state that could affect the next one.
        self.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `https://` and the listening address.
    pub fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Accepts connections until the future is dropped: over HTTPS, or, without a TLS configuration, plain
    /// ones for a machine's requests about itself.
    pub async fn serve(self: Arc<Self>, mut listener: TcpListener, tls: Option<Arc<ServerConfig>>) {
        let acceptor = tls.map(TlsAcceptor::from);
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        let mut refusing = self.refusing.subscribe();
        let address = listener.local_addr().unwrap_or(self.address);
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = refusing.changed() => {
                    let wait = *refusing.borrow_and_update();
                    // Only a port without a listener refuses connections.
                    drop(listener);
                    tokio::time::sleep(wait).await;
                    listener = listen_again(address).await;
                    continue;
                }
            };
            let Ok((stream, _)) = accepted else {
                // Probably out of file descriptors: some connection has to end first.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let server = Arc::clone(&self);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let _slot = slot;
                server.connection(stream, acceptor).await;
            });
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, acceptor: Option<TlsAcceptor>) {
        // Small responses must not wait for an acknowledgement. If the system refuses this, they are merely
        // slower.
        let _ = stream.set_nodelay(true);
        let reset = Arc::new(AtomicBool::new(false));
        let socket = Socket::new(stream, Arc::clone(&reset));
        let Some(acceptor) = acceptor else {
            return self.exchanges(socket, false, reset, true).await;
        };
        let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(socket)).await else { return };
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        self.exchanges(stream, h2, reset, false).await;
    }

    async fn exchanges<S>(self: Arc<Self>, stream: S, h2: bool, reset: Arc<AtomicBool>, plain: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let abort = Arc::new(Notify::new());
        let mut refusing = self.refusing.subscribe();
        let reset_all = Arc::clone(&reset);
        let service = {
            let abort = Arc::clone(&abort);
            service_fn(move |request| {
                let server = Arc::clone(&self);
                let (reset, abort) = (Arc::clone(&reset), Arc::clone(&abort));
                async move {
                    let Some(response) = server.exchange(request, plain).await else {
                        reset.store(true, Ordering::Relaxed);
                        abort.notify_one();
                        return std::future::pending::<Result<Response<Payload>, Infallible>>().await;
                    };
                    Ok::<_, Infallible>(response)
                }
            })
        };
        let io = TokioIo::new(stream);
        let ended = async {
            // The client reports the errors of a connection; the emulator only closes it.
            if h2 {
                let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .max_concurrent_streams(1000)
                    .serve_connection(io, service)
                    .await;
            } else {
                let _ = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD)
                    .serve_connection(io, service)
                    .await;
            }
        };
        tokio::select! {
            () = ended => {}
            () = abort.notified() => {}
            _ = refusing.changed() => reset_all.store(true, Ordering::Relaxed),
        }
    }

    /// Handles one request; none means that the connection is to be reset.
    async fn exchange(&self, request: hyper::Request<Incoming>, plain: bool) -> Option<Response<Payload>> {
        let (head, body) = request.into_parts();
        let base = self.base_of(&head);
        let query = head.uri.query().unwrap_or("");
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let body = match tokio::time::timeout(BODY, self.read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(status)) => return Some(respond(refusal(status), None)),
            Err(_) => return Some(respond(refusal(StatusCode::REQUEST_TIMEOUT), None)),
        };
        let request = Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            query,
            headers: head.headers,
            body,
            base,
            plain,
        };
        let plan = self.emulator().plan(&request);
        for action in &plan.actions {
            if let Action::Delay { seconds, when: Moment::Before } = action {
                let wait = u64::try_from(millis(*seconds)).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
        }
        let outcome = self.emulator().answer(&request, &plan);
        for action in &plan.actions {
            if let Action::Refuse { seconds } = action {
                let wait = u64::try_from(millis(*seconds)).unwrap_or(0);
                self.refusing.send_replace(Duration::from_millis(wait));
            }
        }
        if !outcome.hold.is_zero() {
            tokio::time::sleep(outcome.hold).await;
        }
        match outcome.delivery {
            Delivery::Whole => Some(respond(outcome.reply, None)),
            Delivery::Truncated(length) => Some(respond(outcome.reply, Some(length))),
            Delivery::Reset => None,
        }
    }

    /// The address that the client used, if it is one of ours; otherwise the real one.
    fn base_of(&self, head: &hyper::http::request::Parts) -> String {
        let host = head
            .uri
            .authority()
            .map(|authority| authority.as_str().to_owned())
            .or_else(|| head.headers.get("host").and_then(|host| host.to_str().ok()).map(str::to_owned));
        let port = self.address.port();
        host.filter(|host| {
            ["127.0.0.1", "localhost", "[::1]"]
                .iter()
                .any(|name| host.eq_ignore_ascii_case(&format!("{name}:{port}")))
        })
        .map_or_else(|| self.base(), |host| format!("https://{}", host.to_lowercase()))
    }

    async fn read(&self, mut body: Incoming) -> Result<Bytes, StatusCode> {
        if body.size_hint().lower() > LARGEST_BODY as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let mut memory = BodyMemory { all: &self.reading, own: 0 };
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > LARGEST_BODY {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            if memory.take(data.len()) > ALL_BODIES {
                return Err(StatusCode::SERVICE_UNAVAILABLE);
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Bytes::from(bytes))
    }
}

async fn listen_again(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A share of the memory for bodies, returned when the body has been read.
struct BodyMemory<'a> {
    all: &'a AtomicUsize,
    own: usize,
}

impl BodyMemory<'_> {
    fn take(&mut self, bytes: usize) -> usize {
        self.own += bytes;
        self.all.fetch_add(bytes, Ordering::Relaxed) + bytes
    }
}

impl Drop for BodyMemory<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

fn refusal(status: StatusCode) -> Reply {
    let reason = status.canonical_reason().unwrap_or("refused");
    Reply::json(status, &json!({"error": {"code": reason.replace(' ', ""), "message": reason}}))
}

fn respond(reply: Reply, length: Option<usize>) -> Response<Payload> {
    let payload = match length {
        Some(length) => Payload::truncated(&reply.body, length),
        None => Payload::whole(reply.body),
    };
    let mut response = Response::new(payload);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}
