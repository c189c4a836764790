//! The form of the instance metadata service: `GET /metadata/identity/oauth2/token`.
//!
//! Source: Microsoft's page on managed identities on virtual machines, and that of the service for the headers. The
//! status for a forwarded request is assumed.

use crate::entra::managed_identity::{ManagedIdentity, Missing, Names, refuse};
use crate::exchange::{Reply, Request};

const NAMES: Names =
    Names { client: &["client_id"], object: &["object_id"], resource: &["msi_res_id", "mi_res_id"] };

impl ManagedIdentity<'_> {
    /// Handles it: the header `Metadata: true` is required, and a request that came through a proxy is
    /// refused.
    pub fn instance_metadata(&self, request: &Request) -> Reply {
        if let Some(refusal) = headers_wrong(request) {
            return refusal;
        }
        if request.parameter("api-version").is_none() {
            return refuse("invalid_request", "Required query variable 'api-version' is missing");
        }
        let Some(resource) = request.parameter("resource") else {
            return refuse("invalid_request", "Required audience parameter not specified");
        };
        let subject = match self.subject(request, &NAMES) {
            Ok(subject) => subject,
            Err(Missing::Unknown) => return refuse("invalid_request", "Identity not found"),
            Err(Missing::Ambiguous) => {
                let text = "Multiple user assigned identities exist, please specify the clientId / resourceId of \
                            the identity in the token request";
                return refuse("invalid_request", text);
            }
            Err(Missing::NamedTwice) => {
                return refuse(
                    "invalid_request",
                    "Only one of client_id, object_id and msi_res_id may be specified",
                );
            }
        };
        self.members(request, &subject, resource)
            .map_or_else(|refusal| *refusal, |body| Reply::json(hyper::StatusCode::OK, &body))
            .with("server", "IMDS/150.870.65.1015")
    }
}

/// The refusal of a request that a web page could have caused.
pub fn headers_wrong(request: &Request) -> Option<Reply> {
    if request.header("x-forwarded-for").is_some() {
        return Some(refuse("invalid_request", "Requests with the header X-Forwarded-For are not served"));
    }
    let has_it = request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    (!has_it).then(|| refuse("invalid_request", "Required metadata header not specified"))
}
