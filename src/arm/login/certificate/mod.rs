//! A client certificate with its private key, from a PFX or PEM file, without OpenSSL. It reads what Windows
//! and vaults have written for twenty years, and what OpenSSL 3 writes today.

mod der;
mod encryption;
mod key;
mod password;
mod pem;
mod pkcs12;

#[cfg(test)]
mod tests;

use super::text;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use key::SigningKey;
use ring::digest;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// How long an assertion is valid; Microsoft Entra accepts at most a day, and it is used at once.
const LIFETIME: Duration = Duration::minutes(10);

/// The tolerance for clocks that differ.
const SKEW: Duration = Duration::minutes(5);

/// Why a certificate cannot be used. Nothing in it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The password is wrong.
    #[error("the password does not open it")]
    Password,
    /// There is no password, but one is needed.
    #[error("it is encrypted, but no password is given (client_certificate_password)")]
    NoPassword,
    /// Neither PFX nor PEM, or broken.
    #[error("it is neither a PFX (PKCS #12) nor a PEM file, or it is damaged")]
    Malformed,
    /// Not base64.
    #[error("it is not base64")]
    NotBase64,
    /// Something that is not supported.
    #[error("it holds {0}, which cannot be used")]
    Unsupported(&'static str),
    /// No certificate.
    #[error("it holds no certificate")]
    NoCertificate,
    /// No private key.
    #[error("it holds no private key")]
    NoKey,
    /// No key matches a certificate.
    #[error("its private key belongs to none of its certificates")]
    Mismatch,
}

impl From<der::Malformed> for CertificateError {
    fn from(_: der::Malformed) -> Self {
        Self::Malformed
    }
}

/// The content of a file: certificates unchanged, private keys as PKCS #8.
#[derive(Default)]
struct Contents {
    certificates: Vec<Vec<u8>>,
    keys: Vec<Vec<u8>>,
}

/// A certificate with its private key. `Debug` shows only its thumbprint.
#[derive(Clone)]
pub struct Certificate {
    /// The certificate itself, then its issuers, as far as the file contains them.
    chain: Vec<Vec<u8>>,
    key: Arc<SigningKey>,
    expires: OffsetDateTime,
}

impl Certificate {
    /// Takes the content of a PFX or PEM file and its password.
    ///
    /// # Errors
    /// If it cannot be opened or does not contain what is needed.
    pub fn read(bytes: &[u8], password: Option<&str>) -> Result<Self, CertificateError> {
        let contents = if pkcs12::looks_like_it(bytes) {
            pkcs12::read(bytes, password)?
        } else if pem::looks_like_it(bytes) {
            pem::read(bytes, password)?
        } else {
            // PEM as PowerShell 5.1 writes a text: UTF-16.
            let text = text::decoded(bytes).filter(|text| pem::looks_like_it(text.as_bytes()));
            pem::read(text.ok_or(CertificateError::Malformed)?.as_bytes(), password)?
        };
        Self::of(&contents)
    }

    /// Takes the same as base64, with or without line breaks; PEM is accepted directly too.
    ///
    /// # Errors
    /// If it is not base64, or as for [`Certificate::read`].
    pub fn read_base64(text: &str, password: Option<&str>) -> Result<Self, CertificateError> {
        if pem::looks_like_it(text.as_bytes()) {
            return Self::read(text.as_bytes(), password);
        }
        Self::read(&decode_base64(text)?, password)
    }

    /// When the certificate expires.
    pub fn expires(&self) -> OffsetDateTime {
        self.expires
    }

    /// The SHA-1 thumbprint in hexadecimal, as Azure's portal shows it.
    pub fn thumbprint(&self) -> String {
        self.hash(&digest::SHA1_FOR_LEGACY_USE_ONLY).iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn of(contents: &Contents) -> Result<Self, CertificateError> {
        if contents.certificates.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        if contents.keys.is_empty() {
            return Err(CertificateError::NoKey);
        }
        let parsed: Vec<_> = contents
            .certificates
            .iter()
            .map(|bytes| match X509Certificate::from_der(bytes) {
                Ok((_, certificate)) => Ok((bytes, certificate)),
                Err(_) => Err(CertificateError::Malformed),
            })
            .collect::<Result<_, _>>()?;
        for private in &contents.keys {
            for (bytes, certificate) in &parsed {
                let public = &certificate.public_key().subject_public_key.data;
                let Some(key) = SigningKey::of(private, public)? else { continue };
                let mut chain = vec![(*bytes).clone()];
                let mut last = certificate;
                // Each issuer once, so that certificates that issued each other end the loop.
                while let Some((bytes, issuer)) = parsed.iter().find(|(bytes, issuer)| {
                    issuer.subject().as_raw() == last.issuer().as_raw() && !chain.contains(bytes)
                }) {
                    chain.push((*bytes).clone());
                    last = issuer;
                }
                let expires = certificate.validity().not_after.to_datetime();
                return Ok(Self { chain, key: Arc::new(key), expires });
            }
        }
        Err(CertificateError::Mismatch)
    }

    /// A signed statement that we are `client_id`, for `audience` only ("Microsoft identity platform
    /// application authentication certificate credentials"; RFC 7523). Each has its own id.
    pub(super) fn assertion(&self, client_id: &str, audience: &str, now: OffsetDateTime) -> Option<String> {
        let header = json!({
            "alg": self.key.algorithm(),
            "typ": "JWT",
            "x5t": BASE64_URL_SAFE_NO_PAD.encode(self.hash(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            "x5t#S256": BASE64_URL_SAFE_NO_PAD.encode(self.hash(&digest::SHA256)),
            "x5c": self.chain.iter().map(|one| BASE64_STANDARD.encode(one)).collect::<Vec<_>>(),
        });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": uuid::Uuid::new_v4().to_string(),
            "iat": now.unix_timestamp(),
            "nbf": (now - SKEW).unix_timestamp(),
            "exp": (now + LIFETIME).unix_timestamp(),
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(signed.as_bytes())?;
        Some(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    fn hash(&self, algorithm: &'static digest::Algorithm) -> Vec<u8> {
        let own = self.chain.first().map(Vec::as_slice).unwrap_or_default();
        digest::digest(algorithm, own).as_ref().to_vec()
    }
}

/// Decodes base64 with or without line breaks and padding.
fn decode_base64(text: &str) -> Result<Vec<u8>, CertificateError> {
    let compact: String = text.split_whitespace().collect();
    let bare = compact.trim_end_matches('=');
    let decoded =
        base64::prelude::BASE64_STANDARD_NO_PAD.decode(bare).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(bare));
    decoded.map_err(|_| CertificateError::NotBase64)
}

impl PartialEq for Certificate {
    /// Equal certificates have the same key.
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint())
    }
}
