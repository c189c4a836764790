//! Entra's errors: an OAuth error whose description begins with an AADSTS code.
//!
//! Source: Microsoft's page of AADSTS codes, and the texts that users paste into threads. The description has
//! the trace and correlation ids on lines of their own, and the JSON has escapes where .NET writes them: an
//! apostrophe is `\\u0027`. The errors of assertions are in `rejection.rs`.

use hyper::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::clock::{Millis, entra_time};
use crate::exchange::Reply;

/// An error of the token endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct EntraError {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

impl EntraError {
    pub(super) fn new(status: StatusCode, error: &'static str, code: u32, text: String) -> Self {
        Self { status, error, code, text }
    }

    /// The AADSTS number.
    pub fn code(&self) -> u32 {
        self.code
    }

    /// A required form member is missing.
    pub fn parameter_missing(name: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", 900_144, text)
    }

    /// An unsupported grant type.
    pub fn grant_unsupported(grant: &str) -> Self {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", 70_003, text)
    }

    /// Another tenant.
    pub fn tenant_unknown(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are \
             signing into the correct cloud. Check with your subscription administrator, this may happen \
             if there are no active subscriptions for the tenant."
        );
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", 90_002, text)
    }

    /// Another application.
    pub fn client_unknown(client: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. This can \
             happen if the application has not been installed by the administrator of the tenant or \
             consented to by any user in the tenant. You may have sent your authentication request to the \
             wrong tenant."
        );
        Self::new(StatusCode::BAD_REQUEST, "unauthorized_client", 700_016, text)
    }

    /// No secret and no assertion.
    pub fn credential_missing() -> Self {
        let text =
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' \
                    grant type."
                .to_owned();
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_216, text)
    }

    /// The wrong secret.
    pub fn secret_wrong(client: &str) -> Self {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client \
             secret value, not the client secret ID, for a secret added to app '{client}'."
        );
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_215, text)
    }

    /// A v2 scope that does not end in `/.default`.
    pub fn scope_invalid(scope: &str) -> Self {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope \
             value with /.default suffixed to the resource identifier (application ID URI)."
        );
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", 1_002_012, text)
    }

    /// A resource that nobody registered.
    pub fn resource_unknown(resource: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can \
             happen if the application has not been installed by the administrator of the tenant or \
             consented to by any user in the tenant. You might have sent your authentication request to \
             the wrong tenant."
        );
        Self::new(StatusCode::BAD_REQUEST, "invalid_resource", 500_011, text)
    }

    /// The response.
    pub fn reply(&self, base: &str, now: Millis, correlation: Option<&str>) -> Reply {
        let trace = Uuid::new_v4();
        let correlation = correlation.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let time = entra_time(now);
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}",
                self.code, self.text
            ),
            "error_codes": [self.code],
            "timestamp": time,
            "trace_id": trace.to_string(),
            "correlation_id": correlation,
            "error_uri": format!("{base}/error?code={}", self.code),
        });
        let mut reply = Reply::json(self.status, &body);
        reply.body = escaped(&body.to_string()).into();
        reply
    }
}

/// JSON as .NET writes it: these characters occur in texts only, so each can be replaced wherever it occurs.
fn escaped(json: &str) -> String {
    json.replace('\'', "\\u0027").replace('&', "\\u0026").replace('<', "\\u003C").replace('>', "\\u003E")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apostrophes_are_escaped_and_mean_the_same() {
        let reply = EntraError::tenant_unknown("a'b<c>").reply("https://h", 0, None);
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(!text.contains('\'') && text.contains("\\u0027a\\u0027b\\u003Cc\\u003E\\u0027"), "{text}");
        assert!(reply.value()["error_description"].as_str().unwrap().contains("Tenant 'a'b<c>' not found"));
    }
}
