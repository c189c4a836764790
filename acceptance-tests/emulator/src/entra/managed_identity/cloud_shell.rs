//! The form of Cloud Shell: `POST {MSI_ENDPOINT}` with the resource in a form, and the header `Metadata: true`.
//!
//! Source: Microsoft's authentication libraries. Whoever is signed in to the shell gets the token: there is no choice of
//! an identity.

use hyper::{Method, StatusCode};

use crate::entra::managed_identity::instance_metadata::headers_wrong;
use crate::entra::managed_identity::{ManagedIdentity, refuse};
use crate::entra::token::Subject;
use crate::exchange::{Reply, Request};

impl ManagedIdentity<'_> {
    /// Handles it.
    pub fn cloud_shell(&self, request: &Request) -> Reply {
        if request.method != Method::POST {
            return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with("allow", "POST");
        }
        if let Some(refusal) = headers_wrong(request) {
            return refusal;
        }
        let mut form = url::form_urlencoded::parse(&request.body);
        let Some((_, resource)) = form.find(|(name, value)| name == "resource" && !value.is_empty()) else {
            return refuse("invalid_request", "Required audience parameter not specified");
        };
        let subject = Subject::application(self.identity);
        self.members(request, &subject, &resource)
            .map_or_else(|refusal| *refusal, |body| Reply::json(StatusCode::OK, &body))
    }
}
