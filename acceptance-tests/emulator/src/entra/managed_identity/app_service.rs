//! The form of App Service: `GET {IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=`, with
//! `IDENTITY_HEADER` as a header.
//!
//! Source: Microsoft's page on managed identities in App Service; the text for an identity that the application does
//! not have from threads.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::entra::managed_identity::{ManagedIdentity, Names};
use crate::exchange::{Reply, Request};

const NAMES: Names = Names {
    client: &["client_id"],
    object: &["principal_id", "object_id"],
    resource: &["mi_res_id", "msi_res_id"],
};

impl ManagedIdentity<'_> {
    /// Handles it; the header must contain the client secret.
    pub fn app_service(&self, request: &Request) -> Reply {
        if request.header("x-identity-header") != Some(self.identity.client_secret.as_str()) {
            return refused(StatusCode::UNAUTHORIZED, "The identity header is missing or wrong.");
        }
        if request.parameter("api-version") != Some("2019-08-01") {
            return refused(StatusCode::BAD_REQUEST, "The api-version is missing or not supported.");
        }
        let Some(resource) = request.parameter("resource") else {
            return refused(StatusCode::BAD_REQUEST, "The resource is missing.");
        };
        let Ok(subject) = self.subject(request, &NAMES) else {
            return refused(
                StatusCode::BAD_REQUEST,
                "No User Assigned or Delegated Managed Identity found for specified \
                 ClientId/ResourceId/PrincipalId.",
            );
        };
        match self.members(request, &subject, resource) {
            Ok(Value::Object(mut members)) => {
                for name in ["expires_in", "ext_expires_in", "not_before"] {
                    members.remove(name);
                }
                Reply::json(StatusCode::OK, &Value::Object(members))
            }
            Ok(_) => Reply::empty(StatusCode::INTERNAL_SERVER_ERROR),
            Err(refusal) => *refusal,
        }
    }
}

fn refused(status: StatusCode, message: &str) -> Reply {
    Reply::json(status, &json!({"statusCode": status.as_u16(), "message": message}))
}
