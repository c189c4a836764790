//! Signing in as an application, through azure_identity: it builds the token request, and sends it through
//! our own transport.
//!
//! That transport uses our own login pipeline, with retries until the caller's deadline, the log and the one
//! HTTP client. The configured authority may be a loopback address or contain a path. The transport reads every
//! response first, because azure_identity has three faults. It loses Entra's text if the JSON has an escape
//! in it. It refuses numbers sent as strings and error codes beyond 32 bits. It takes a response without a
//! token for an empty token.

use super::super::cloud::Cloud;
use super::super::error::{Error, LoginError, excerpt};
use super::super::pipeline::{PipelineSettings, wrap_error};
use super::super::secret::Secret;
use super::answer::TokenAnswer;
use super::application::{Application, ClientId};
use super::sender::{Sender, json, masked};
use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::headers::{ACCEPT, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{
    AsyncRawResponse, Body, ClientMethodOptions, ClientOptions, Context, RawResponse, Request, RetryOptions,
    Transport, Url,
};
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions,
};
use serde_json::Value;
use std::sync::Arc;
use time::OffsetDateTime;
use url::form_urlencoded;

/// The authority that azure_identity gets instead, since it accepts only https without a path. Nothing is
/// sent there.
const PLACEHOLDER: &str = "https://authority.invalid";

/// The credential of an application.
#[derive(Debug)]
pub(super) enum ClientCredential {
    /// A password.
    Secret(Secret),
    /// A signed token, from the application's own key or from an issuer that it trusts.
    Assertion(SharedAssertion),
}

/// A source of assertions, shared by every credential created from it.
#[derive(Clone, Debug)]
pub(super) struct SharedAssertion(Arc<dyn ClientAssertion>);

impl ClientCredential {
    pub(super) fn assertion(source: impl ClientAssertion + 'static) -> Self {
        Self::Assertion(SharedAssertion(Arc::new(source)))
    }
}

#[async_trait]
impl ClientAssertion for SharedAssertion {
    async fn secret(&self, options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.0.secret(options).await
    }
}

/// The token endpoint of an application's directory.
pub(super) fn token_endpoint(application: &Application, cloud: &Cloud) -> Result<Url, Error> {
    let tenant_id = &application.tenant_id;
    cloud.authority().join(&format!("{tenant_id}/oauth2/v2.0/token")).map_err(|error| {
        Error::Setup(format!("the tenant id \"{tenant_id}\" does not fit an address: {error}"))
    })
}

/// An application that signs in. It keeps no token.
#[derive(Debug)]
pub(super) struct Entra {
    application: Application,
    credential: ClientCredential,
    transport: Arc<Authority>,
}

impl Entra {
    pub(super) fn new(
        login_name: &'static str,
        application: &Application,
        endpoint: Url,
        credential: ClientCredential,
        settings: &PipelineSettings,
    ) -> Self {
        let client_id = application.client_id.clone();
        let transport =
            Authority { endpoint, client_id, sender: Sender::new(login_name, settings), now: settings.now };
        Self { application: application.clone(), credential, transport: Arc::new(transport) }
    }

    fn client_options(&self) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = PLACEHOLDER.to_owned();
        ClientOptions {
            cloud: Some(Arc::new(cloud.into())),
            retry: RetryOptions::none(),
            transport: Some(Transport::with_policy(self.transport.clone())),
            ..ClientOptions::default()
        }
    }
}

#[async_trait]
impl TokenCredential for Entra {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let tenant = self.application.tenant_id.as_str();
        let client = self.application.client_id.as_str().to_owned();
        let client_options = self.client_options();
        // azure_identity's credentials keep their token, even one that Azure has refused, so each token needs
        // a new credential.
        let token = match &self.credential {
            ClientCredential::Secret(secret) => {
                let with = ClientSecretCredentialOptions { client_options };
                let secret = secret.expose().to_owned().into();
                match ClientSecretCredential::new(tenant, client, secret, Some(with)) {
                    Ok(credential) => credential.get_token(scopes, options).await,
                    Err(error) => Err(error),
                }
            }
            ClientCredential::Assertion(source) => {
                let with = ClientAssertionCredentialOptions { client_options };
                match ClientAssertionCredential::new(tenant.to_owned(), client, source.clone(), Some(with)) {
                    Ok(credential) => credential.get_token(scopes, options).await,
                    Err(error) => Err(error),
                }
            }
        };
        token.map_err(|error| {
            wrap_error(into_error(error, self.transport.sender.login_name, self.transport.endpoint.as_str()))
        })
    }
}

/// Extracts our own error from azure_identity's wrappers; any other error is a failed login.
pub(super) fn into_error(error: azure_core::Error, login_name: &'static str, endpoint: &str) -> Error {
    let error = match error.into_downcast::<Error>() {
        Ok(ours) => return ours,
        Err(error) => error,
    };
    let error = match error.into_downcast::<azure_core::Error>() {
        Ok(inner) => return into_error(inner, login_name, endpoint),
        Err(error) => error,
    };
    let description = match error.into_downcast::<std::io::Error>() {
        Ok(error) => match error.downcast::<Error>() {
            Ok(ours) => return ours,
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    LoginError {
        login_name,
        endpoint: endpoint.to_owned(),
        description: Some(description),
        ..LoginError::default()
    }
    .into()
}

/// The transport beneath azure_identity.
#[derive(Debug)]
struct Authority {
    endpoint: Url,
    client_id: ClientId,
    sender: Sender,
    now: fn() -> OffsetDateTime,
}

#[async_trait]
impl Policy for Authority {
    async fn send(&self, ctx: &Context, request: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        *request.url_mut() = self.endpoint.clone();
        request.insert_header(ACCEPT, "application/json");
        let credential = secret_in(request.body());
        let requested_at = (self.now)();
        let answer = self.sender.send(request, &credential, ctx).await.map_err(wrap_error)?;
        let token = self.read(&answer, requested_at, &credential).map_err(wrap_error)?;
        Ok(AsyncRawResponse::from_bytes(answer.status(), Headers::new(), token))
    }
}

impl Authority {
    /// Reads the token and returns it in the form that azure_identity reads, or Entra's refusal with its
    /// whole text.
    fn read(
        &self,
        answer: &RawResponse,
        requested_at: OffsetDateTime,
        credential: &Secret,
    ) -> Result<String, Error> {
        let json = json(answer).unwrap_or_default();
        let refusal = LoginError {
            login_name: self.sender.login_name,
            endpoint: self.endpoint.to_string(),
            status: Some(u16::from(answer.status())),
            ..LoginError::default()
        };
        if answer.status().is_success() {
            return TokenAnswer::read(&json).map(|answer| answer.into_entra(requested_at)).ok_or_else(|| {
                // The body is omitted: it may contain a token.
                let description = Some("the response contains no usable token".to_owned());
                LoginError { description, ..refusal }.into()
            });
        }
        // Entra repeats an unknown client id, even if somebody has set a password in its place.
        let client = Secret::new(if self.client_id.is_showable() { "" } else { self.client_id.as_str() });
        let plain = |text: &str| masked(&client, &masked(credential, text));
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(plain);
        let codes = json.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        Err(LoginError {
            error: text("error"),
            description: text("error_description")
                .or_else(|| excerpt(plain(&String::from_utf8_lossy(answer.body().as_ref())).as_bytes())),
            codes: codes.filter_map(Value::as_i64).collect(),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            ..refusal
        }
        .into())
    }
}

/// The secret or assertion in a token request, to mask it if the response repeats it.
fn secret_in(body: &Body) -> Secret {
    let Body::Bytes(form) = body else { return Secret::new("") };
    let credential = form_urlencoded::parse(form)
        .find(|(name, _)| name == "client_secret" || name == "client_assertion")
        .map(|(_, value)| value.into_owned());
    Secret::new(credential.unwrap_or_default())
}

#[cfg(test)]
#[path = "entra_tests.rs"]
mod tests;
