//! Common to the tests of logins: a pipeline with short waits, and an authority on loopback.

use super::super::call::Call;
use super::super::cloud::Cloud;
use super::super::error::{Error, LoginError};
use super::super::pace::Pace;
use super::super::pipeline::{LazyTransport, PipelineSettings};
use super::{Application, Login};
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(super) const TOKEN: &str = "/t.example/oauth2/v2.0/token";

/// Responds with a counter in place of `#`.
pub(super) struct Counting(AtomicU32, fn(u32) -> serde_json::Value);

impl Counting {
    pub(super) fn new(body: fn(u32) -> serde_json::Value) -> Self {
        Self(AtomicU32::new(0), body)
    }
}

impl Respond for Counting {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        ResponseTemplate::new(200).set_body_json((self.1)(number))
    }
}

pub(super) fn settings() -> PipelineSettings {
    PipelineSettings {
        transport: Arc::new(LazyTransport::new(Vec::new())),
        user_agent: "test".to_owned(),
        correlation_id: None,
        pace: Pace::hurried(),
        now: OffsetDateTime::now_utc,
    }
}

pub(super) fn application() -> Application {
    Application::new("t.example", "the-client").unwrap()
}

pub(super) fn cloud(server: &MockServer) -> Cloud {
    Cloud::custom("https://arm.example", &server.uri(), Some("https://management.example")).unwrap()
}

/// An authority that issues tokens for an hour.
pub(super) async fn authority() -> MockServer {
    let server = MockServer::start().await;
    let tokens = Counting::new(|n| json!({"expires_in": 3600, "access_token": format!("token-{n}")}));
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(tokens).mount(&server).await;
    server
}

pub(super) async fn token(login: &Login, server: &MockServer) -> Result<AccessToken, LoginError> {
    request_token(login.credential(&cloud(server), &settings()).unwrap().as_ref()).await
}

/// Requests a token from a credential as the token cache does.
pub(super) async fn request_token(credential: &dyn TokenCredential) -> Result<AccessToken, LoginError> {
    let call = Call::new(Duration::from_secs(5), CancellationToken::new());
    let options = TokenRequestOptions {
        method_options: ClientMethodOptions { context: Context::new().with_value(call) },
    };
    let result = credential.get_token(&["https://management.example/.default"], Some(options)).await;
    result.map_err(|error| match error.into_downcast::<Error>() {
        Ok(Error::Login(error)) => *error,
        Ok(other) => panic!("{other}"),
        Err(other) => panic!("{other}"),
    })
}

/// The requests at a path, as their form or query fields.
pub(super) async fn fields(server: &MockServer, at: &str) -> Vec<Vec<(String, String)>> {
    let all = server.received_requests().await.unwrap();
    let at_path = all.iter().filter(|request| request.url.path() == at);
    at_path
        .map(|request| match request.body.is_empty() {
            true => request.url.query_pairs().into_owned().collect(),
            false => url::form_urlencoded::parse(&request.body).into_owned().collect(),
        })
        .collect()
}

pub(super) fn field(fields: &[(String, String)], name: &str) -> Option<String> {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
}
