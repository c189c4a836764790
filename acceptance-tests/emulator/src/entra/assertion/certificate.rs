//! An assertion signed with the key of a certificate that is registered with the application.
//!
//! Source: Microsoft's page on certificate credentials for header and claims; the texts of errors from
//! threads. Trust by the certificate's subject and issuer, for which a client sends `x5c`, is for Microsoft's
//! own applications. Here `x5c` only must be right if it is present.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::entra::application::{Certificate, hexadecimal};
use crate::entra::assertion::AssertionCheck;
use crate::entra::error::EntraError;
use crate::entra::jwt::Jwt;
use crate::entra::key::decode;

/// Checks it: the key, the signature, the issuer, the audience and the time.
pub fn check(check: &AssertionCheck<'_>, jwt: &Jwt, client: &str) -> Result<(), EntraError> {
    let print = Thumbprint::of(jwt).ok_or_else(EntraError::thumbprint_missing)?;
    if let Some(sent) = jwt.header.get("x5c") {
        let leaf = leaf(sent).ok_or_else(|| EntraError::jwt_invalid("The x5c header cannot be read."))?;
        if !print.is_of(&leaf) {
            let text = "The first certificate of the x5c header is not the one the thumbprint names.";
            return Err(EntraError::jwt_invalid(text));
        }
    }
    let registered: Vec<Certificate> = check.application.keys().filter(|one| print.is_of(one)).collect();
    let Some(certificate) = registered.first() else {
        return Err(EntraError::key_unknown(&print.text(), client));
    };
    if !jwt.is_signed_by(&certificate.key) {
        return Err(EntraError::signature_wrong(certificate, client));
    }
    if check.now >= certificate.until || check.now < certificate.from {
        return Err(EntraError::key_expired(certificate, client));
    }
    for claim in ["iss", "sub"] {
        if !jwt.claim(claim).eq_ignore_ascii_case(client) {
            return Err(EntraError::assertion_of_another());
        }
    }
    if !jwt.audiences().iter().any(|audience| is_token_endpoint(audience, check)) {
        return Err(EntraError::assertion_for_another());
    }
    if jwt.claims.get("jti").is_some_and(|id| !id.is_string()) {
        return Err(EntraError::jwt_invalid("The jti claim is not text."));
    }
    check.times(jwt)
}

/// The first certificate of `x5c`, a list of DER in standard base64, or one text of it as older libraries send.
fn leaf(sent: &Value) -> Option<Certificate> {
    let first = match sent {
        Value::Array(chain) => chain.first()?.as_str()?,
        one => one.as_str()?,
    };
    Certificate::of_der(&STANDARD.decode(first).ok()?)
}

/// Whether an audience is this tenant's token endpoint, v1 or v2, or its issuer.
fn is_token_endpoint(audience: &str, check: &AssertionCheck<'_>) -> bool {
    let Some((_, port)) = check.base.rsplit_once(':') else { return false };
    let path = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .find_map(|host| audience.strip_prefix(&format!("https://{host}:{port}/")));
    let Some((tenant, rest)) = path.map(|path| path.split_once('/').unwrap_or((path, ""))) else {
        return false;
    };
    let ours =
        tenant.eq_ignore_ascii_case(check.tenant) || tenant.eq_ignore_ascii_case(&check.identity.tenant_id);
    ours && ["oauth2/v2.0/token", "oauth2/token", "v2.0", ""].contains(&rest)
}

/// How the header names the certificate.
enum Thumbprint {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
}

impl Thumbprint {
    fn of(jwt: &Jwt) -> Option<Self> {
        let text = |name: &str| jwt.header.get(name).and_then(Value::as_str);
        if let Some(print) = text("x5t#S256") {
            return decode(print).map(Self::Sha256);
        }
        if let Some(print) = text("x5t") {
            return decode(print).map(Self::Sha1);
        }
        // The oldest libraries have the thumbprint's digits here.
        let digits = text("kid").filter(|kid| kid.len() == 40)?;
        let bytes = (0..20).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok());
        bytes.collect::<Option<Vec<u8>>>().map(Self::Sha1)
    }

    fn is_of(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Sha1(print) => *print == certificate.sha1,
            Self::Sha256(print) => *print == certificate.sha256,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Sha1(print) | Self::Sha256(print) => hexadecimal(print),
        }
    }
}
