//! The one request to Microsoft Entra that all ways of an application share: OAuth's client credentials grant, and
//! the reading of what comes back.
//!
//! azure_identity 1.0 has credentials for these, and they are not used. They lose Entra's text whenever the JSON has an
//! escape in it (it is read as a borrowed string), which is exactly when a user needs it; they refuse an authority on
//! loopback without TLS, which tests and emulators have; they keep a copy of a token that the service has just refused;
//! and they retry by a clock of their own instead of the caller's deadline.

use super::super::call::Call;
use super::super::cloud::Cloud;
use super::super::error::{Error, LoginError, RequestLine, excerpt, without_mark};
use super::super::pipeline::{Plumbing, carried, request_line, to_error};
use super::super::secret::Secret;
use super::answer::{TokenAnswer, is_header_text};
use super::application::Application;
use azure_core::credentials::{AccessToken, TokenRequestOptions};
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE};
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, RawResponse, Request, Url};
use serde_json::Value;
use std::fmt;
use time::OffsetDateTime;
use url::form_urlencoded;

/// OAuth's name for an assertion that is a JSON web token (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an application proves itself with.
pub(super) enum Proof<'a> {
    /// A password.
    Secret(&'a Secret),
    /// A token that says who it is, signed by the application's own key or by somebody that it trusts.
    Assertion(&'a Secret),
}

/// The token endpoint of one application in one directory.
pub(super) struct Entra {
    /// The way that asks, for messages.
    way: &'static str,
    endpoint: Url,
    client_id: String,
    pipeline: Pipeline,
    now: fn() -> OffsetDateTime,
}

impl Entra {
    /// Finds the token endpoint; nothing is asked yet.
    pub(super) fn new(
        way: &'static str,
        application: &Application,
        cloud: &Cloud,
        plumbing: &Plumbing,
    ) -> Result<Self, Error> {
        let Application { tenant_id, client_id } = application;
        let endpoint =
            cloud.authority().join(&format!("{tenant_id}/oauth2/v2.0/token")).map_err(|error| {
                Error::Setup(format!("the tenant id \"{tenant_id}\" does not fit an address: {error}"))
            })?;
        Ok(Self {
            way,
            endpoint,
            client_id: client_id.as_str().to_owned(),
            pipeline: plumbing.login_pipeline(),
            now: plumbing.now,
        })
    }

    /// The address that is asked, which is also who an assertion is for.
    pub(super) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The application.
    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The time now, by the clock of the whole client.
    pub(super) fn now(&self) -> OffsetDateTime {
        (self.now)()
    }

    /// Exchanges the proof for a token.
    pub(super) async fn exchange(
        &self,
        proof: Proof<'_>,
        scopes: &[&str],
        ctx: &Context<'_>,
    ) -> Result<AccessToken, Error> {
        let (Proof::Secret(secret) | Proof::Assertion(secret)) = proof;
        let mut request = Request::new(self.endpoint.clone(), Method::Post);
        request.insert_header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.insert_header(ACCEPT, "application/json");
        request.set_body(self.form(&proof, scopes));
        let line = request_line(&request);
        tracing::debug!(target: "provider.auth", way = self.way, endpoint = %self.endpoint, client_id = self.client_id, "asking for a token");
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let asked = (self.now)();
        match self.pipeline.send(ctx, &mut request, Some(options)).await {
            Ok(answer) => self.read(&answer, asked, secret),
            Err(error) => {
                Err(unanswered(self.way, &self.endpoint, to_error(error, &line, &self.endpoint), &line))
            }
        }
    }

    fn form(&self, proof: &Proof<'_>, scopes: &[&str]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.client_id);
        match proof {
            Proof::Secret(secret) => form.append_pair("client_secret", secret.expose()),
            Proof::Assertion(assertion) => form
                .append_pair("client_assertion_type", JWT_BEARER)
                .append_pair("client_assertion", assertion.expose()),
        };
        form.append_pair("grant_type", "client_credentials").append_pair("scope", &scopes.join(" ")).finish()
    }

    /// Reads the token, or Entra's refusal with its whole text.
    fn read(
        &self,
        answer: &RawResponse,
        asked: OffsetDateTime,
        secret: &Secret,
    ) -> Result<AccessToken, Error> {
        let status = u16::from(answer.status());
        let body: &[u8] = answer.body().as_ref();
        let json: Value = serde_json::from_slice(without_mark(body)).unwrap_or_default();
        let refusal = LoginError {
            way: self.way,
            endpoint: self.endpoint.to_string(),
            status: Some(status),
            ..LoginError::default()
        };
        if answer.status().is_success() {
            return TokenAnswer::read(&json).filter(|answer| is_header_text(&answer.token)).map_or_else(
                || {
                    // The body is left out: it may hold a token.
                    let description = Some("the answer holds no usable token".to_owned());
                    Err(LoginError { description, ..refusal }.into())
                },
                |answer| Ok(answer.access_token(asked)),
            );
        }
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(|text| masked(secret, text));
        let codes = json.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        Err(LoginError {
            error: text("error"),
            description: text("error_description")
                .or_else(|| excerpt(body).map(|text| masked(secret, &text))),
            codes: codes.filter_map(Value::as_i64).collect(),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            ..refusal
        }
        .into())
    }
}

impl fmt::Debug for Entra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entra")
            .field("way", &self.way)
            .field("endpoint", &self.endpoint.as_str())
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The context of the call that a token is asked for, whose deadline bounds the request.
pub(super) fn context_of<'a>(options: Option<&TokenRequestOptions<'_>>) -> Context<'a> {
    match options.and_then(|options| options.method_options.context.value::<Call>()) {
        Some(call) => Context::new().with_value(call.clone()),
        None => Context::new(),
    }
}

/// No answer: the transport's failure is the reason why there is no token. Other errors pass.
pub(super) fn unanswered(way: &'static str, endpoint: &Url, error: Error, line: &RequestLine) -> Error {
    match error {
        Error::Transport(transport) => LoginError {
            way,
            endpoint: format!("{} ({line})", endpoint.origin().ascii_serialization()),
            transport: Some(transport),
            ..LoginError::default()
        }
        .into(),
        other => other,
    }
}

/// A text of the other side, without the secret should it repeat what it was sent.
pub(super) fn masked(secret: &Secret, text: &str) -> String {
    if secret.expose().is_empty() {
        return text.to_owned();
    }
    let encoded: String = form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
    text.replace(secret.expose(), "***").replace(&encoded, "***")
}

/// An error of ours on its way through azure_core's credential.
pub(super) fn through(result: Result<AccessToken, Error>) -> azure_core::Result<AccessToken> {
    result.map_err(carried)
}
