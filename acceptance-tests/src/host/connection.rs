//! A connection to a running plugin: the provider's client and go-plugin's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tokio_rustls::TlsConnector;
use tonic::codegen::Service;
use tonic::codegen::http::Uri;
use tonic::transport::{Channel, Endpoint};

use super::proto::go_plugin::grpc_broker_client::GrpcBrokerClient;
use super::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use super::proto::go_plugin::grpc_stdio_client::GrpcStdioClient;
use super::proto::health::health_client::HealthClient;
use super::proto::provider_client::ProviderClient;
use super::{Address, Calls, HandshakeLine, HostError, HostIdentity, Stream};

/// Terraform's own limit.
const MESSAGE_LIMIT: usize = 256 << 20;

/// Clients of every service of one plugin, over one connection. Clones share it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Terraform's protocol.
    pub provider: ProviderClient<Calls>,
    /// Ends the plugin.
    pub controller: GrpcControllerClient<Channel>,
    /// The plugin's standard streams.
    pub stdio: GrpcStdioClient<Channel>,
    /// Side channels.
    pub broker: GrpcBrokerClient<Channel>,
    /// Pings.
    pub health: HealthClient<Channel>,
    /// The connection itself, for messages that no host would send.
    pub channel: Channel,
}

/// The peer, and its credentials.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The certificate that it presents, if any.
    pub identity: Option<HostIdentity>,
    /// Whether there is TLS at all.
    pub tls: bool,
}

impl Connection {
    /// Connects as `peer`, and accepts only the certificate in the line, as go-plugin does.
    pub async fn open(line: &HandshakeLine, peer: &Peer) -> Result<Self, HostError> {
        let tls = match (peer.tls, &line.certificate) {
            (true, Some(certificate)) => Some(client_config(certificate, peer.identity.as_ref())?),
            _ => None,
        };
        let connector = Connector { address: line.address.clone(), tls };
        let endpoint = Endpoint::from_static("http://localhost")
            .initial_stream_window_size(4 << 20)
            .initial_connection_window_size(16 << 20);
        let channel = endpoint.connect_with_connector(connector).await?;
        Ok(Self {
            provider: ProviderClient::new(Calls::new(channel.clone()))
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerClient::new(channel.clone()),
            stdio: GrpcStdioClient::new(channel.clone()),
            broker: GrpcBrokerClient::new(channel.clone()),
            health: HealthClient::new(channel.clone()),
            channel,
        })
    }
}

fn client_config(
    server: &CertificateDer<'static>,
    identity: Option<&HostIdentity>,
) -> Result<Arc<ClientConfig>, HostError> {
    let mut roots = RootCertStore::empty();
    roots.add(server.clone())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => config.with_client_cert_resolver(Arc::new(Shows(identity.certified()))),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

/// Presents its certificate whatever the server requests: attackers ignore hints.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Connects to the plugin's address instead of the one in the URI.
#[derive(Debug, Clone)]
struct Connector {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

impl Connector {
    async fn connect(self) -> io::Result<TokioIo<Box<dyn Stream>>> {
        let stream = self.address.connect().await?;
        let stream = match self.tls {
            None => stream,
            Some(config) => {
                let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
                Box::new(TlsConnector::from(config).connect(name, stream).await?)
            }
        };
        Ok(TokioIo::new(stream))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}
