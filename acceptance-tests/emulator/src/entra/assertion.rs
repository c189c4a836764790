//! Client assertions: a JWT the client made, in place of a secret.
//!
//! Entra would check its signature against a registered certificate or a trusted issuer. The emulator has
//! neither, so it checks what it can: the form, the times, and who it speaks for (assumed; a wrong signature
//! passes).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::clock::Millis;
use crate::entra::Identity;

/// Checks an assertion; the error says what is wrong.
pub fn check(assertion: &str, identity: &Identity, now: Millis) -> Result<(), String> {
    let mut parts = assertion.split('.');
    let (Some(_), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("It is no JWT.".to_owned());
    };
    let claims: Value = URL_SAFE_NO_PAD
        .decode(claims)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or("Its claims cannot be read.")?;
    if signature.is_empty() {
        return Err("It is not signed.".to_owned());
    }
    let seconds = now / 1000;
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    if time("exp").is_none_or(|expires| seconds >= expires) {
        return Err("It has expired.".to_owned());
    }
    if time("nbf").is_some_and(|from| seconds.saturating_add(300) < from) {
        return Err("It is not valid yet.".to_owned());
    }
    // A certificate's assertion has the client as issuer and subject; a federated one has whatever its issuer
    // says.
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("");
    if text("iss") == text("sub") && !text("sub").eq_ignore_ascii_case(&identity.client_id) {
        return Err(format!("It speaks for '{}'.", text("sub")));
    }
    if text("sub").is_empty() {
        return Err("It has no subject.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(claims: &Value) -> Result<(), String> {
        let identity = Identity {
            tenant_id: "t".to_owned(),
            client_id: "c".to_owned(),
            client_secret: "s".to_owned(),
            object_id: "o".to_owned(),
            subscription_id: "sub".to_owned(),
        };
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
        check(&token, &identity, 1_000_000)
    }

    #[test]
    fn times_and_subject_are_checked() {
        assert!(verdict(&json!({"iss": "c", "sub": "c", "exp": 1001})).is_ok());
        assert!(verdict(&json!({"iss": "https://issuer", "sub": "repo:x", "exp": 1001})).is_ok());
        assert!(verdict(&json!({"iss": "d", "sub": "d", "exp": 1001})).is_err());
        assert!(verdict(&json!({"iss": "c", "sub": "c", "exp": 1000})).is_err());
        assert!(verdict(&json!({"iss": "c", "sub": "c", "exp": 9999, "nbf": 2000})).is_err());
        assert!(verdict(&json!({"exp": 1001})).is_err());
    }
}
