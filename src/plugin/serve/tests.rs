use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;
use crate::plugin::handshake::Place;
use crate::plugin::tls::PinnedCertificate;
use crate::plugin::tls::tests::p521::P521Identity;

/// A provider that offers nothing.
struct Nothing;

#[tonic::async_trait]
impl Provider for Nothing {}

fn options(mode: Mode, client: Option<PinnedCertificate>) -> Options {
    let place = Place { unix: false, directory: None, temporary: "/tmp".into(), group: None, ports: 0..=0 };
    Options { address: "example.com/some/thing", mode, handshake: Handshake { place, client } }
}

#[tokio::test]
async fn without_unix_sockets_a_port_is_served_over_tls() {
    let crypto = rustls::crypto::ring::default_provider();
    let host = P521Identity::generate(crypto.secure_random).unwrap().certified();
    let pinned = PinnedCertificate::from_der(host.cert[0].clone()).unwrap();
    let door = Door::open(options(Mode::Plugin, Some(pinned))).unwrap();
    let fields: Vec<String> = door.line.split('|').map(str::to_owned).collect();
    assert_eq!(fields[..3], ["1", "6", "tcp"]);
    assert!(fields[3].starts_with("127.0.0.1:"), "{fields:?}");
    let lifetime = Lifetime::begin(Mode::Plugin).unwrap();
    let serving = tokio::spawn(serve_at(door, Nothing, Mode::Plugin, lifetime));

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
    let refused = Door::open(options(Mode::Plugin, None)).err().unwrap();
    assert!(matches!(refused, ServeError::Unprotected), "{refused}");
}

#[tokio::test]
async fn what_to_export_survives_the_shell() {
    let line = reattach("example.com/some/thing", &Address::Unix("/tmp/it's/s".into()));
    assert!(line.starts_with("TF_REATTACH_PROVIDERS='{\"example.com/some/thing\":{"), "{line}");
    assert!(line.contains(r"/tmp/it'\''s/s"), "{line}");
    assert!(line.ends_with("}}'") && line.contains("\"Network\":\"unix\""), "{line}");
}
