//! PFX files (PKCS #12, RFC 7292): authenticated with a password, and in them bags with keys and
//! certificates.

use super::der::{INTEGER, Malformed, OCTETS, OID, Reader, SEQUENCE, SET, context};
use super::encryption::{decrypt, rounds};
use super::password::Password;
use super::{CertificateError, Contents};
use ring::{digest, hmac};
use std::borrow::Cow;

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// 1.2.840.113549.1.12.10.1: the last number is the kind of bag.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 2.16.840.1.101.3.4.2: the last number is the kind of SHA-2.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// The purpose byte for deriving the MAC key.
const FOR_SEAL: u8 = 3;

/// How deep bags may contain bags.
const DEPTH: usize = 4;

/// Whether the bytes look like a PFX file: a sequence that begins with the version 3.
pub(super) fn looks_like_it(bytes: &[u8]) -> bool {
    let version = |bytes| Reader::new(bytes).enter(SEQUENCE)?.number();
    matches!(version(bytes), Ok(3))
}

/// Opens a PFX file. Without a password, both the empty one and none at all are tried: programs differ.
pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Contents, CertificateError> {
    match password {
        Some(text) if !text.is_empty() => open(bytes, &Password::new(text)),
        _ => match open(bytes, &Password::new("")) {
            Err(CertificateError::Password) => open(bytes, &Password::none()).map_err(|error| match error {
                CertificateError::Password if password.is_none() => CertificateError::NoPassword,
                other => other,
            }),
            other => other,
        },
    }
}

fn open(bytes: &[u8], password: &Password) -> Result<Contents, CertificateError> {
    let mut pfx = Reader::new(bytes).enter(SEQUENCE)?;
    pfx.take(INTEGER)?;
    let mut outer = pfx.enter(SEQUENCE)?;
    if outer.take(OID)?.content != DATA {
        return Err(CertificateError::Unsupported("a file that is sealed with a certificate"));
    }
    let safe = outer.enter(context(0))?.octets()?;
    if !pfx.is_empty() {
        check_seal(pfx.enter(SEQUENCE)?, password, &safe)?;
    }
    let mut contents = Contents::default();
    let mut parts = Reader::new(&safe).enter(SEQUENCE)?;
    while !parts.is_empty() {
        let mut part = parts.enter(SEQUENCE)?;
        let kind = part.take(OID)?.content;
        let mut inner = part.enter(context(0))?;
        let bags: Cow<'_, [u8]> = match kind {
            DATA => inner.octets()?,
            ENCRYPTED_DATA => {
                let mut encrypted = inner.enter(SEQUENCE)?;
                encrypted.take(INTEGER)?;
                let mut content = encrypted.enter(SEQUENCE)?;
                content.take(OID)?;
                let algorithm = content.enter(SEQUENCE)?;
                let mut body = content.next()?;
                // [0] instead of an octet string's tag.
                body.tag = if body.tag == context(0) { OCTETS | 0x20 } else { OCTETS };
                decrypt(algorithm, password, &body.octets()?)?.into()
            }
            _ => return Err(CertificateError::Unsupported("a part that is encrypted for a certificate")),
        };
        gather(&bags, password, &mut contents, DEPTH)?;
    }
    Ok(contents)
}

/// The MAC distinguishes a wrong password from a damaged file. A MAC of an unknown kind is skipped: a wrong
/// password then shows during decryption.
fn check_seal(mut seal: Reader<'_>, password: &Password, safe: &[u8]) -> Result<(), CertificateError> {
    let mut info = seal.enter(SEQUENCE)?;
    let name = info.enter(SEQUENCE)?.take(OID)?.content;
    let expected = info.octets()?;
    let salt = seal.octets()?;
    let rounds = rounds(if seal.is_empty() { 1 } else { seal.number()? })?;
    let (hash, seal): (&'static digest::Algorithm, hmac::Algorithm) = match name.split_last() {
        _ if name == SHA1 => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        Some((1, SHA2)) => (&digest::SHA256, hmac::HMAC_SHA256),
        Some((2, SHA2)) => (&digest::SHA384, hmac::HMAC_SHA384),
        Some((3, SHA2)) => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return Ok(()),
    };
    let key = password.derive(hash, FOR_SEAL, &salt, rounds, hash.output_len());
    hmac::verify(&hmac::Key::new(seal, &key), safe, &expected).map_err(|_| CertificateError::Password)
}

fn gather(
    bytes: &[u8],
    password: &Password,
    contents: &mut Contents,
    depth: usize,
) -> Result<(), CertificateError> {
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    let mut bags = Reader::new(bytes).enter(SEQUENCE)?;
    while !bags.is_empty() {
        let mut bag = bags.enter(SEQUENCE)?;
        let kind = bag.take(OID)?.content;
        let value = bag.take(context(0))?.content;
        bag.take_if(SET)?;
        match kind.split_last() {
            Some((1, BAG)) => contents.keys.push(value.to_vec()),
            Some((2, BAG)) => contents.keys.push(shrouded(value, password)?),
            Some((3, BAG)) => {
                let mut certificate = Reader::new(value).enter(SEQUENCE)?;
                if certificate.take(OID)?.content == X509 {
                    contents.certificates.push(certificate.enter(context(0))?.octets()?.into_owned());
                }
            }
            Some((6, BAG)) => gather(value, password, contents, deeper)?,
            // Revocation lists and secrets of other programs.
            _ => {}
        }
    }
    Ok(())
}

/// An encrypted private key (PKCS #8, RFC 5958 section 3).
pub(super) fn shrouded(bytes: &[u8], password: &Password) -> Result<Vec<u8>, CertificateError> {
    let mut key = Reader::new(bytes).enter(SEQUENCE)?;
    let algorithm = key.enter(SEQUENCE)?;
    decrypt(algorithm, password, &key.octets()?)
}
