//! A P-521 certificate like the one go-plugin makes, and a key that can sign a TLS handshake with it.
//!
//! rcgen and rustls over ring do not support the curve, so the few bytes of DER and the signature are made
//! here. Test code, shared by the unit tests of the server and by the acceptance tests' host.

use std::fmt;
use std::sync::Arc;

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey};
use rustls::crypto::SecureRandom;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct P521Identity {
    certificate: CertificateDer<'static>,
    key: Arc<SigningKey>,
}

impl P521Identity {
    /// Makes a key and a self-signed certificate for `localhost` that is marked as a CA, as go-plugin does.
    pub(crate) fn generate(random: &dyn SecureRandom) -> Result<Self, Error> {
        let key = loop {
            let mut scalar = [0; 66];
            random.fill(&mut scalar).map_err(|_| Error::FailedToGetRandomBytes)?;
            // 521 bits are 65 bytes and one bit; about half of the candidates are below the order.
            let [first, ..] = &mut scalar;
            *first &= 1;
            if let Ok(key) = SigningKey::from_slice(&scalar) {
                break key;
            }
        };
        let certificate = certificate(&key);
        Ok(Self { certificate, key: Arc::new(key) })
    }

    /// What rustls signs a handshake with.
    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::new(CertifiedKey::new(vec![self.certificate.clone()], Arc::new(self.clone())))
    }
}

impl fmt::Debug for P521Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("P521Identity").finish_non_exhaustive()
    }
}

impl rustls::sign::SigningKey for P521Identity {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SignatureScheme::ECDSA_NISTP521_SHA512).then(|| Box::new(self.clone()) as _)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Identity {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: Signature = self.key.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// RFC 5280, section 4.1, with the minimum that a parser needs.
fn certificate(key: &SigningKey) -> CertificateDer<'static> {
    const ECDSA_WITH_SHA512: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04";
    const EC_PUBLIC_KEY_SECP521R1: &[u8] =
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
    const COMMON_NAME_LOCALHOST: &[u8] = b"\x31\x12\x30\x10\x06\x03\x55\x04\x03\x0c\x09localhost";
    const CERTIFICATE_AUTHORITY: &[u8] = b"\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x05\x30\x03\x01\x01\xff";
    const NAMED_LOCALHOST: &[u8] = b"\x06\x03\x55\x1d\x11\x04\x0d\x30\x0b\x82\x09localhost";

    let algorithm = der(SEQUENCE, &[ECDSA_WITH_SHA512]);
    let name = der(SEQUENCE, &[COMMON_NAME_LOCALHOST]);
    let validity = der(SEQUENCE, &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"491231235959Z"])]);
    let point = key.verifying_key().to_sec1_point(false);
    let public_key = der(
        SEQUENCE,
        &[&der(SEQUENCE, &[EC_PUBLIC_KEY_SECP521R1]), &der(BIT_STRING, &[&[0], point.as_bytes()])],
    );
    let extensions =
        der(SEQUENCE, &[&der(SEQUENCE, &[CERTIFICATE_AUTHORITY]), &der(SEQUENCE, &[NAMED_LOCALHOST])]);
    let version_3 = der(0xa0, &[&der(INTEGER, &[&[2]])]);
    let serial = der(INTEGER, &[&[1]]);
    let signed = der(
        SEQUENCE,
        &[&version_3, &serial, &algorithm, &name, &validity, &name, &public_key, &der(0xa3, &[&extensions])],
    );
    let signature: Signature = key.sign(&signed);
    let signature = der(BIT_STRING, &[&[0], signature.to_der().as_bytes()]);
    CertificateDer::from(der(SEQUENCE, &[&signed, &algorithm, &signature]))
}

/// Tag, length, content.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [.., high, low] = content.len().to_be_bytes();
    let mut encoded = match (high, low) {
        (0, 0..0x80) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    encoded.extend(content);
    encoded
}
