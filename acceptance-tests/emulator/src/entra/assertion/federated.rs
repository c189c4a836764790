//! An assertion of an issuer that a federated credential names.
//!
//! Source: Microsoft's pages on workload identity federation: issuer, subject and audience are compared whole and
//! with their case. The texts of errors from threads of Azure/login and Azure/azure-workload-identity.

use serde_json::Value;

use crate::entra::application::FederatedCredential;
use crate::entra::assertion::AssertionCheck;
use crate::entra::error::EntraError;
use crate::entra::issuer::Issuer;
use crate::entra::jwt::Jwt;
use crate::entra::key::PublicKey;

/// Checks it: the credential, the issuer's signature, and the time.
pub fn check(check: &AssertionCheck<'_>, jwt: &Jwt) -> Result<(), EntraError> {
    let credential = matching(check, jwt)?;
    let issuer = jwt.claim("iss");
    let keys: Vec<PublicKey> = if Issuer::of_address(issuer, check.base).is_some() {
        vec![check.own_key.clone()]
    } else {
        let keys = credential.jwks.get("keys").and_then(Value::as_array);
        keys.into_iter().flatten().filter_map(PublicKey::of_jwk).collect()
    };
    if keys.is_empty() {
        // Entra would fetch them; the emulator sends no requests.
        return Err(EntraError::issuer_unreachable());
    }
    if !keys.iter().any(|key| jwt.is_signed_by(key)) {
        let key = jwt.header.get("kid").and_then(Value::as_str).unwrap_or("");
        return Err(EntraError::issuer_key_unknown(key, issuer));
    }
    check.times(jwt)
}

/// The credential for this assertion; the error names the first of the three that no credential has.
fn matching<'a>(check: &AssertionCheck<'a>, jwt: &Jwt) -> Result<&'a FederatedCredential, EntraError> {
    let (issuer, subject) = (jwt.claim("iss"), jwt.claim("sub"));
    let own = Issuer::of_address(issuer, check.base);
    let of_issuer: Vec<_> = check
        .application
        .federated_credentials
        .iter()
        .filter(|one| {
            let known = one.issuer(check.base);
            known == issuer || (own.is_some() && Issuer::of_address(&known, check.base) == own)
        })
        .collect();
    if of_issuer.is_empty() {
        return Err(EntraError::no_federated_credential("issuer", issuer));
    }
    let of_subject: Vec<_> = of_issuer.iter().filter(|one| one.subject == subject).collect();
    if of_subject.is_empty() {
        return Err(if of_issuer.iter().any(|one| one.subject.eq_ignore_ascii_case(subject)) {
            EntraError::federated_subject_case(subject)
        } else {
            EntraError::no_federated_credential("subject", subject)
        });
    }
    let audiences = jwt.audiences();
    of_subject
        .into_iter()
        .find(|one| audiences.contains(&one.audience.as_str()))
        .copied()
        .ok_or_else(|| EntraError::no_federated_credential("audience", audiences.first().unwrap_or(&"")))
}
