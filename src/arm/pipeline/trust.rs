//! Whom we trust: the system's store, as its own tools see it. What is added here is the name of whoever signed a
//! certificate that is not trusted, since behind a proxy that opens TLS this is what a user has to look for.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The hosts whose certificates were not trusted, and who issued those.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<HashMap<String, String>>);

impl Strangers {
    /// Who issued the certificate of a host, if that was not trusted.
    pub(super) fn of(&self, host: &str) -> Option<String> {
        let host = host.trim_matches(['[', ']']);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }

    fn note(&self, host: &ServerName<'_>, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) {
        let Some(said) = describe(leaf, chain) else { return };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_str().into_owned(), said);
    }
}

/// The settings of TLS: the system's store and these certificates besides (PEM, one or more each).
pub(super) fn client_config(roots: &[Vec<u8>], strangers: &Arc<Strangers>) -> Result<ClientConfig, String> {
    let provider = match CryptoProvider::get_default() {
        Some(provider) => Arc::clone(provider),
        None => Arc::new(rustls::crypto::ring::default_provider()),
    };
    let mut extra = Vec::new();
    for pem in roots {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            extra.push(certificate.map_err(|error| format!("a given certificate cannot be read: {error}"))?);
        }
    }
    let unusable = |error: Error| format!("the certificates to trust cannot be read: {error}");
    let verifier = match extra.is_empty() {
        true => Verifier::new(Arc::clone(&provider)),
        false => Verifier::new_with_extra_roots(extra, Arc::clone(&provider)),
    };
    let trust = Trust { inner: verifier.map_err(unusable)?, strangers: Arc::clone(strangers) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's own judgement; whom it does not know is noted.
#[derive(Debug)]
struct Trust {
    inner: Verifier,
    strangers: Arc<Strangers>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged =
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_))) =
            &judged
        {
            self.strangers.note(server_name, end_entity, intermediates);
        }
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.inner.root_hint_subjects()
    }
}

/// Says who issued a certificate, and who stands at the end of what the other side sent.
fn describe(leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Option<String> {
    let issuer_of = |certificate: &CertificateDer<'_>| {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some((parsed.subject().to_string(), parsed.issuer().to_string()))
    };
    let (subject, issuer) = issuer_of(leaf)?;
    if subject == issuer {
        return Some(format!(
            "its certificate was issued by itself, \"{issuer}\", which is not trusted here"
        ));
    }
    let top = chain.last().and_then(issuer_of).map(|(_, issuer)| issuer).filter(|top| *top != issuer);
    let above = top.map(|top| format!(" under \"{top}\"")).unwrap_or_default();
    Some(format!("its certificate was issued by \"{issuer}\"{above}, who is not trusted here"))
}
