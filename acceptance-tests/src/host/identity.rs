//! The certificate that a host presents, and passes to the plugin in `PLUGIN_CLIENT_CERT`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

use super::HostError;
use super::p521::P521Identity;

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct HostIdentity {
    certified: Arc<CertifiedKey>,
}

impl HostIdentity {
    /// Like go-plugin's: ECDSA over P-521, marked as a CA.
    pub fn p521() -> Result<Self, HostError> {
        let random = rustls::crypto::ring::default_provider().secure_random;
        Ok(Self { certified: P521Identity::generate(random)?.certified() })
    }

    /// On a curve that ring supports: another host might create one.
    pub fn p384() -> Result<Self, HostError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?;
        let certificate = CertificateParams::new([String::from("localhost")])?.self_signed(&key)?;
        let der = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let key = rustls::crypto::ring::sign::any_supported_type(&der)?;
        Ok(Self { certified: Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)) })
    }

    /// This certificate with the key of `other`, as an attacker with a copied certificate has it.
    #[must_use]
    pub fn with_key_of(&self, other: &Self) -> Self {
        let certified = CertifiedKey::new(self.certified.cert.clone(), Arc::clone(&other.certified.key));
        Self { certified: Arc::new(certified) }
    }

    /// The certificate in the form of the environment variable.
    #[must_use]
    pub fn pem(&self) -> String {
        let der = self.certified.cert.iter().map(|der| STANDARD.encode(der));
        der.map(|text| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")).collect()
    }

    /// The key for rustls.
    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}
