//! The one client certificate that may connect, and the proof that the peer holds its key.

use p521::ecdsa::signature::Verifier as _;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, InconsistentKeys, PeerMisbehaved,
    SignatureScheme,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

/// secp521r1, RFC 5480 section 2.1.1.1.
const SECP521R1: &str = "1.3.132.0.35";

/// The certificate that alone may connect.
#[derive(Debug)]
pub(in crate::plugin) struct PinnedCertificate {
    der: CertificateDer<'static>,
    /// The key, if it is on the curve that ring lacks: Terraform's always is.
    p521: Option<VerifyingKey>,
    /// What ring can verify.
    ring_algorithms: WebPkiSupportedAlgorithms,
}

impl PinnedCertificate {
    /// Takes the PEM text of exactly one certificate, with a key whose signatures can be verified.
    pub(in crate::plugin) fn from_pem(pem: &[u8]) -> Result<Self, ClientCertificateError> {
        let mut certificates = CertificateDer::pem_slice_iter(pem);
        let der = certificates
            .next()
            .ok_or(ClientCertificateError::NotPem)?
            .map_err(|_| ClientCertificateError::NotPem)?;
        if certificates.next().is_some() {
            return Err(ClientCertificateError::Several);
        }
        Self::from_der(der)
    }

    /// Takes the certificate in DER.
    pub(in crate::plugin) fn from_der(der: CertificateDer<'static>) -> Result<Self, ClientCertificateError> {
        let (rest, certificate) =
            X509Certificate::from_der(&der).map_err(|_| ClientCertificateError::NotACertificate)?;
        if !rest.is_empty() {
            return Err(ClientCertificateError::NotACertificate);
        }
        let key = certificate.public_key();
        let p521 = match key.parsed() {
            Ok(PublicKey::EC(point)) if is_p521(key) => {
                Some(VerifyingKey::from_sec1_bytes(point.data()).map_err(|_| ClientCertificateError::Key)?)
            }
            Ok(PublicKey::EC(_) | PublicKey::RSA(_)) => None,
            // x509-parser has no name for Ed25519; rustls will report it at the first signature.
            Ok(PublicKey::Unknown(_)) if key.algorithm.algorithm.to_id_string() == "1.3.101.112" => None,
            _ => return Err(ClientCertificateError::Key),
        };
        let ring_algorithms = super::provider().signature_verification_algorithms;
        Ok(Self { der, p521, ring_algorithms })
    }

    /// Verifies an ECDSA signature over P-521 and SHA-512, if it claims to be one. `None` leaves the
    /// signature to ring.
    fn verify_p521(
        &self,
        message: &[u8],
        signed: &DigitallySignedStruct,
    ) -> Option<Result<HandshakeSignatureValid, Error>> {
        match (&self.p521, signed.scheme) {
            (Some(key), SignatureScheme::ECDSA_NISTP521_SHA512) => {
                let verified = Signature::from_der(signed.signature())
                    .and_then(|signature| key.verify(message, &signature))
                    .map(|()| HandshakeSignatureValid::assertion())
                    .map_err(|_| CertificateError::BadSignature.into());
                Some(verified)
            }
            // A P-521 key with a signature of another kind, or the reverse. TLS 1.2 would allow the first,
            // but no host does it when SHA-512 is offered first.
            (Some(_), _) | (None, SignatureScheme::ECDSA_NISTP521_SHA512) => {
                Some(Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into()))
            }
            (None, _) => None,
        }
    }

    /// The signature must be by the pinned key. rustls passes the certificate that
    /// [`Self::verify_client_cert`] has accepted; this is checked again, since everything depends on it.
    fn check_certificate(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        if *certificate == self.der { Ok(()) } else { Err(InconsistentKeys::KeyMismatch.into()) }
    }
}

impl ClientCertVerifier for PinnedCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.der {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_certificate(certificate)?;
        self.verify_p521(message, signed)
            .unwrap_or_else(|| verify_tls12_signature(message, certificate, signed, &self.ring_algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_certificate(certificate)?;
        self.verify_p521(message, signed)
            .unwrap_or_else(|| verify_tls13_signature(message, certificate, signed, &self.ring_algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = vec![SignatureScheme::ECDSA_NISTP521_SHA512];
        schemes.extend(self.ring_algorithms.supported_schemes());
        schemes
    }
}

fn is_p521(key: &x509_parser::x509::SubjectPublicKeyInfo<'_>) -> bool {
    let parameters = key.algorithm.parameters.as_ref();
    parameters.and_then(|curve| curve.as_oid().ok()).is_some_and(|curve| curve.to_id_string() == SECP521R1)
}

/// Why a client certificate cannot be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientCertificateError {
    /// There is no PEM block with a certificate.
    #[error("it holds no certificate in PEM form")]
    NotPem,
    /// There are several.
    #[error("it holds more than one certificate")]
    Several,
    /// The PEM block holds something else.
    #[error("it is not an X.509 certificate")]
    NotACertificate,
    /// The key is of a kind that cannot sign a TLS handshake here.
    #[error("its key is not ECDSA, RSA or Ed25519")]
    Key,
}
