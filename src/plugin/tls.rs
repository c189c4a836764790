//! Mutual TLS with exactly one peer: go-plugin's "AutoMTLS".
//!
//! The host creates a certificate for this one process and passes it in the environment; the plugin creates
//! one too and passes it in the handshake line. Each then accepts that certificate and no other. go-plugin's
//! is a self-signed CA certificate with a P-521 key used as a leaf. No ordinary path validation accepts that,
//! so there is none: the certificate must be the same, byte for byte, and the handshake must be signed with
//! its key ([`PinnedCertificate`]).
//!
//! `ring` is named in every call instead of installed as the process's default, so that the layer does not
//! depend on a global setting.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;

mod pinned;

pub(super) use pinned::{ClientCertificateError, PinnedCertificate};

/// The plugin's own certificate and key, created for one process and never written to disk.
#[derive(Debug)]
pub(super) struct ServerIdentity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl ServerIdentity {
    /// Creates a P-256 key, the fastest kind that every host accepts, and a certificate for `localhost`, the
    /// only name that go-plugin asks for.
    pub(super) fn generate() -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([String::from("localhost")])?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    /// The certificate, in DER, for the handshake line.
    #[must_use]
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

/// The server's side of TLS: our identity, the pinned certificate, and HTTP/2 only.
///
/// TLS 1.2 is offered in addition to 1.3, since hosts built against Go's older FIPS module support nothing
/// newer.
pub(super) fn server_config(
    identity: ServerIdentity,
    client: PinnedCertificate,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(client))
        .with_single_cert(vec![identity.certificate], identity.key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    // A resumed session would skip the certificate check. There is one connection per process, so nothing is
    // lost.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Why TLS cannot be set up. None of these depends on the host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate cannot be created.
    #[error("the plugin's certificate cannot be created: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The library refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Configuration(#[from] rustls::Error),
}

#[cfg(test)]
pub(in crate::plugin) mod tests;
