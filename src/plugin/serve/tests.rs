use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;
use crate::plugin::listener::SocketOptions;
use crate::plugin::tls::PinnedCertificate;
use crate::plugin::tls::tests::p521::P521Identity;

/// A provider that offers nothing.
struct Nothing;

#[tonic::async_trait]
impl Provider for Nothing {}

fn options(mode: Mode, client: Option<PinnedCertificate>) -> Options {
    let socket =
        SocketOptions { unix: false, directory: None, temporary: "/tmp".into(), group: None, ports: 0..=0 };
    Options {
        address: "example.com/some/thing",
        mode,
        handshake: Handshake { socket, client, incompatible: None },
    }
}

#[tokio::test]
async fn without_unix_sockets_a_port_is_served_over_tls() {
    let crypto = rustls::crypto::ring::default_provider();
    let host = P521Identity::generate(crypto.secure_random).unwrap().certified();
    let pinned = PinnedCertificate::from_der(host.cert[0].clone()).unwrap();
    let endpoint = OpenSocket::open(options(Mode::Plugin, Some(pinned))).unwrap();
    let fields: Vec<String> = endpoint.line.split('|').map(str::to_owned).collect();
    assert_eq!(fields[..3], ["1", "6", "tcp"]);
    assert!(fields[3].starts_with("127.0.0.1:"), "{fields:?}");
    let serving = tokio::spawn(serve_at(endpoint, Nothing, Mode::Plugin, futures::stream::pending()));

    let certificate =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD_NO_PAD, &fields[5]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.into()).unwrap();
    let resolver = rustls::sign::SingleCertAndKey::from(host);
    let mut config = ClientConfig::builder_with_provider(Arc::new(crypto))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(&fields[3]).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    // The first frame of an HTTP/2 server: length, then type 4, SETTINGS (RFC 9113, section 3.4).
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "{head:?}");
    serving.abort();
}

#[tokio::test]
async fn a_port_is_never_served_in_plaintext_to_a_host() {
    let refused = OpenSocket::open(options(Mode::Plugin, None)).err().unwrap();
    assert!(matches!(refused, ServeError::Unprotected), "{refused}");
}

#[test]
fn the_exported_variable_survives_every_shell() {
    let attach = r#"{"a/b":"/tmp/it's/s"}"#;
    assert_eq!(for_sh(attach), r#"TF_REATTACH_PROVIDERS='{"a/b":"/tmp/it'\''s/s"}'"#);
    assert_eq!(for_powershell(attach), r#"$env:TF_REATTACH_PROVIDERS = '{"a/b":"/tmp/it''s/s"}'"#);
    assert_eq!(for_cmd(attach), r#"set TF_REATTACH_PROVIDERS={"a/b":"/tmp/it's/s"}"#);
}

#[test]
fn the_exported_variable_has_the_syntax_of_the_systems_shells() {
    let lines = reattach("example.com/some/thing", &Address::Tcp("127.0.0.1:1".parse().unwrap()));
    let starts: &[&str] = if cfg!(windows) {
        &["$env:TF_REATTACH_PROVIDERS = '{", "set TF_REATTACH_PROVIDERS={"]
    } else {
        &["TF_REATTACH_PROVIDERS='{"]
    };
    assert_eq!(lines.lines().count(), starts.len());
    for (line, start) in lines.lines().zip(starts) {
        assert!(line.starts_with(&format!("{start}\"example.com/some/thing\":{{")), "{line}");
        assert!(line.contains(r#""Addr":{"Network":"tcp","String":"127.0.0.1:1"}"#), "{line}");
    }
}

mod life {
    use std::future::pending;

    use tokio::sync::{Notify, mpsc};
    use tokio_stream::wrappers::UnboundedReceiverStream;
    use tonic::client::Grpc;
    use tonic::codegen::http::uri::PathAndQuery;
    use tonic::transport::{Channel, Endpoint};
    use tonic::{Request, Response, Status};
    use tonic_prost::ProstCodec;

    use super::*;
    use crate::plugin::proto::{apply_resource_change, stop_provider};

    /// A provider with one call, which runs until it is cancelled, or for ever.
    #[derive(Default)]
    struct Busy {
        began: Arc<Notify>,
        stopped: Notify,
        deaf: bool,
    }

    #[tonic::async_trait]
    impl Provider for Busy {
        async fn apply_resource_change(
            &self,
            _request: Request<apply_resource_change::Request>,
        ) -> Result<Response<apply_resource_change::Response>, Status> {
            self.began.notify_one();
            if self.deaf {
                pending::<()>().await;
            }
            self.stopped.notified().await;
            Ok(Response::new(apply_resource_change::Response {
                private: "kept".into(),
                ..Default::default()
            }))
        }

        async fn stop_provider(
            &self,
            _request: Request<stop_provider::Request>,
        ) -> Result<Response<stop_provider::Response>, Status> {
            self.stopped.notify_one();
            Ok(Response::new(stop_provider::Response::default()))
        }
    }

    /// A plugin in plaintext: its address, the channel for its reasons to end, its task.
    struct Running {
        address: Address,
        reasons: mpsc::UnboundedSender<EndReason>,
        life: tokio::task::JoinHandle<Result<(), ServeError>>,
    }

    fn run(provider: Busy, mode: Mode) -> Running {
        let socket = SocketOptions { unix: cfg!(unix), ..options(mode, None).handshake.socket };
        let (listener, address, files) = Listener::bind(&socket).unwrap();
        let endpoint =
            OpenSocket { listener, address: address.clone(), files, tls: None, line: String::new() };
        let (reasons, given) = mpsc::unbounded_channel();
        let life = tokio::spawn(serve_at(endpoint, provider, mode, UnboundedReceiverStream::new(given)));
        Running { address, reasons, life }
    }

    async fn connect(address: &Address) -> Channel {
        let uri = match address {
            Address::Unix(path) => format!("unix:{path}"),
            Address::Tcp(address) => format!("http://{address}"),
        };
        Endpoint::try_from(uri).unwrap().connect().await.unwrap()
    }

    /// No file of the socket is left on disk.
    fn is_tidy(address: &Address) -> bool {
        match address {
            Address::Unix(path) => !std::path::Path::new(path).parent().unwrap().exists(),
            Address::Tcp(_) => true,
        }
    }

    async fn call<Q, A>(channel: Channel, path: &'static str, request: Q) -> Result<A, Status>
    where
        Q: prost::Message + Send + Sync + Default + 'static,
        A: prost::Message + Send + Sync + Default + 'static,
    {
        let mut client = Grpc::new(channel);
        client.ready().await.unwrap();
        let codec: ProstCodec<Q, A> = ProstCodec::default();
        let path = PathAndQuery::from_static(path);
        client.unary(Request::new(request), path, codec).await.map(Response::into_inner)
    }

    const APPLY: &str = "/tfplugin6.Provider/ApplyResourceChange";
    const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";

    async fn apply(channel: Channel) -> Result<apply_resource_change::Response, Status> {
        call(channel, APPLY, apply_resource_change::Request::default()).await
    }

    #[tokio::test]
    async fn a_signal_cancels_running_calls_and_they_still_return() {
        let began = Arc::new(Notify::new());
        let running = run(Busy { began: Arc::clone(&began), ..Busy::default() }, Mode::Plugin);
        let applying = tokio::spawn(apply(connect(&running.address).await));
        began.notified().await;
        running.reasons.send(EndReason::Signal("SIGTERM")).unwrap();
        assert_eq!(applying.await.unwrap().unwrap().private, "kept");
        running.life.await.unwrap().unwrap();
        assert!(is_tidy(&running.address));
    }

    #[tokio::test]
    async fn a_second_signal_does_not_wait_for_calls_that_ignore_the_first() {
        let began = Arc::new(Notify::new());
        let running = run(Busy { began: Arc::clone(&began), deaf: true, ..Busy::default() }, Mode::Plugin);
        let applying = tokio::spawn(apply(connect(&running.address).await));
        began.notified().await;
        running.reasons.send(EndReason::Signal("SIGTERM")).unwrap();
        running.reasons.send(EndReason::Signal("SIGTERM")).unwrap();
        tokio::time::timeout(STOP_LIMIT / 2, running.life).await.expect("it waited").unwrap().unwrap();
        assert!(is_tidy(&running.address));
        applying.abort();
    }

    #[tokio::test]
    async fn a_shutdown_ends_before_go_plugin_kills() {
        let began = Arc::new(Notify::new());
        let running = run(Busy { began: Arc::clone(&began), deaf: true, ..Busy::default() }, Mode::Plugin);
        let channel = connect(&running.address).await;
        let applying = tokio::spawn(apply(channel.clone()));
        began.notified().await;
        let farewell = proto::go_plugin::Empty {};
        let _: proto::go_plugin::Empty = call(channel, SHUTDOWN, farewell).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), running.life).await.expect("killed").unwrap().unwrap();
        applying.abort();
    }

    #[tokio::test]
    async fn a_debugged_plugin_outlives_the_shutdown_calls_of_its_hosts() {
        let running = run(Busy::default(), Mode::Debug);
        for _ in 0..2 {
            let farewell = proto::go_plugin::Empty {};
            let channel = connect(&running.address).await;
            let _: proto::go_plugin::Empty = call(channel, SHUTDOWN, farewell).await.unwrap();
        }
        running.reasons.send(EndReason::Signal("SIGINT")).unwrap();
        running.life.await.unwrap().unwrap();
    }
}
