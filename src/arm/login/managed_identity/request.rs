//! The request of each platform.

use super::super::super::secret::Secret;
use super::{IdentityEndpoint, IdentitySelector, ManagedIdentity};
use azure_core::http::headers::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use azure_core::http::{Method, Request};
use url::form_urlencoded;

const METADATA: HeaderName = HeaderName::from_static("metadata");
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-identity-header");

/// Takes the resource of a token, returns the first request.
///
/// The forms: "How to use managed identities on a VM: acquire a token using HTTP" (`client_id`, `object_id`,
/// `msi_res_id`), "App Service: REST endpoint reference" (`client_id`, `object_id`, `mi_res_id`), "Authenticate against
/// Azure resources with Azure Arc-enabled servers", and Cloud Shell's form post.
pub(super) fn first(settings: &ManagedIdentity, resource: &str) -> Request {
    let with_query = |url: &super::MachineUrl, usual: &str, resource_name: &str| {
        let mut url = url.0.clone();
        let version = settings.api_version.as_deref().unwrap_or(usual);
        let given = url.query_pairs().any(|(name, _)| name == "api-version");
        let mut query = url.query_pairs_mut();
        if !given || settings.api_version.is_some() {
            query.append_pair("api-version", version);
        }
        query.append_pair("resource", resource);
        match &settings.identity {
            IdentitySelector::System => {}
            IdentitySelector::Client(id) => drop(query.append_pair("client_id", id)),
            IdentitySelector::Object(id) => drop(query.append_pair("object_id", id)),
            IdentitySelector::Resource(id) => drop(query.append_pair(resource_name, id)),
        }
        drop(query);
        Request::new(url, Method::Get)
    };
    match &settings.endpoint {
        IdentityEndpoint::Imds(url) => {
            let mut request = with_query(url, "2018-02-01", "msi_res_id");
            request.insert_header(METADATA, "true");
            request
        }
        IdentityEndpoint::AppService(url, secret) => {
            let mut request = with_query(url, "2019-08-01", "mi_res_id");
            request.insert_header(IDENTITY_HEADER, secret.expose().to_owned());
            request
        }
        IdentityEndpoint::Arc(url) => {
            let mut request = with_query(url, "2020-06-01", "msi_res_id");
            request.insert_header(METADATA, "true");
            request
        }
        IdentityEndpoint::CloudShell(url) => {
            let mut request = Request::new(url.0.clone(), Method::Post);
            request.insert_header(METADATA, "true");
            request.insert_header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let mut form = form_urlencoded::Serializer::new(String::new());
            request.set_body(form.append_pair("resource", resource).finish());
            request
        }
    }
}

/// Adds what the agent of Azure Arc requires: the content of a file that only administrators can read.
pub(super) fn add_key(request: &mut Request, key: &Secret) {
    request.insert_header(AUTHORIZATION, format!("Basic {}", key.expose()));
}
