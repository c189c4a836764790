//! A private key that can sign, matched to its certificate.

use super::CertificateError;
use super::der::{INTEGER, OCTETS, OID, Reader, SEQUENCE};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use std::fmt;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// A private key.
pub(super) enum SigningKey {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, &'static str),
}

impl SigningKey {
    /// Takes a private key (PKCS #8) and the public key of a certificate. `None` if they do not belong
    /// together.
    ///
    /// The public half of an EC key is taken from the certificate: Windows omits it from the private key.
    pub(super) fn of(private: &[u8], public: &[u8]) -> Result<Option<Self>, CertificateError> {
        let mut key = Reader::new(private).enter(SEQUENCE)?;
        key.take(INTEGER)?;
        let mut algorithm = key.enter(SEQUENCE)?;
        let name = algorithm.take(OID)?.content;
        let inner = key.octets()?;
        match name {
            RSA => {
                let pair = RsaKeyPair::from_der(&inner).map_err(|_| {
                    CertificateError::Unsupported("an RSA key that is not of 2048 to 8192 bits")
                })?;
                Ok((pair.public().as_ref() == public).then_some(Self::Rsa(pair)))
            }
            EC => {
                let (curve, length, name): (&'static EcdsaSigningAlgorithm, _, _) =
                    match algorithm.take(OID)?.content {
                        P256 => (&ECDSA_P256_SHA256_FIXED_SIGNING, 32, "ES256"),
                        P384 => (&ECDSA_P384_SHA384_FIXED_SIGNING, 48, "ES384"),
                        _ => return Err(CertificateError::Unsupported("a curve other than P-256 and P-384")),
                    };
                let mut number = Reader::new(&inner).enter(SEQUENCE)?;
                number.take(INTEGER)?;
                let digits = number.take(OCTETS)?.content;
                let mut whole = vec![0; usize::saturating_sub(length, digits.len())];
                whole.extend_from_slice(digits);
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    curve,
                    &whole,
                    public,
                    &SystemRandom::new(),
                );
                Ok(pair.ok().map(|pair| Self::Ec(pair, name)))
            }
            _ => Err(CertificateError::Unsupported("a key that is neither RSA nor EC")),
        }
    }

    /// The name of the signature in JSON web tokens (RFC 7518, section 3.1). Of the two for RSA it is the one
    /// that every authority accepts: AD FS and Azure Stack do not know PS256.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_, name) => name,
        }
    }

    /// Signs a text; `None` when the system has no randomness.
    pub(super) fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ec(pair, _) => Some(pair.sign(&random, text).ok()?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm())
    }
}
