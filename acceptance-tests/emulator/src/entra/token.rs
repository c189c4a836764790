//! Access tokens: it makes them, and ARM's errors for invalid ones.

use std::collections::HashSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::signer::Signer;

/// Audiences that ARM accepts in addition to its own address, as in the public cloud.
const ARM_AUDIENCES: &[&str] =
    &["https://management.azure.com", "https://management.core.windows.net", "https://management.azure.com/"];

/// Other services that tokens exist for, so that a token with the wrong audience is possible.
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

/// The subject of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub tenant_id: String,
    /// The application.
    pub client_id: String,
    /// Its service principal's object id, or the user's.
    pub object_id: String,
    /// The name of a person, if it is one.
    pub user: Option<String>,
}

impl Subject {
    /// The application itself, in its own tenant.
    pub fn application(identity: &Identity) -> Self {
        Self {
            tenant_id: identity.tenant_id.clone(),
            client_id: identity.client_id.clone(),
            object_id: identity.object_id.clone(),
            user: None,
        }
    }

    /// The same in another tenant.
    #[must_use]
    pub fn in_tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant_id);
        self
    }
}

/// The identity of a checked token.
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

    /// The key, with which the emulator's own issuers of assertions also sign.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// A token for `audience`, valid from `now` for so many seconds.
    pub fn issue(
        &self,
        subject: &Subject,
        base: &str,
        audience: &str,
        now: Millis,
        seconds: u64,
    ) -> Option<String> {
        let from = now / 1000;
        let until = from.saturating_add_unsigned(seconds);
        let mut claims = json!({
            "aud": audience,
            "iss": format!("{base}/{}/", subject.tenant_id),
            "iat": from,
            "nbf": from,
            "exp": until,
            "aio": Uuid::new_v4().simple().to_string(),
            "appid": subject.client_id,
            "appidacr": "1",
            "idp": format!("{base}/{}/", subject.tenant_id),
            "idtyp": "app",
            "oid": subject.object_id,
            "sub": subject.object_id,
            "tid": subject.tenant_id,
            "uti": Uuid::new_v4().simple().to_string(),
            "ver": "1.0",
        });
        if let (Some(user), Some(members)) = (&subject.user, claims.as_object_mut()) {
            members.insert("idtyp".to_owned(), json!("user"));
            members.insert("appidacr".to_owned(), json!("0"));
            members.insert("upn".to_owned(), json!(user));
            members.insert("unique_name".to_owned(), json!(user));
            members.insert("scp".to_owned(), json!("user_impersonation"));
        }
        self.signer.sign(&claims)
    }

    /// Whether tokens exist for this audience.
    pub fn knows(audience: &str, base: &str) -> bool {
        is_arm(audience, base)
            || OTHER_AUDIENCES.iter().any(|known| audience.trim_end_matches('/').eq_ignore_ascii_case(known))
    }

    /// Expires this token from now on.
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
        // Validators allow five minutes of clock difference.
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

    /// Checks the `x-ms-authorization-auxiliary` header, and returns the tenants of its tokens.
    ///
    /// Source: Microsoft's page on authenticating across tenants, for the form and the limit of three; SDKs put commas
    /// or semicolons between them. The refusal is assumed.
    pub fn check_auxiliary(
        &self,
        header: Option<&str>,
        tenants: &[String],
        identity: &Identity,
        base: &str,
        now: Millis,
    ) -> Result<Vec<String>, ArmError> {
        let refuse =
            |text: &str| ArmError::unauthorized("InvalidAuxiliaryTokens", text, base, &identity.tenant_id);
        let Some(header) = header else { return Ok(Vec::new()) };
        let parts: Vec<&str> =
            header.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.len() > 3 {
            return Err(refuse("The 'x-ms-authorization-auxiliary' header has more than three tokens."));
        }
        parts
            .into_iter()
            .map(|part| {
                let token = match part.split_once(' ') {
                    Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
                    _ => {
                        return Err(refuse(
                            "The 'x-ms-authorization-auxiliary' header has an invalid format.",
                        ));
                    }
                };
                let claims =
                    self.signer.verify(token).ok_or_else(|| refuse("An auxiliary token is invalid."))?;
                let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("");
                let until = claims.get("exp").and_then(Value::as_i64).unwrap_or(0).saturating_mul(1000);
                if self.revoked.contains(token) || now >= until {
                    return Err(refuse("An auxiliary token has expired."));
                }
                if !is_arm(text("aud"), base) {
                    return Err(refuse("An auxiliary token is for another audience."));
                }
                let tenant = text("tid");
                tenants
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(tenant))
                    .cloned()
                    .ok_or_else(|| refuse("An auxiliary token is not from an auxiliary tenant."))
            })
            .collect()
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
        Identity { tenant_id: tenant.to_owned(), ..crate::testing::identity() }
    }

    fn tokens() -> Tokens {
        Tokens::new(crate::testing::signer())
    }

    fn code(tokens: &Tokens, header: Option<&str>, now: Millis) -> String {
        tokens.check(header, &identity("t"), BASE, now).map_or_else(|error| error.code, |_| "ok".to_owned())
    }

    #[test]
    fn every_wrong_token_has_its_code() {
        let mut tokens = tokens();
        let issue = |tokens: &Tokens, tenant: &str, audience: &str| {
            let subject = Subject::application(&identity(tenant));
            format!("Bearer {}", tokens.issue(&subject, BASE, audience, 1_000_000, 60).unwrap())
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
    fn auxiliary_tokens_are_from_auxiliary_tenants() {
        let tokens = tokens();
        let others = ["b".to_owned(), "c".to_owned()];
        let token = |tenant: &str, audience: &str, seconds: u64| {
            let subject = Subject::application(&identity("t")).in_tenant(tenant);
            format!("Bearer {}", tokens.issue(&subject, BASE, audience, 1_000_000, seconds).unwrap())
        };
        let check = |header: &str| {
            let checked = tokens.check_auxiliary(Some(header), &others, &identity("t"), BASE, 1_000_000);
            checked.map_or_else(|error| error.message, |tenants| tenants.join("+"))
        };
        let (b, c) = (token("b", BASE, 60), token("c", BASE, 60));
        assert_eq!(check(&format!("{b}, {c}")), "b+c");
        assert_eq!(check(&format!("{b};{c}")), "b+c");
        for (header, part) in [
            (format!("{b},{b},{c},{c}"), "three"),
            (b.replace("Bearer ", ""), "format"),
            (format!("{b}x"), "invalid"),
            (token("b", BASE, 0), "expired"),
            (token("b", "https://graph.microsoft.com", 60), "audience"),
            (token("d", BASE, 60), "not from"),
        ] {
            assert!(check(&header).contains(part), "{header}: {}", check(&header));
        }
    }

    #[test]
    fn audiences_of_arm_are_recognised() {
        assert!(is_arm("https://127.0.0.1:1/", BASE));
        assert!(is_arm("https://management.azure.com/", BASE));
        assert!(!is_arm("https://127.0.0.1:2", BASE));
        assert!(!is_arm("https://127.0.0.1.example.com:1", BASE));
        assert!(!Tokens::knows("https://example.com", BASE));
    }
}
