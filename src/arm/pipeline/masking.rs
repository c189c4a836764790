//! Bodies for the log, with their secrets masked.
//!
//! Token requests and responses are shown by an allow-list of names: everything else in them counts as
//! secret. Azure Resource Manager's own bodies contain what the user wrote and what the resources are, so
//! they are shown, except members whose name indicates a secret and anything that looks like a token. A body
//! that is neither JSON nor a form is never shown.

use super::address::shown_url;
use serde_json::Value;
use url::{Url, form_urlencoded};

const MASK: &str = "***";

/// The kind of bodies, which decides what is masked in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// Bodies of Azure Resource Manager.
    Arm,
    /// Bodies of services that issue tokens, or that publish the addresses of a cloud.
    Login,
}

/// Names that may be shown of a token exchange.
const SHOWN_IN_LOGIN: [&str; 34] = [
    "activedirectoryendpoint",
    "api-version",
    "audience",
    "audiences",
    "authentication",
    "client_assertion_type",
    "client_id",
    "code",
    "correlation_id",
    "count",
    "error",
    "error_codes",
    "error_description",
    "error_uri",
    "expires_in",
    "expires_on",
    "expireson",
    "ext_expires_in",
    "grant_type",
    "identityprovider",
    "loginendpoint",
    "message",
    "name",
    "not_before",
    "resource",
    "resourcemanager",
    "scope",
    "suberror",
    "tenant",
    "timestamp",
    "token_type",
    "tokentype",
    "trace_id",
    "portal",
];

/// Words that indicate a secret, anywhere in a member's name.
const SECRET: [&str; 9] =
    ["token", "secret", "password", "assertion", "credential", "privatekey", "accesskey", "signature", "sas"];

/// Names that contain one of those words but no secret.
const NOT_SECRET: [&str; 2] = ["tokentype", "passwordauthentication"];

impl BodyKind {
    /// The body as the log may show it. `known` are the secrets of the request; whatever repeats them is
    /// masked too.
    pub(super) fn shown(self, body: &[u8], is_form: bool, known: &[String]) -> String {
        if body.trim_ascii().is_empty() {
            return String::new();
        }
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let shown = if is_form {
            self.form(body)
        } else if let Ok(json) = serde_json::from_slice::<Value>(body) {
            self.json(json, None).to_string()
        } else {
            return format!("{} bytes that are not JSON", body.len());
        };
        without(known, shown)
    }

    /// The secrets of a form, to mask them in the response.
    pub(super) fn secrets(self, form: &[u8]) -> Vec<String> {
        let pairs = form_urlencoded::parse(form);
        let secret = pairs.filter(|(name, value)| self.is_masked(name) && is_long_enough(value));
        secret.flat_map(|(_, value)| secret_forms(&value)).collect()
    }

    fn form(self, body: &[u8]) -> String {
        let shown = |(name, value): (_, String)| format!("{name}={value}");
        let masked = |name: &str, value: &str| match self.is_masked(name) || hides_a_secret(name, value) {
            true => MASK.to_owned(),
            false => without_tokens(value),
        };
        let pairs = form_urlencoded::parse(body).map(|(name, value)| {
            let value = masked(&name, &value);
            (name, value)
        });
        pairs.map(shown).collect::<Vec<_>>().join("&")
    }

    fn json(self, value: Value, name: Option<&str>) -> Value {
        let masked = name.is_some_and(|name| self.is_masked(name));
        match value {
            // The members of a list or an object are checked; under a harmless name, they are checked by
            // their own names.
            Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| {
                        let value = self.json(value, Some(&name));
                        (name, value)
                    })
                    .collect(),
            ),
            Value::Array(all) => Value::Array(all.into_iter().map(|one| self.json(one, name)).collect()),
            Value::Null | Value::Bool(_) => value,
            Value::Number(_) if !masked => value,
            Value::String(text) if !masked && !name.is_some_and(|name| hides_a_secret(name, &text)) => {
                Value::String(self.text(&text))
            }
            _ => MASK.into(),
        }
    }

    fn text(self, text: &str) -> String {
        match Url::parse(text) {
            Ok(url) if url.has_host() => shown_url(&url),
            // A link without its host, such as one to a next page.
            _ if text.starts_with('/') && text.contains('?') => relative(text),
            _ => without_tokens(text),
        }
    }

    fn is_masked(self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        match self {
            Self::Login => !SHOWN_IN_LOGIN.contains(&lower.as_str()),
            Self::Arm => {
                let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
                SECRET.iter().any(|word| plain.contains(word)) && !NOT_SECRET.contains(&plain.as_str())
            }
        }
    }
}

/// Whether a client id may be a secret that was set in its place: those of Entra are GUIDs.
fn hides_a_secret(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("client_id") && value.len() >= 8 && uuid::Uuid::parse_str(value).is_err()
}

/// A text without these secrets.
fn without(known: &[String], text: String) -> String {
    known.iter().fold(text, |text, secret| text.replace(secret.as_str(), MASK))
}

/// A header or an address for the log: without the secrets of the request, and without tokens.
pub(super) fn shown_text(text: &str, known: &[String]) -> String {
    without(known, without_tokens(text))
}

/// A program's output, for a message: without tokens, without long random-looking words, and without the
/// value after a name such as `accessToken` or `--password`.
pub(in crate::arm) fn without_secrets(text: &str) -> String {
    let text = without_tokens(text);
    let belongs = |c: char| c.is_ascii_alphanumeric() || "-_.~+/*".contains(c);
    let mut shown = String::with_capacity(text.len());
    let (mut rest, mut last, mut hides_next) = (text.as_str(), "", false);
    while !rest.is_empty() {
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let gap_end = after.find(belongs).unwrap_or(after.len());
        let (gap, after) = after.split_at(gap_end);
        if !word.is_empty() {
            shown.push_str(if hides_next || is_opaque(word) { MASK } else { word });
            last = word;
        }
        shown.push_str(gap);
        let is_value = gap.contains([':', '=']) || (last.starts_with("--") && gap.trim().is_empty());
        let is_scheme = last.eq_ignore_ascii_case("bearer") && gap.trim().is_empty();
        hides_next = is_scheme || (is_value && BodyKind::Arm.is_masked(last));
        rest = after;
    }
    shown
}

/// Whether a word is a key or token rather than readable text. An address or path begins with a slash here.
fn is_opaque(word: &str) -> bool {
    let mixed =
        word.contains(|c: char| c.is_ascii_digit()) && word.contains(|c: char| c.is_ascii_alphabetic());
    word.len() >= 80 && mixed && !word.starts_with('/')
}

/// A link without scheme and host, its query shown like any other.
fn relative(link: &str) -> String {
    const BASE: &str = "https://here.invalid";
    let absolute = Url::parse(BASE).and_then(|base| base.join(link));
    absolute.map_or_else(|_| MASK.to_owned(), |url| shown_url(&url).trim_start_matches(BASE).to_owned())
}

/// A secret in plain, form-encoded and JSON-encoded form, if it is long enough to be distinguished from other
/// words.
pub(super) fn secret_forms(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned(), form_urlencoded::byte_serialize(secret.as_bytes()).collect()];
    all.push(Value::from(secret).to_string().trim_matches('"').to_owned());
    all.retain(|one| is_long_enough(one));
    all
}

fn is_long_enough(text: &str) -> bool {
    text.len() >= 4
}

/// A text without anything that looks like a JSON web token: three parts in base64, the first an object.
fn without_tokens(text: &str) -> String {
    if !text.contains("eyJ") {
        return text.to_owned();
    }
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        let end = token.find(|c| !belongs(c)).unwrap_or(token.len());
        let (word, after) = token.split_at(end);
        shown.push_str(before);
        shown.push_str(if word.len() > 16 { MASK } else { word });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(bodies: BodyKind, body: &Value) -> String {
        bodies.shown(body.to_string().as_bytes(), false, &[])
    }

    #[test]
    fn only_harmless_members_of_a_login_are_shown() {
        let form = b"client_id=5a1c0000-0000-4000-8000-000000000001&client_secret=s3cr3t%2B&client_assertion=abc&grant_type=client_credentials&new_thing=x";
        let text = BodyKind::Login.shown(form, true, &[]);
        assert_eq!(
            text,
            "client_id=5a1c0000-0000-4000-8000-000000000001&client_secret=***&client_assertion=***&grant_type=client_credentials&new_thing=***"
        );
        assert_eq!(BodyKind::Login.shown(b"client_id=s3cr3t-word", true, &[]), "client_id=***");
        let answer = json!({"token_type": "Bearer", "expires_in": 9, "access_token": "t0ken", "value": "id", "oidcToken": "x", "new": [1, {"a": "b"}]});
        let text = shown(BodyKind::Login, &answer);
        for hidden in ["t0ken", "\"id\"", "\"x\"", "\"b\"", "[1"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(text.contains("Bearer") && text.contains('9'), "{text}");
    }

    #[test]
    fn everything_of_azure_except_secrets_is_shown() {
        let body = json!({"properties": {"mode": "Audit", "adminPassword": "hidden-1", "sas_token": "hidden-2",
            "note": "sent eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln with it",
            "path": "/metadata/identity/oauth2/token"},
            "nextLink": "https://arm.example/x?api-version=1&$skiptoken=hidden-3",
            "more": "/x/y?api-version=2&$skiptoken=hidden-4"});
        let text = shown(BodyKind::Arm, &body);
        assert!(!text.contains("hidden") && !text.contains("eyJ"), "{text}");
        for plain in [
            "Audit",
            "/metadata/identity/oauth2/token",
            "sent *** with it",
            "api-version=1",
            "\"/x/y?api-version=2&$skiptoken=REDACTED\"",
        ] {
            assert!(text.contains(plain), "{plain}: {text}");
        }
    }

    #[test]
    fn secrets_of_the_request_are_masked_in_the_response() {
        let known = BodyKind::Login.secrets(b"client_id=me-too&client_secret=s3%2Fcr%223t&x=ab");
        let body = json!({"error_description": "not s3/cr\"3t, nor s3%2Fcr%223t, but me-too"});
        let text = BodyKind::Login.shown(body.to_string().as_bytes(), false, &known);
        assert!(!text.contains("3t") && text.contains("me-too"), "{text}");
    }

    #[test]
    fn the_output_of_a_program_is_shown_without_secrets() {
        let plain = "ERROR: AADSTS700082: The refresh token has expired. Trace ID: 6c1e0000-0000-4000-8000-000000000002\n\
                     az login --scope https://management.example/.default, /a/path/that/is/very/long/and/has/no/secret/in/it/at/all/but/a/digit/1/x";
        assert_eq!(without_secrets(plain), plain);
        let long = format!("x{}", "8Q~a".repeat(30));
        for (text, expected) in [
            ("accessToken: abc next", "accessToken: *** next"),
            ("{\"access_token\": \"abc\", \"a\": 1}", "{\"access_token\": \"***\", \"a\": 1}"),
            ("client_secret=a.b~c&x=1", "client_secret=***&x=1"),
            ("az login --password hunter2 -u me", "az login --password *** -u me"),
            ("Authorization: Bearer abc def", "Authorization: Bearer *** def"),
            (long.as_str(), "***"),
        ] {
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn a_header_is_shown_without_secrets_of_the_request() {
        let known = secret_forms("s3cr3t-8Q~");
        assert_eq!(shown_text("id-s3cr3t-8Q~-1", &known), "id-***-1");
        assert_eq!(shown_text("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln", &[]), MASK);
    }

    #[test]
    fn only_json_and_forms_are_shown() {
        assert_eq!(BodyKind::Arm.shown(b"<html>hidden</html>", false, &[]), "19 bytes that are not JSON");
        assert_eq!(BodyKind::Arm.shown(b" \n", false, &[]), "");
        assert_eq!(BodyKind::Arm.shown(b"\xef\xbb\xbf{\"a\":1}", false, &[]), "{\"a\":1}");
    }
}
