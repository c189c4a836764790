//! Access tokens: how they are made, and what ARM says to each wrong one.

use std::collections::HashSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::signer::Signer;

/// Audiences ARM takes besides its own address, as in the public cloud.
const ARM_AUDIENCES: &[&str] =
    &["https://management.azure.com", "https://management.core.windows.net", "https://management.azure.com/"];

/// Other services a token can be had for, so that a token with the wrong audience is a real thing.
const OTHER_AUDIENCES: &[&str] = &[
    "https://graph.microsoft.com",
    "https://graph.windows.net",
    "https://vault.azure.net",
    "https://storage.azure.com",
];

/// Makes and checks tokens.
#[derive(Debug)]
pub struct Tokens {
    signer: Signer,
    revoked: HashSet<String>,
}

/// Who a checked token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The service principal's object id.
    pub object_id: String,
    /// The application.
    pub client_id: String,
}

impl Tokens {
    /// Tokens signed by this key.
    pub fn new(signer: Signer) -> Self {
        Self { signer, revoked: HashSet::new() }
    }

    /// The public key.
    pub fn public_key(&self) -> Value {
        self.signer.public()
    }

    /// A token for `audience`, valid from `now` for so many seconds.
    pub fn issue(
        &self,
        identity: &Identity,
        base: &str,
        audience: &str,
        now: Millis,
        seconds: u64,
    ) -> Option<String> {
        let from = now / 1000;
        let until = from.saturating_add_unsigned(seconds);
        self.signer.sign(&json!({
            "aud": audience,
            "iss": format!("{base}/{}/", identity.tenant_id),
            "iat": from,
            "nbf": from,
            "exp": until,
            "aio": Uuid::new_v4().simple().to_string(),
            "appid": identity.client_id,
            "appidacr": "1",
            "idp": format!("{base}/{}/", identity.tenant_id),
            "idtyp": "app",
            "oid": identity.object_id,
            "sub": identity.object_id,
            "tid": identity.tenant_id,
            "uti": Uuid::new_v4().simple().to_string(),
            "ver": "1.0",
        }))
    }

    /// Whether a token can be had for this audience.
    pub fn knows(audience: &str, base: &str) -> bool {
        is_arm(audience, base)
            || OTHER_AUDIENCES.iter().any(|known| audience.trim_end_matches('/').eq_ignore_ascii_case(known))
    }

    /// From now on, this token has expired.
    pub fn revoke(&mut self, token: &str) {
        self.revoked.insert(token.to_owned());
    }

    /// Checks the `Authorization` header of a request to ARM.
    pub fn check(
        &self,
        authorization: Option<&str>,
        identity: &Identity,
        base: &str,
        now: Millis,
    ) -> Result<Caller, ArmError> {
        let refuse = |code: &str, text: &str| ArmError::unauthorized(code, text, base, &identity.tenant_id);
        let Some(authorization) = authorization else {
            return Err(refuse(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            ));
        };
        let token = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => {
                return Err(refuse(
                    "AuthenticationFailedInvalidHeader",
                    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
                ));
            }
        };
        let Some(claims) = self.signer.verify(token) else {
            return Err(refuse("InvalidAuthenticationToken", "The access token is invalid."));
        };
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("");
        let time = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or(0).saturating_mul(1000);
        if self.revoked.contains(token) || now >= time("exp") {
            return Err(refuse(
                "ExpiredAuthenticationToken",
                &format!(
                    "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                    crate::clock::rfc3339(time("exp")),
                    crate::clock::rfc3339(now)
                ),
            ));
        }
        // Five minutes are what validators allow clocks to differ.
        if now < time("nbf").saturating_sub(300_000) {
            return Err(refuse("InvalidAuthenticationToken", "The access token is not valid yet."));
        }
        if !is_arm(text("aud"), base) {
            return Err(refuse(
                "InvalidAuthenticationTokenAudience",
                &format!(
                    "The access token has been obtained for wrong audience or resource '{}'. It should \
                     exactly match with one of the allowed audiences '{base}/','{base}'.",
                    text("aud")
                ),
            ));
        }
        if !text("tid").eq_ignore_ascii_case(&identity.tenant_id) {
            return Err(refuse(
                "InvalidAuthenticationTokenTenant",
                &format!(
                    "The access token is from the wrong issuer '{}'. It must match the tenant '{base}/{}/' \
                     associated with this subscription. Please use the authority (URL) '{base}/{}' to get \
                     the token.",
                    text("iss"),
                    identity.tenant_id,
                    identity.tenant_id
                ),
            ));
        }
        Ok(Caller { object_id: text("oid").to_owned(), client_id: text("appid").to_owned() })
    }
}

/// Whether an audience is ARM's: its own address under any loopback name, or one of the public cloud's.
fn is_arm(audience: &str, base: &str) -> bool {
    let audience = audience.trim_end_matches('/');
    let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
    let loopback = ["https://127.0.0.1", "https://localhost", "https://[::1]"]
        .iter()
        .any(|host| audience.strip_prefix(host).is_some_and(|rest| rest.starts_with(':')));
    ARM_AUDIENCES.iter().any(|known| audience.eq_ignore_ascii_case(known.trim_end_matches('/')))
        || audience.eq_ignore_ascii_case(base)
        || (loopback && port(audience) == port(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://127.0.0.1:1";

    fn identity(tenant: &str) -> Identity {
        Identity {
            tenant_id: tenant.to_owned(),
            client_id: "c".to_owned(),
            client_secret: "s".to_owned(),
            object_id: "o".to_owned(),
            subscription_id: "sub".to_owned(),
        }
    }

    fn tokens() -> Tokens {
        Tokens::new(Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap())
    }

    fn code(tokens: &Tokens, header: Option<&str>, now: Millis) -> String {
        tokens.check(header, &identity("t"), BASE, now).map_or_else(|error| error.code, |_| "ok".to_owned())
    }

    #[test]
    fn every_wrong_token_has_its_code() {
        let mut tokens = tokens();
        let issue = |tokens: &Tokens, tenant: &str, audience: &str| {
            format!("Bearer {}", tokens.issue(&identity(tenant), BASE, audience, 1_000_000, 60).unwrap())
        };
        let good = issue(&tokens, "t", "https://localhost:1/");
        assert_eq!(code(&tokens, Some(&good), 1_000_000), "ok");
        assert_eq!(code(&tokens, None, 1_000_000), "AuthenticationFailed");
        assert_eq!(code(&tokens, Some("Basic x"), 1_000_000), "AuthenticationFailedInvalidHeader");
        assert_eq!(code(&tokens, Some("Bearer x.y.z"), 1_000_000), "InvalidAuthenticationToken");
        assert_eq!(code(&tokens, Some(&good), 1_060_000), "ExpiredAuthenticationToken");
        assert_eq!(code(&tokens, Some(&good), 600_000), "InvalidAuthenticationToken");
        let graph = issue(&tokens, "t", "https://graph.microsoft.com");
        assert_eq!(code(&tokens, Some(&graph), 1_000_000), "InvalidAuthenticationTokenAudience");
        let stranger = issue(&tokens, "other", BASE);
        assert_eq!(code(&tokens, Some(&stranger), 1_000_000), "InvalidAuthenticationTokenTenant");
        tokens.revoke(good.trim_start_matches("Bearer "));
        assert_eq!(code(&tokens, Some(&good), 1_000_000), "ExpiredAuthenticationToken");
    }

    #[test]
    fn audiences() {
        assert!(is_arm("https://127.0.0.1:1/", BASE));
        assert!(is_arm("https://management.azure.com/", BASE));
        assert!(!is_arm("https://127.0.0.1:2", BASE));
        assert!(!is_arm("https://127.0.0.1.example.com:1", BASE));
        assert!(!Tokens::knows("https://example.com", BASE));
    }
}
