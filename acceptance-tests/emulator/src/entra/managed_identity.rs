//! Managed identity, in the forms of the instance metadata service and of App Service.
//!
//! Source: Microsoft's pages on managed identities on virtual machines and in App Service.

use hyper::StatusCode;
use serde_json::json;

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::token::Tokens;
use crate::exchange::{Reply, Request};

/// What the endpoints need to know.
#[derive(Clone, Copy, Debug)]
pub struct ManagedIdentity<'a> {
    /// The identity of the machine.
    pub identity: &'a Identity,
    /// Makes the tokens.
    pub tokens: &'a Tokens,
    /// The time, as the emulator's clock shows it.
    pub now: Millis,
    /// How long a token lives.
    pub seconds: u64,
}

impl ManagedIdentity<'_> {
    /// `GET /metadata/identity/oauth2/token`: the header `Metadata: true` is required.
    pub fn instance_metadata(&self, request: &Request) -> Reply {
        if !request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return refuse("invalid_request", "Required metadata header not specified");
        }
        if request.parameter("api-version").is_none() {
            return refuse("invalid_request", "Required query variable 'api-version' is missing");
        }
        self.token(request)
    }

    /// `GET /msi/token`: the header `X-IDENTITY-HEADER` must carry the client secret.
    pub fn app_service(&self, request: &Request) -> Reply {
        if request.header("x-identity-header") != Some(self.identity.client_secret.as_str()) {
            let body = json!({"statusCode": 401, "message": "The identity header is missing or wrong."});
            return Reply::json(StatusCode::UNAUTHORIZED, &body);
        }
        self.token(request)
    }

    fn token(&self, request: &Request) -> Reply {
        let Some(resource) = request.parameter("resource") else {
            return refuse("invalid_request", "Required audience parameter not specified");
        };
        let asked = request.parameter("client_id").or_else(|| request.parameter("object_id"));
        let ours = [&self.identity.client_id, &self.identity.object_id];
        if asked.is_some_and(|asked| !ours.iter().any(|own| own.eq_ignore_ascii_case(asked))) {
            return refuse("invalid_request", "Identity not found");
        }
        if !Tokens::knows(resource, &request.base) {
            let text = format!(
                "AADSTS500011: The resource principal named {resource} was not found in the tenant named {}.",
                self.identity.tenant_id
            );
            return refuse("invalid_resource", &text);
        }
        let issued = self.tokens.issue(self.identity, &request.base, resource, self.now, self.seconds);
        let Some(token) = issued else { return Reply::empty(StatusCode::INTERNAL_SERVER_ERROR) };
        let from = self.now / 1000;
        let body = json!({
            "access_token": token,
            "client_id": self.identity.client_id,
            "expires_in": self.seconds.to_string(),
            "expires_on": from.saturating_add_unsigned(self.seconds).to_string(),
            "ext_expires_in": self.seconds.to_string(),
            "not_before": from.to_string(),
            "resource": resource,
            "token_type": "Bearer",
        });
        Reply::json(StatusCode::OK, &body)
    }
}

fn refuse(error: &str, description: &str) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, &json!({"error": error, "error_description": description}))
}
