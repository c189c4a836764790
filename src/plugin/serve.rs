//! The life of a plugin process: socket, handshake line, gRPC server, end.

use std::io::{self, Write as _};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

use super::connection;
use super::go_plugin::{Broker, Controller, HealthService, Stdio};
use super::handshake::{self, Handshake, PROTOCOL_VERSION};
use super::host_connections::HostConnections;
use super::lifetime::{EndReason, Lifetime};
use super::listener::{Address, BindError, Listener, SocketFiles};
use super::proto;
use super::proto::go_plugin::grpc_broker_server::GrpcBrokerServer;
use super::proto::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::proto::health::health_server::HealthServer;
use super::proto::provider_server::{Provider, ProviderServer};
use super::tls::{self, ServerIdentity, TlsError};

pub use super::lifetime::Mode;
pub use super::memory_protection::protect_memory;
pub use super::panics::report as report_panics;

/// The largest message either side may send. HashiCorp's own plugins have the same limit.
pub const MESSAGE_LIMIT: usize = 256 << 20;
/// RPCs at a time; the host queues further ones. Terraform's `-parallelism` is 10 by default.
const CONCURRENT_RPCS: u32 = 2048;
/// The flow-control windows: how much the host may send on one RPC, and on all together, before it waits for
/// us to read. A message of several MiB is sent without a pause. With a small window for all, hundreds of
/// RPCs send small frames. h2 takes too many of those for an attack and ends the connection (500 calls do
/// that at 128 KiB).
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// How long the server may take to finish after the host's Shutdown call. go-plugin kills after two seconds,
/// and a killed process leaves its socket behind.
const SHUTDOWN_LIMIT: Duration = Duration::from_millis(1200);
/// How long running RPCs may take to stop and return after a signal. Container runtimes kill after ten
/// seconds.
const STOP_LIMIT: Duration = Duration::from_secs(8);

/// The variable by which Terraform finds a running provider process.
const REATTACH: &str = "TF_REATTACH_PROVIDERS";

/// Settings of the server.
#[derive(Debug)]
pub struct Options {
    /// The provider's source address: `--debug` prints it.
    pub address: &'static str,
    /// Who started the process.
    pub mode: Mode,
    /// The host's request.
    pub handshake: Handshake,
}

/// Serves `provider` until the host shuts it down, a signal ends the process, or the host is gone, and
/// removes the socket. Must run within the tokio runtime. Writes to stdout: the handshake line, or under
/// `--debug` the variable to export.
pub async fn serve<P: Provider>(provider: P, options: Options) -> Result<(), ServeError> {
    // The signals first: from here on, the socket is removed whatever happens.
    let lifetime = Lifetime::begin(options.mode).map_err(ServeError::Signals)?;
    let mode = options.mode;
    let socket = OpenSocket::open(options)?;
    announce(&socket.line).map_err(ServeError::Announcement)?;
    socket.files.sweep();
    tracing::debug!(target: "provider.plugin", address = %socket.address, tls = socket.tls.is_some(), "serving");
    serve_at(socket, provider, mode, lifetime.reasons()).await
}

/// An open socket, and the handshake line for it.
struct OpenSocket {
    listener: Listener,
    address: Address,
    files: SocketFiles,
    tls: Option<Arc<ServerConfig>>,
    line: String,
}

impl OpenSocket {
    fn open(options: Options) -> Result<Self, ServeError> {
        let (listener, address, files) = Listener::bind(&options.handshake.socket)?;
        let (tls, line) = match (options.handshake.client, options.mode) {
            (Some(client), _) => {
                let identity = ServerIdentity::generate()?;
                let line = handshake::line(&address, Some(identity.certificate()));
                (Some(tls::server_config(identity, client)?), line)
            }
            // A port is open to every user of the machine; a directory of mode 0700 is not.
            (None, Mode::Plugin) if matches!(address, Address::Tcp(_)) => {
                return Err(ServeError::Unprotected);
            }
            (None, Mode::Plugin) => (None, handshake::line(&address, None)),
            (None, Mode::Debug) => (None, reattach(options.address, &address)),
        };
        Ok(Self { listener, address, files, tls, line })
    }
}

/// Serves until the first of `reasons`. A second one ends the process without waiting for responses.
async fn serve_at<P: Provider>(
    socket: OpenSocket,
    provider: P,
    mode: Mode,
    reasons: impl Stream<Item = EndReason>,
) -> Result<(), ServeError> {
    let OpenSocket { listener, files, tls, .. } = socket;
    let connections = HostConnections::default();
    let incoming = connection::incoming(listener, tls, connections.clone());
    let provider = Arc::new(provider);
    let (shutdown, ending) = (CancellationToken::new(), CancellationToken::new());
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(CONCURRENT_RPCS)
        .add_service(
            ProviderServer::from_arc(Arc::clone(&provider))
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
        )
        .add_service(GrpcControllerServer::new(Controller { shutdown: shutdown.clone() }))
        .add_service(GrpcStdioServer::new(Stdio { ending: ending.clone() }))
        .add_service(GrpcBrokerServer::new(Broker { ending: ending.clone() }))
        .add_service(HealthServer::new(HealthService { ending: ending.clone() }))
        .serve_with_incoming_shutdown(incoming, ending.cancelled());
    let host_dies = async move {
        if mode == Mode::Debug {
            // In debug mode hosts come and go.
            std::future::pending::<()>().await;
        }
        connections.wait_until_gone().await;
        EndReason::Orphaned
    };
    let reasons = stream::select(reasons, stream::once(host_dies));
    let (mut server, mut reasons) = (pin!(server), pin!(reasons));

    let grace = tokio::select! {
        served = &mut server => return Ok(served?),
        // A host that reattaches shuts the provider down after every command, but it did not start the
        // process.
        () = shutdown.cancelled(), if mode == Mode::Plugin => SHUTDOWN_LIMIT,
        Some(end) = reasons.next() => {
            log_end(end);
            // Running calls can still return their state: cancel them, and wait for the responses.
            let stop = tonic::Request::new(proto::stop_provider::Request {});
            drop(tokio::time::timeout(STOP_LIMIT, provider.stop_provider(stop)).await);
            STOP_LIMIT
        }
    };
    ending.cancel();
    let finished = tokio::select! {
        served = &mut server => served.map_err(ServeError::from),
        () = tokio::time::sleep(grace) => Ok(()),
        Some(_) = reasons.next() => Ok(()),
    };
    files.remove().map_err(ServeError::SocketFiles)?;
    finished
}

fn log_end(end: EndReason) {
    match end {
        EndReason::Signal(signal) => tracing::info!(target: "provider.plugin", signal, "ending on a signal"),
        EndReason::Orphaned => tracing::warn!(target: "provider.plugin", "ending: the host is gone"),
    }
}

/// The command that makes Terraform use this process instead of starting one: a line for each shell of this
/// system.
fn reattach(provider_address: &str, address: &Address) -> String {
    let attach = serde_json::json!({
        provider_address: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    });
    let attach = attach.to_string();
    if cfg!(windows) { format!("{}\n{}", for_powershell(&attach), for_cmd(&attach)) } else { for_sh(&attach) }
}

/// In the format of Terraform's documentation of the variable. A socket's path may contain a single quote,
/// which needs escaping.
fn for_sh(attach: &str) -> String {
    format!("{REATTACH}='{}'", attach.replace('\'', r"'\''"))
}

fn for_powershell(attach: &str) -> String {
    format!("$env:{REATTACH} = '{}'", attach.replace('\'', "''"))
}

/// `cmd` takes everything up to the end of the line.
fn for_cmd(attach: &str) -> String {
    format!("set {REATTACH}={attach}")
}

/// Writes to stdout: one line, under `--debug` perhaps more.
fn announce(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Why serving failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The runtime cannot be started.
    #[error("the asynchronous runtime cannot be started: {0}")]
    Runtime(#[source] io::Error),
    /// The signal handlers cannot be installed.
    #[error("signals cannot be handled: {0}")]
    Signals(#[source] io::Error),
    /// The socket cannot be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no certificate to authenticate the host.
    #[error(
        "without Unix sockets the plugin listens on a port, and serves only a host that sends its \
         certificate in PLUGIN_CLIENT_CERT"
    )]
    Unprotected,
    /// stdout is closed.
    #[error("the handshake cannot be written to stdout: {0}")]
    Announcement(#[source] io::Error),
    /// The gRPC server failed.
    #[error("the gRPC server failed: {0}")]
    Server(#[from] tonic::transport::Error),
    /// The socket or its directory cannot be removed.
    #[error("the plugin's socket cannot be removed: {0}")]
    SocketFiles(#[source] io::Error),
}

/// Starts the runtime and serves in it. `provider` is called after the handshake's environment has been read
/// and before the line is written, so it should be fast: connect later.
///
/// One thread serves all calls: a provider mostly waits for the network. Long computations run on blocking
/// threads.
pub fn run<P: Provider>(provider: impl FnOnce() -> P, options: Options) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .thread_name("plugin")
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let served = runtime.block_on(async { serve(provider(), options).await });
    // A call that blocks a thread (a name lookup, for example) must not keep the process alive.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

#[cfg(test)]
mod tests;
