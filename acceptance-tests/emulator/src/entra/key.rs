//! Public keys of others, and their signatures: certificates of the application and keys of issuers.
//!
//! Source: RFC 7518 for the algorithms and the members of a key; Entra accepts `RS256`, `PS256` and `ES256`
//! of certificates.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

/// The algorithms whose signatures can be checked.
pub const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "ES384"];

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA, modulus and exponent.
    Rsa {
        /// The modulus, big endian.
        modulus: Vec<u8>,
        /// The exponent, big endian.
        exponent: Vec<u8>,
    },
    /// A point on P-256, uncompressed.
    P256(Vec<u8>),
    /// A point on P-384, uncompressed.
    P384(Vec<u8>),
}

impl PublicKey {
    /// The key of a certificate; none if it is of another kind.
    pub fn of_certificate(certificate: &x509_parser::certificate::X509Certificate<'_>) -> Option<Self> {
        use x509_parser::public_key::PublicKey as Parsed;
        match certificate.public_key().parsed().ok()? {
            Parsed::RSA(key) => {
                // The encoding puts a zero before a number whose first bit is set.
                let plain = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
                Some(Self::Rsa { modulus: plain(key.modulus), exponent: plain(key.exponent) })
            }
            Parsed::EC(point) => Self::of_point(point.data()),
            _ => None,
        }
    }

    /// A key in its JSON form.
    pub fn of_jwk(key: &Value) -> Option<Self> {
        let part = |name: &str| decode(key.get(name)?.as_str()?);
        match key.get("kty")?.as_str()? {
            "RSA" => Some(Self::Rsa { modulus: part("n")?, exponent: part("e")? }),
            "EC" => Self::of_point(&[vec![4], part("x")?, part("y")?].concat()),
            _ => None,
        }
    }

    fn of_point(point: &[u8]) -> Option<Self> {
        match point.len() {
            65 => Some(Self::P256(point.to_vec())),
            97 => Some(Self::P384(point.to_vec())),
            _ => None,
        }
    }

    /// Whether this key made the signature of `text`. A key of one kind never checks an algorithm of another.
    pub fn has_signed(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> bool {
        let point = |kind: &'static dyn VerificationAlgorithm, point: &[u8]| {
            UnparsedPublicKey::new(kind, point).verify(text, signature).is_ok()
        };
        match (self, algorithm) {
            (Self::Rsa { modulus, exponent }, "RS256" | "PS256") => {
                let kind = if algorithm == "RS256" {
                    &RSA_PKCS1_2048_8192_SHA256
                } else {
                    &RSA_PSS_2048_8192_SHA256
                };
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(kind, text, signature).is_ok()
            }
            (Self::P256(key), "ES256") => point(&ECDSA_P256_SHA256_FIXED, key),
            (Self::P384(key), "ES384") => point(&ECDSA_P384_SHA384_FIXED, key),
            _ => false,
        }
    }
}

/// Base64 as in tokens; the standard alphabet and padding are accepted too, as by .NET's decoder.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .or_else(|_| STANDARD.decode(text))
        .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(text))
        .ok()
}
