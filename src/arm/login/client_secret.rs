//! Login as an application by its secret: OAuth's client credentials grant.
//!
//! azure_identity 1.0 has a credential for this, and it is not used. It loses Entra's text whenever the JSON has an
//! escape in it (it reads the text as a borrowed string), which is exactly when a user needs it; it refuses an
//! authority on loopback without TLS, which tests and emulators have; it keeps its own copy of a token that the
//! service has just refused; and it retries by a clock of its own instead of the caller's deadline.

use super::super::call::Call;
use super::super::cloud::Cloud;
use super::super::error::{Error, LoginError, RequestLine, excerpt, without_mark};
use super::super::pipeline::{Plumbing, carried, request_line, to_error};
use super::super::secret::Secret;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE};
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, RawResponse, Request, Url};
use serde_json::Value;
use std::fmt;
use time::OffsetDateTime;
use url::form_urlencoded;

const WAY: &str = "client secret";

/// Asks Entra for a token with a client secret. Keeps none.
pub(super) struct ClientSecret {
    endpoint: Url,
    client_id: String,
    secret: Secret,
    pipeline: Pipeline,
}

impl ClientSecret {
    pub(super) fn new(
        tenant_id: &str,
        client_id: &str,
        secret: &Secret,
        cloud: &Cloud,
        plumbing: &Plumbing,
    ) -> Result<Self, Error> {
        let tenant_fits = tenant_id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        if tenant_id.is_empty() || !tenant_fits {
            return Err(Error::Setup(format!("the tenant id {tenant_id:?} is neither a GUID nor a domain")));
        }
        if client_id.trim().is_empty() {
            return Err(Error::Setup("the client id is empty".to_owned()));
        }
        if secret.expose().is_empty() {
            return Err(Error::Setup("the client secret is empty".to_owned()));
        }
        let endpoint =
            cloud.authority().join(&format!("{tenant_id}/oauth2/v2.0/token")).map_err(|error| {
                Error::Setup(format!("the tenant id {tenant_id:?} does not fit an address: {error}"))
            })?;
        Ok(Self {
            endpoint,
            client_id: client_id.to_owned(),
            secret: secret.clone(),
            pipeline: plumbing.pipeline(Vec::new()),
        })
    }

    async fn ask(&self, scopes: &[&str], ctx: &Context<'_>) -> Result<AccessToken, Error> {
        let mut request = Request::new(self.endpoint.clone(), Method::Post);
        request.insert_header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.insert_header(ACCEPT, "application/json");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.secret.expose())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &scopes.join(" "))
            .finish();
        request.set_body(form);
        let line = request_line(&request);
        tracing::debug!(target: "provider.auth", way = WAY, endpoint = %self.endpoint, client_id = self.client_id, "asking for a token");
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let asked = OffsetDateTime::now_utc();
        match self.pipeline.send(ctx, &mut request, Some(options)).await {
            Ok(answer) => self.read(&answer, asked),
            Err(error) => Err(self.unanswered(to_error(error, &line, &self.endpoint), &line)),
        }
    }

    /// Reads the token, or Entra's refusal with its whole text.
    fn read(&self, answer: &RawResponse, asked: OffsetDateTime) -> Result<AccessToken, Error> {
        let status = u16::from(answer.status());
        let body: &[u8] = answer.body().as_ref();
        let json: Value = serde_json::from_slice(without_mark(body)).unwrap_or_default();
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(|text| self.masked(text));
        if answer.status().is_success() {
            let token = json.get("access_token").and_then(Value::as_str).filter(|t| is_header_text(t));
            let lifetime = json.get("expires_in").and_then(whole_number).filter(|seconds| *seconds > 0);
            return match (token, lifetime) {
                (Some(token), Some(seconds)) => {
                    // No authority gives more than a day; a bound keeps the sum in range.
                    let lifetime = time::Duration::seconds(seconds.min(7 * 24 * 3600));
                    Ok(AccessToken::new(token.to_owned(), asked + lifetime))
                }
                // The body is left out: it may hold a token.
                _ => {
                    let description = Some("the answer holds no usable token".to_owned());
                    Err(Error::Login(Box::new(LoginError { description, ..self.refusal(status) })))
                }
            };
        }
        let codes = json.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        Err(Error::Login(Box::new(LoginError {
            error: text("error"),
            description: text("error_description").or_else(|| excerpt(body).map(|text| self.masked(&text))),
            codes: codes.filter_map(Value::as_i64).collect(),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            ..self.refusal(status)
        })))
    }

    fn refusal(&self, status: u16) -> LoginError {
        LoginError {
            way: WAY,
            endpoint: self.endpoint.to_string(),
            status: Some(status),
            ..LoginError::default()
        }
    }

    /// No answer from the authority: its transport failure is the reason why there is no token.
    fn unanswered(&self, error: Error, line: &RequestLine) -> Error {
        match error {
            Error::Transport(transport) => Error::Login(Box::new(LoginError {
                way: WAY,
                endpoint: format!("{} ({line})", self.endpoint),
                transport: Some(transport),
                ..LoginError::default()
            })),
            other => other,
        }
    }

    /// A text of the other side, without the secret should it repeat what it was sent.
    fn masked(&self, text: &str) -> String {
        let encoded: String = form_urlencoded::byte_serialize(self.secret.expose().as_bytes()).collect();
        text.replace(self.secret.expose(), "***").replace(&encoded, "***")
    }
}

#[async_trait]
impl TokenCredential for ClientSecret {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let options = options.unwrap_or_default();
        let ctx = match options.method_options.context.value::<Call>() {
            Some(call) => Context::new().with_value(call.clone()),
            None => Context::new(),
        };
        self.ask(scopes, &ctx).await.map_err(carried)
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Entra's v1 endpoint and some authorities send numbers as text.
fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether a token can stand in a header.
fn is_header_text(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}
