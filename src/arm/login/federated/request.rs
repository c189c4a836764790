//! Requesting an id token from a pipeline: one request, one member of its JSON response.

use super::super::super::error::{Error, LoginError};
use super::super::super::pipeline::{PipelineSettings, wrap_error};
use super::super::super::secret::Secret;
use super::super::sender::{Sender, address, json, quoted};
use super::{AUDIENCE, RequestUrl};
use async_trait::async_trait;
use azure_core::http::headers::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use azure_core::http::{ClientMethodOptions, Context, Method, Request};
use azure_identity::ClientAssertion;
use serde_json::Value;
use std::fmt;

const DEVOPS_API_VERSION: &str = "7.1";

/// Without it, Azure DevOps redirects a request with an unknown token to a sign-in page instead of returning
/// 401.
const NO_REDIRECT: HeaderName = HeaderName::from_static("x-tfs-fedauthredirect");

/// A pipeline's token service.
pub(super) struct IdTokenRequest {
    request: Request,
    /// The token that authorises the request.
    token: Secret,
    /// The member of the response with the id token.
    member: &'static str,
    sender: Sender,
}

impl IdTokenRequest {
    /// GitHub Actions (GitHub's documentation on OpenID Connect, "Using custom actions"): a GET of
    /// `ACTIONS_ID_TOKEN_REQUEST_URL` with the audience added, authorised by
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub(super) fn github(
        login_name: &'static str,
        RequestUrl(url): &RequestUrl,
        token: &Secret,
        settings: &PipelineSettings,
    ) -> Self {
        let mut url = url.clone();
        if !url.query_pairs().any(|(name, _)| name == "audience") {
            url.query_pairs_mut().append_pair("audience", AUDIENCE);
        }
        let request = Request::new(url, Method::Get);
        Self { request, token: token.clone(), member: "value", sender: Sender::new(login_name, settings) }
    }

    /// An Azure DevOps service connection (REST reference, "Distributed task: Oidctoken: Create"): an empty
    /// POST to `SYSTEM_OIDCREQUESTURI`, authorised by `SYSTEM_ACCESSTOKEN`.
    pub(super) fn azure_devops(
        login_name: &'static str,
        RequestUrl(url): &RequestUrl,
        token: &Secret,
        service_connection_id: &str,
        settings: &PipelineSettings,
    ) -> Self {
        let mut url = url.clone();
        let has_version = url.query_pairs().any(|(name, _)| name == "api-version");
        let mut query = url.query_pairs_mut();
        if !has_version {
            query.append_pair("api-version", DEVOPS_API_VERSION);
        }
        query.append_pair("serviceConnectionId", service_connection_id);
        drop(query);
        let mut request = Request::new(url, Method::Post);
        request.insert_header(CONTENT_TYPE, "application/json");
        request.insert_header(NO_REDIRECT, "Suppress");
        Self { request, token: token.clone(), member: "oidcToken", sender: Sender::new(login_name, settings) }
    }

    async fn request_token(&self, ctx: &Context<'_>) -> Result<String, Error> {
        let mut request = self.request.clone();
        request.insert_header(ACCEPT, "application/json");
        request.insert_header(AUTHORIZATION, format!("Bearer {}", self.token.expose()));
        let answer = self.sender.send(&mut request, &self.token, ctx).await?;
        let failed = |description: String| {
            Error::from(LoginError {
                login_name: self.sender.login_name,
                endpoint: address(request.url()),
                status: Some(u16::from(answer.status())),
                description: Some(description),
                ..LoginError::default()
            })
        };
        if !answer.status().is_success() {
            let message = quoted(&self.token, answer.body().as_ref());
            return Err(failed(message.unwrap_or_else(|| "no id token was returned".to_owned())));
        }
        let json = json(&answer).unwrap_or_default();
        match json.get(self.member).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Ok(text.to_owned()),
            // The body is omitted: it may contain a token under another name.
            None => Err(failed(format!("the response contains no id token under `{}`", self.member))),
        }
    }
}

#[async_trait]
impl ClientAssertion for IdTokenRequest {
    async fn secret(&self, options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let ctx = options.map(|options| options.context).unwrap_or_default();
        self.request_token(&ctx).await.map_err(wrap_error)
    }
}

impl fmt::Debug for IdTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdTokenRequest")
    }
}
