use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::SignatureAlgorithm;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::kx_group::SECP256R1;
use rustls::pki_types::ServerName;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use p521::P521Identity;

pub(in crate::plugin) mod p521;

/// A certificate that go-plugin 1.6 passed in PLUGIN_CLIENT_CERT; its key no longer exists.
const GO_PLUGIN_CERTIFICATE: &str = include_str!("tests/go-plugin-1.6.pem");

/// A certificate that a host might pin, as PEM.
pub(in crate::plugin) fn p384_certificate_pem() -> String {
    pem(&ring_key(&rcgen::PKCS_ECDSA_P384_SHA384).cert[0])
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

/// A key that ring can sign with, and its certificate.
fn ring_key(algorithm: &'static SignatureAlgorithm) -> Arc<CertifiedKey> {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = CertificateParams::new([String::from("localhost")]).unwrap().self_signed(&key).unwrap();
    let der = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let key = rustls::crypto::ring::sign::any_supported_type(&der).unwrap();
    Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key))
}

fn p521_identity() -> P521Identity {
    P521Identity::generate(provider().secure_random).unwrap()
}

/// A host, or an impostor.
struct Client {
    identity: Option<Arc<CertifiedKey>>,
    versions: Vec<&'static SupportedProtocolVersion>,
    protocols: Vec<Vec<u8>>,
    crypto: CryptoProvider,
}

fn client(identity: impl Into<Option<Arc<CertifiedKey>>>) -> Client {
    let (versions, protocols) = (vec![&TLS13], vec![b"h2".to_vec()]);
    Client { identity: identity.into(), versions, protocols, crypto: provider() }
}

/// Sends its certificate whatever the server asks for.
#[derive(Debug)]
struct AlwaysSendsCertificate(Arc<CertifiedKey>);

impl ResolvesClientCert for AlwaysSendsCertificate {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl Client {
    fn speaking(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }

    /// Connects to a server that has pinned `pinned`, and returns the server's result.
    async fn connect(self, pinned: &CertificateDer<'_>) -> Result<(), rustls::Error> {
        let identity = ServerIdentity::generate().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(identity.certificate().to_vec().into()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(self.crypto))
            .with_protocol_versions(&self.versions)
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match self.identity {
            Some(identity) => config.with_client_cert_resolver(Arc::new(AlwaysSendsCertificate(identity))),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = self.protocols;
        let pinned = PinnedCertificate::from_pem(pem(pinned).as_bytes()).unwrap();
        let acceptor = TlsAcceptor::from(server_config(identity, pinned).unwrap());
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let connecting = async {
            let name = ServerName::try_from("localhost").unwrap();
            let mut stream = TlsConnector::from(Arc::new(config)).connect(name, ours).await?;
            stream.write_all(b"ping").await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.map(|_| answer)
        };
        let accepting = async {
            let mut stream = acceptor.accept(theirs).await?;
            let mut message = [0; 4];
            stream.read_exact(&mut message).await?;
            stream.write_all(&message).await?;
            stream.shutdown().await
        };
        let (answer, accepted) = tokio::join!(connecting, accepting);
        match accepted {
            Ok(()) => {
                assert_eq!(answer.unwrap(), b"ping");
                Ok(())
            }
            Err(error) => {
                assert!(answer.is_err(), "the client saw no alert");
                Err(error.downcast::<rustls::Error>().unwrap())
            }
        }
    }
}

#[tokio::test]
async fn the_pinned_certificate_connects_whatever_its_key() {
    for version in [&TLS13, &TLS12] {
        for algorithm in
            [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519]
        {
            let identity = ring_key(algorithm);
            let pinned = identity.cert[0].clone();
            client(identity).speaking(version).connect(&pinned).await.unwrap();
        }
        let identity = p521_identity();
        client(identity.certified()).speaking(version).connect(&identity.certified().cert[0]).await.unwrap();
    }
}

#[tokio::test]
async fn a_host_with_the_curves_of_fips_140_connects() {
    for version in [&TLS13, &TLS12] {
        let identity = p521_identity();
        let mut host = client(identity.certified()).speaking(version);
        host.crypto.kx_groups = vec![SECP256R1];
        host.connect(&identity.certified().cert[0]).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_connects_without_a_certificate() {
    for version in [&TLS13, &TLS12] {
        let pinned = p521_identity();
        let refused = client(None).speaking(version).connect(&pinned.certified().cert[0]).await.unwrap_err();
        assert_eq!(refused, rustls::Error::NoCertificatesPresented);
    }
}

#[tokio::test]
async fn another_certificate_is_refused_even_with_the_same_names() {
    for version in [&TLS13, &TLS12] {
        let (pinned, other) = (p521_identity(), p521_identity());
        let refused = client(other.certified()).speaking(version).connect(&pinned.certified().cert[0]).await;
        assert_eq!(refused.unwrap_err(), CertificateError::ApplicationVerificationFailure.into());
    }
    let (pinned, other) = (p521_identity(), ring_key(&rcgen::PKCS_ECDSA_P256_SHA256));
    let refused = client(other).connect(&pinned.certified().cert[0]).await.unwrap_err();
    assert_eq!(refused, CertificateError::ApplicationVerificationFailure.into());
}

#[tokio::test]
async fn a_copied_certificate_without_its_key_is_refused() {
    for version in [&TLS13, &TLS12] {
        let (pinned, other) = (p521_identity(), p521_identity());
        let thief = CertifiedKey::new(pinned.certified().cert.clone(), other.certified().key.clone());
        let refused = client(Arc::new(thief)).speaking(version).connect(&pinned.certified().cert[0]).await;
        assert_eq!(refused.unwrap_err(), CertificateError::BadSignature.into());
    }
    for (pinned, other) in [
        (ring_key(&rcgen::PKCS_ECDSA_P384_SHA384), ring_key(&rcgen::PKCS_ECDSA_P384_SHA384)),
        (ring_key(&rcgen::PKCS_ED25519), ring_key(&rcgen::PKCS_ED25519)),
    ] {
        let thief = Arc::new(CertifiedKey::new(pinned.cert.clone(), Arc::clone(&other.key)));
        let refused = client(thief).connect(&pinned.cert[0]).await.unwrap_err();
        assert_eq!(refused, CertificateError::BadSignature.into());
    }
}

#[tokio::test]
async fn a_key_of_another_kind_is_refused_for_a_copied_certificate() {
    let pinned = p521_identity();
    let other = ring_key(&rcgen::PKCS_ECDSA_P256_SHA256);
    let thief = CertifiedKey::new(pinned.certified().cert.clone(), Arc::clone(&other.key));
    assert!(client(Arc::new(thief)).connect(&pinned.certified().cert[0]).await.is_err());
    // The reverse: the certificate is P-256, the signature claims to be P-521.
    let pinned = ring_key(&rcgen::PKCS_ECDSA_P256_SHA256);
    let thief = CertifiedKey::new(pinned.cert.clone(), Arc::clone(&p521_identity().certified().key));
    assert!(client(Arc::new(thief)).connect(&pinned.cert[0]).await.is_err());
}

/// Signs as the key does, then lets `spoil` change the signature.
#[derive(Clone)]
struct CorruptedSignature {
    key: Arc<dyn SigningKey>,
    spoil: fn(&mut Vec<u8>),
}

impl std::fmt::Debug for CorruptedSignature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CorruptedSignature")
    }
}

impl SigningKey for CorruptedSignature {
    fn choose_scheme(&self, _offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(self.clone()))
    }

    fn algorithm(&self) -> rustls::SignatureAlgorithm {
        self.key.algorithm()
    }
}

impl Signer for CorruptedSignature {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signer = self.key.choose_scheme(&[self.scheme()]).unwrap();
        let mut signature = signer.sign(message)?;
        (self.spoil)(&mut signature);
        Ok(signature)
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

#[tokio::test]
async fn a_corrupted_signature_is_refused() {
    let spoils: [fn(&mut Vec<u8>); 5] = [
        |signature| *signature.last_mut().unwrap() ^= 1,
        |signature| signature.truncate(20),
        |signature| signature.push(0),
        Vec::clear,
        // r = s = 0, which a careless verifier accepts for any key.
        |signature| *signature = b"\x30\x06\x02\x01\x00\x02\x01\x00".to_vec(),
    ];
    for spoil in spoils {
        let pinned = p521_identity();
        let key = CorruptedSignature { key: Arc::clone(&pinned.certified().key), spoil };
        let spoiled = CertifiedKey::new(pinned.certified().cert.clone(), Arc::new(key));
        let refused = client(Arc::new(spoiled)).connect(&pinned.certified().cert[0]).await.unwrap_err();
        assert_eq!(refused, CertificateError::BadSignature.into());
    }
}

#[tokio::test]
async fn http_1_is_refused_in_the_handshake() {
    let identity = p521_identity();
    let mut browser = client(identity.certified());
    browser.protocols = vec![b"http/1.1".to_vec()];
    let refused = browser.connect(&identity.certified().cert[0]).await.unwrap_err();
    assert_eq!(refused, rustls::Error::NoApplicationProtocol);
}

#[test]
fn a_certificate_of_go_plugin_is_read() {
    let pinned = PinnedCertificate::from_pem(GO_PLUGIN_CERTIFICATE.as_bytes()).unwrap();
    assert!(format!("{pinned:?}").contains("p521: Some("));
}

#[test]
fn each_process_has_its_own_certificate() {
    let seen = Mutex::new(std::collections::HashSet::new());
    for _ in 0..8 {
        assert!(seen.lock().unwrap().insert(ServerIdentity::generate().unwrap().certificate().to_vec()));
    }
}
