//! The token responses. Microsoft Entra, the endpoints of managed identities and the az CLI use different
//! names for the same members.

use azure_core::credentials::AccessToken;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::claims;

/// No authority issues a token for more than a day; the limit keeps sums in range.
const LONGEST: Duration = Duration::days(7);

/// A token, and when it expires.
pub(super) struct TokenAnswer {
    pub(super) token: String,
    end: Expiry,
}

enum Expiry {
    In(Duration),
    At(OffsetDateTime),
}

impl TokenAnswer {
    /// Reads `access_token` (`accessToken` of the az CLI) with `expires_on` (seconds since 1970) or
    /// `expires_in` (seconds), as numbers or texts; without either, the token's own `exp`. `None` if there is
    /// no token or no expiry after 1970, or if the token cannot be a header value.
    pub(super) fn read(json: &Value) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let token =
            text("access_token").or_else(|| text("accessToken")).filter(|token| is_header_text(token))?;
        let seconds = |name: &str| json.get(name).map(whole_number);
        let end = match (seconds("expires_in"), seconds("expires_on")) {
            (Some(lifetime), _) => Expiry::In(Duration::seconds(lifetime.filter(|s| *s > 0)?)),
            (None, Some(Some(then))) => Expiry::At(OffsetDateTime::from_unix_timestamp(then).ok()?),
            (None, _) => Expiry::At(OffsetDateTime::from_unix_timestamp(claims::expiry(token)?).ok()?),
        };
        Some(Self { token: token.to_owned(), end })
    }

    /// The token in azure_core's form; `asked` is the time of the request.
    pub(super) fn access_token(self, requested_at: OffsetDateTime) -> AccessToken {
        let expires = match self.end {
            Expiry::In(lifetime) => requested_at + lifetime.min(LONGEST),
            Expiry::At(then) => then.min(requested_at + LONGEST),
        };
        AccessToken::new(self.token, expires)
    }

    /// The response in Entra's form, for azure_identity, which counts `expires_in` from the system's clock.
    pub(super) fn into_entra(self, requested_at: OffsetDateTime) -> String {
        let token = self.access_token(requested_at);
        let lifetime = token.expires_on - OffsetDateTime::now_utc();
        json!({"token_type": "Bearer", "expires_in": lifetime.whole_seconds(), "access_token": token.token.secret()})
            .to_string()
    }

    /// The response in the az CLI's form, for azure_identity.
    pub(super) fn into_az_cli(self, requested_at: OffsetDateTime) -> String {
        let token = self.access_token(requested_at);
        let expires = token.expires_on.unix_timestamp();
        json!({"tokenType": "Bearer", "expires_on": expires, "accessToken": token.token.secret()}).to_string()
    }
}

/// Some authorities send numbers as text.
fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether a token can be a header value.
fn is_header_text(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn expires(answer: &Value) -> Option<i64> {
        let requested_at = OffsetDateTime::from_unix_timestamp(1_000).unwrap();
        Some(TokenAnswer::read(answer)?.access_token(requested_at).expires_on.unix_timestamp())
    }

    #[test]
    fn every_form_of_expiry_is_read() {
        assert_eq!(expires(&json!({"access_token": "t", "expires_in": 60})), Some(1_060));
        assert_eq!(
            expires(&json!({"access_token": "t", "expires_in": "60", "expires_on": "9"})),
            Some(1_060)
        );
        assert_eq!(expires(&json!({"access_token": "t", "expires_on": "2000"})), Some(2_000));
        assert_eq!(expires(&json!({"accessToken": "t", "expires_on": 2000})), Some(2_000));
        assert_eq!(expires(&json!({"access_token": "t", "expires_on": i64::MAX})), None);
        assert_eq!(
            expires(&json!({"access_token": "t", "expires_in": i64::MAX})),
            Some(1_000 + 7 * 24 * 3600)
        );
        let token = format!("e30.{}.s", URL_SAFE_NO_PAD.encode(r#"{"exp":3000}"#));
        assert_eq!(
            expires(&json!({"accessToken": token, "expiresOn": "2023-01-01 00:00:00.000000"})),
            Some(3_000)
        );
    }

    #[test]
    fn a_missing_token_or_expiry_is_an_error() {
        for bad in [
            json!({}),
            json!({"access_token": 7, "expires_in": 60}),
            json!({"access_token": "t"}),
            json!({"access_token": "t", "expires_in": 0}),
            json!({"access_token": "t", "expires_in": "soon"}),
            json!({"access_token": "", "expires_in": 60}),
            json!({"access_token": "a\nb", "expires_in": 60}),
        ] {
            assert_eq!(expires(&bad), None, "{bad}");
        }
    }
}
