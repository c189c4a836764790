//! The numbers of connections, handshakes and tokens that many requests need.

use super::*;
use futures::future::join_all;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::HandshakeKind;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;

/// A server that records its clients, with a certificate of its own and HTTP/2 or HTTP/1.1.
struct Server {
    address: String,
    pem: Vec<u8>,
    record: Arc<ServerRecord>,
}

#[derive(Default)]
struct ServerRecord {
    /// How the TLS of each connection came about.
    handshakes: std::sync::Mutex<Vec<HandshakeKind>>,
    versions: std::sync::Mutex<Vec<hyper::Version>>,
    /// Whether each response over HTTP/1.1 is the last of its connection.
    closes: AtomicBool,
    /// Whether responses have two headers of 9 KB.
    is_long: AtomicBool,
}

impl ServerRecord {
    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
        self.versions.lock().unwrap().push(request.version());
        // Long enough that other requests arrive in the meantime.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut profile = profile_json("Succeeded");
        profile["id"] = request.uri().path().into();
        let mut response = hyper::Response::new(Full::from(profile.to_string()));
        response.headers_mut().insert("content-type", "application/json".parse().unwrap());
        if self.closes.load(Ordering::SeqCst) {
            response.headers_mut().insert("connection", "close".parse().unwrap());
        }
        if self.is_long.load(Ordering::SeqCst) {
            for name in ["azure-asyncoperation", "location"] {
                response.headers_mut().insert(name, "x".repeat(9_000).parse().unwrap());
            }
        }
        Ok(response)
    }
}

impl Server {
    async fn open(protocol: &[u8]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let chain = vec![key.cert.der().clone()];
        let private = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
        let mut config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private).unwrap();
        config.alpn_protocols = vec![protocol.to_vec()];
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let record = Arc::<ServerRecord>::default();
        let noting = Arc::clone(&record);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (acceptor, record) = (acceptor.clone(), Arc::clone(&noting));
                tokio::spawn(async move {
                    let tls = acceptor.accept(socket).await.unwrap();
                    let connection = tls.get_ref().1;
                    record.handshakes.lock().unwrap().push(connection.handshake_kind().unwrap());
                    let is_2 = connection.alpn_protocol() == Some(b"h2");
                    let service = service_fn(move |request| Arc::clone(&record).answer(request));
                    // The client decides when a connection ends.
                    if is_2 {
                        let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                        let _ = http.serve_connection(TokioIo::new(tls), service).await;
                    } else {
                        let http = hyper::server::conn::http1::Builder::new();
                        let _ = http.serve_connection(TokioIo::new(tls), service).await;
                    }
                });
            }
        });
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, key.cert.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n").into_bytes();
        Self { address, pem, record }
    }

    fn handshakes(&self) -> Vec<HandshakeKind> {
        self.record.handshakes.lock().unwrap().clone()
    }

    /// The protocol of all requests so far, and their number.
    fn requests(&self) -> (hyper::Version, usize) {
        let versions = self.record.versions.lock().unwrap();
        assert!(versions.iter().all(|version| *version == versions[0]), "{versions:?}");
        (versions[0], versions.len())
    }

    fn client(&self, authority: &Azure) -> ArmClient {
        let mut settings = settings(&self.address, &authority.server.uri());
        settings.root_certificates = vec![self.pem.clone()];
        ArmClient::new(settings).unwrap()
    }
}

/// Reads this many profiles at the same time.
async fn read(client: &ArmClient, count: usize) {
    let call = call();
    let reads = (0..count).map(|number| {
        let (client, call) = (client.clone(), &call);
        async move {
            let id = gallery_id().profile(format!("p{number}").parse().unwrap());
            client.profiles().get(&id, call).await.unwrap()
        }
    });
    join_all(reads).await;
}

#[tokio::test]
async fn a_hundred_reads_take_one_connection_of_http_2_and_one_token() {
    let (server, authority) = (Server::open(b"h2").await, Azure::start().await);
    let client = server.client(&authority);
    assert_eq!(
        (server.handshakes().len(), authority.token_requests().await),
        (0, 0),
        "nothing before it is needed"
    );
    read(&client, 100).await;
    assert_eq!(server.requests(), (hyper::Version::HTTP_2, 100));
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
    assert_eq!(authority.token_requests().await, 1);
    read(&client, 100).await;
    assert_eq!((server.handshakes().len(), authority.token_requests().await), (1, 1));
}

#[tokio::test]
async fn two_long_addresses_in_one_answer_are_read() {
    let (server, authority) = (Server::open(b"h2").await, Azure::start().await);
    server.record.is_long.store(true, Ordering::SeqCst);
    read(&server.client(&authority), 1).await;
    assert_eq!(server.requests(), (hyper::Version::HTTP_2, 1));
}

#[tokio::test]
async fn connections_of_http_1_are_used_again() {
    let (server, authority) = (Server::open(b"http/1.1").await, Azure::start().await);
    let client = server.client(&authority);
    for _ in 0..5 {
        read(&client, 1).await;
    }
    assert_eq!(server.requests(), (hyper::Version::HTTP_11, 5));
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
    read(&client, 10).await;
    let after = server.handshakes();
    assert!(after.len() <= 10, "one of the ten finds what there is: {after:?}");
}

#[tokio::test]
async fn a_closed_connection_is_resumed_without_a_full_handshake() {
    let (server, authority) = (Server::open(b"http/1.1").await, Azure::start().await);
    let client = server.client(&authority);
    server.record.closes.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        read(&client, 1).await;
    }
    assert_eq!(server.handshakes(), [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed]);
}
