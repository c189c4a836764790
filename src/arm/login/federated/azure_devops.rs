//! An id token of an Azure DevOps service connection (REST reference, "Distributed task: Oidctoken: Create"): an empty
//! POST to `SYSTEM_OIDCREQUESTURI`, allowed by `SYSTEM_ACCESSTOKEN`.

use super::super::super::error::Error;
use super::super::super::pipeline::Plumbing;
use super::super::super::secret::Secret;
use super::request::id_token;
use azure_core::http::headers::{CONTENT_TYPE, HeaderName};
use azure_core::http::{Context, Method, Pipeline, Request};
use std::fmt;
use url::Url;

const API_VERSION: &str = "7.1";

/// Without it, Azure DevOps answers a token it does not know with a redirect to a page for people instead of a 401.
const NO_REDIRECT: HeaderName = HeaderName::from_static("x-tfs-fedauthredirect");

/// The pipeline's token service.
pub(super) struct AzureDevOps {
    way: &'static str,
    url: Url,
    token: Secret,
    pipeline: Pipeline,
}

impl AzureDevOps {
    pub(super) fn new(
        way: &'static str,
        url: &Url,
        token: &Secret,
        service_connection_id: &str,
        plumbing: &Plumbing,
    ) -> Self {
        let mut url = url.clone();
        let has_version = url.query_pairs().any(|(name, _)| name == "api-version");
        let mut query = url.query_pairs_mut();
        if !has_version {
            query.append_pair("api-version", API_VERSION);
        }
        query.append_pair("serviceConnectionId", service_connection_id);
        drop(query);
        Self { way, url, token: token.clone(), pipeline: plumbing.login_pipeline() }
    }

    /// A fresh id token.
    pub(super) async fn ask(&self, ctx: &Context<'_>) -> Result<Secret, Error> {
        let mut request = Request::new(self.url.clone(), Method::Post);
        request.insert_header(CONTENT_TYPE, "application/json");
        request.insert_header(NO_REDIRECT, "Suppress");
        id_token(self.way, &self.pipeline, request, &self.token, "oidcToken", ctx).await
    }
}

impl fmt::Debug for AzureDevOps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AzureDevOps")
    }
}
