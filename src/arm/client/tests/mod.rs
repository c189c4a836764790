//! The client against a small HTTP server on loopback.

mod authorization;
mod connections;
mod delete;
mod faults;
mod first_contact;
mod foreign;
mod login;
mod logs;
mod machines;
mod many;
mod operations;
mod proxy;
mod read;
mod recorded;
mod sharing;
mod tls;
mod write;

use super::*;
use crate::allowlist::{DefaultAccess, Endpoint, Mode, OsType};
use crate::arm::call::Call;
use crate::arm::ids::{GalleryId, ProfileId, VersionId};
use crate::arm::models::*;
use crate::arm::{Application, Location, OperationStatus, Secret, Started, WriteOutcome};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const GALLERY: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
const TOKEN: &str = "/t.example/oauth2/v2.0/token";

fn gallery_id() -> GalleryId {
    GALLERY.parse().unwrap()
}

fn profile_path() -> String {
    format!("{GALLERY}/inVMAccessControlProfiles/p")
}

fn profile_id() -> ProfileId {
    profile_path().parse().unwrap()
}

fn version_id() -> VersionId {
    format!("{}/versions/1.0.0", profile_path()).parse().unwrap()
}

fn profile_json(state: &str) -> Value {
    json!({"id": profile_path(), "name": "p", "location": "westus",
        "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS", "provisioningState": state}})
}

/// A version as a list or a read returns it.
fn version_json(name: &str, state: &str) -> Value {
    json!({"id": format!("{}/versions/{name}", profile_path()), "name": name, "location": "westus",
        "properties": {"mode": "Audit", "defaultAccess": "Deny", "provisioningState": state}})
}

/// The operation of a create that found no existing object.
fn expect_started<T: std::fmt::Debug>(outcome: CreateOutcome<T>) -> Started<T> {
    match outcome {
        CreateOutcome::Started(started) => started,
        other => panic!("{other:?}"),
    }
}

fn profile_body() -> ProfileBody {
    ProfileBody {
        location: Location::new("westus"),
        tags: None,
        properties: ProfileSettings {
            description: None,
            os_type: OsType::Linux.into(),
            applicable_host_endpoint: Endpoint::Imds.into(),
        },
    }
}

fn arm_error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

/// A call with a timeout that is far longer than any of these needs.
fn call() -> Call {
    Call::new(Duration::from_secs(5), CancellationToken::new())
}

fn call_of(ms: u64) -> Call {
    Call::new(Duration::from_millis(ms), CancellationToken::new())
}

/// A server that issues tokens `token-1`, `token-2` and so on.
struct Azure {
    server: MockServer,
    client: ArmClient,
}

struct Tokens(std::sync::atomic::AtomicU32);

impl Respond for Tokens {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let number = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        ResponseTemplate::new(200).set_body_json(
            json!({"token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-{number}")}),
        )
    }
}

fn settings(arm: &str, authority: &str) -> ClientSettings {
    let application = Application::new("t.example", "the-client").unwrap();
    let login = Login::ClientSecret { application, secret: Secret::new("s3cr3t+/=&") };
    let cloud = Cloud::custom(arm, authority, Some("https://management.example")).unwrap();
    ClientSettings {
        user_agent: "test/1 (pid 2)".to_owned(),
        correlation_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        pace: Pace::hurried(),
        ..ClientSettings::new(cloud, login)
    }
}

impl Azure {
    async fn start() -> Self {
        let azure = Self::without_tokens().await;
        Mock::given(method("POST"))
            .and(path(TOKEN))
            .respond_with(Tokens(Default::default()))
            .mount(&azure.server)
            .await;
        azure
    }

    async fn without_tokens() -> Self {
        let server = MockServer::start().await;
        let client = ArmClient::new(settings(&server.uri(), &server.uri())).unwrap();
        Self { server, client }
    }

    /// Responds to requests with one verb at one path, the given number of times.
    async fn answer(&self, verb: &str, at: &str, times: u64, response: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(response)
            .up_to_n_times(times)
            .mount(&self.server)
            .await;
    }

    /// The requests to ARM that were received.
    async fn requests(&self) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() != TOKEN).collect()
    }

    /// Those requests as `GET /path`.
    async fn lines(&self) -> Vec<String> {
        let requests = self.requests().await;
        requests.iter().map(|r| format!("{} {}", r.method, r.url.path().replace(GALLERY, ""))).collect()
    }

    async fn token_requests(&self) -> usize {
        let all = self.server.received_requests().await.unwrap();
        all.iter().filter(|request| request.url.path() == TOKEN).count()
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn status(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}
