//! PEM files (RFC 7468): certificates and a private key in any of their forms.

use super::der::{INTEGER, OCTETS, OID, Reader, SEQUENCE, context};
use super::password::Password;
use super::{CertificateError, Contents, pkcs12};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Whether the bytes look like a PEM file.
pub(super) fn looks_like_it(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

/// Reads a PEM file; the password opens an `ENCRYPTED PRIVATE KEY`.
pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Contents, CertificateError> {
    let text = String::from_utf8_lossy(bytes);
    let mut contents = Contents::default();
    let mut rest = text.as_ref();
    while let Some((label, body, after)) = section(rest) {
        rest = after;
        // The whole key is encrypted with OpenSSL's oldest scheme, which is one round of MD5.
        if body.contains("Proc-Type:") {
            return Err(CertificateError::Unsupported(
                "a key with OpenSSL's oldest encryption; convert it with `openssl pkcs8 -topk8`",
            ));
        }
        let decoded = || {
            let compact: String = body.split_whitespace().collect();
            BASE64_STANDARD.decode(compact).map_err(|_| CertificateError::Malformed)
        };
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                contents.certificates.push(decoded()?)
            }
            "PRIVATE KEY" => contents.keys.push(decoded()?),
            "RSA PRIVATE KEY" => contents.keys.push(wrapped(RSA, &decoded()?)),
            "EC PRIVATE KEY" => {
                let key = decoded()?;
                let curve = curve(&key)?;
                contents.keys.push(wrapped(&sequence(&[EC, &curve].concat()), &key));
            }
            "ENCRYPTED PRIVATE KEY" => {
                let password = password.ok_or(CertificateError::NoPassword)?;
                contents.keys.push(pkcs12::shrouded(&decoded()?, &Password::new(password))?);
            }
            _ => {}
        }
    }
    Ok(contents)
}

/// The next section: its label, its lines, and what follows.
fn section(text: &str) -> Option<(&str, &str, &str)> {
    let (_, after) = text.split_once("-----BEGIN ")?;
    let (label, after) = after.split_once("-----")?;
    let (body, after) = after.split_once(&format!("-----END {label}-----"))?;
    Some((label, body, after))
}

/// The algorithm of a PKCS #8 key, already encoded: rsaEncryption.
const RSA: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// id-ecPublicKey, to be followed by the curve.
const EC: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// Converts a key of an older form to PKCS #8, which is read everywhere else.
fn wrapped(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[&[INTEGER, 1, 0], algorithm, &tagged(OCTETS, key)].concat())
}

/// The curve that an EC key of the older form (SEC 1) names, as an element.
fn curve(key: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let mut key = Reader::new(key).enter(SEQUENCE)?;
    key.take(INTEGER)?;
    key.take(OCTETS)?;
    let curve = key.enter(context(0))?.take(OID)?.content;
    Ok(tagged(OID, curve))
}

fn sequence(content: &[u8]) -> Vec<u8> {
    tagged(SEQUENCE, content)
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let mut all = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => all.push(short),
        // At most eight digits, so it fits.
        _ => {
            all.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            all.extend(digits);
        }
    }
    all.extend_from_slice(content);
    all
}
