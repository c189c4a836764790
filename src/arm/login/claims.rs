//! The claims of a token about its holder. Tokens are meant for the service alone. Other Azure providers read
//! the same claims, and callers must cope with their absence.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The object id of the principal that a token was issued to.
pub(in crate::arm) fn object_id(token: &str) -> Option<String> {
    claims(token)?.get("oid")?.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// When a token expires, in seconds since 1970.
pub(super) fn expiry(token: &str) -> Option<i64> {
    claims(token)?.get("exp")?.as_i64()
}

fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_or_absent() {
        let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(object_id(&token(r#"{"oid":"me"}"#)).as_deref(), Some("me"));
        assert_eq!(expiry(&token(r#"{"exp":17}"#)), Some(17));
        for wrong in [token("{}"), token(r#"{"oid":7}"#), token("x"), "opaque".to_owned(), "a.%.b".to_owned()]
        {
            assert_eq!((object_id(&wrong), expiry(&wrong)), (None, None), "{wrong}");
        }
    }
}
