//! Azure for unit tests: a small HTTP server on loopback that issues tokens and returns the responses a test
//! sets.

use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::connection::Connection;
use crate::arm::{Application, ArmClient, ClientSettings, Cloud, Login, Secret};
use crate::plugin::Context;

pub(crate) const GALLERY: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
pub(crate) const PROFILE: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web";

/// Azure, and a connection to it.
pub(crate) struct Azure {
    pub(crate) connection: Connection,
    server: MockServer,
}

impl Azure {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "token"});
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .mount(&server)
            .await;
        let application = Application::new("t.example", "client").unwrap();
        let login = Login::ClientSecret { application, secret: Secret::new("secret") };
        let cloud = Cloud::custom(&server.uri(), &server.uri(), Some("https://management.example")).unwrap();
        let client = ArmClient::new(ClientSettings::new(cloud, login)).unwrap();
        Self { connection: Connection::ready(client), server }
    }

    /// Returns this object for reads of a path.
    pub(crate) async fn get_returns(&self, at: &str, body: Json) {
        self.get_responds(at, 200, body).await;
    }

    /// Returns this status and body for reads of a path.
    pub(crate) async fn get_responds(&self, at: &str, status: u16, body: Json) {
        let response = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method("GET")).and(path(at)).respond_with(response).mount(&self.server).await;
    }

    /// Accepts a create at a path, and returns this object.
    pub(crate) async fn put_returns(&self, at: &str, body: Json) {
        let response = ResponseTemplate::new(201).set_body_json(body);
        Mock::given(method("PUT")).and(path(at)).respond_with(response).mount(&self.server).await;
    }

    /// Returns these pages for reads of the list.
    pub(crate) async fn list_returns(&self, at: &str, pages: &[Json]) {
        for (number, page) in pages.iter().enumerate().rev() {
            let mut body = json!({"value": page});
            if number + 1 < pages.len() {
                body["nextLink"] = format!("{}{at}?page={}", self.server.uri(), number + 1).into();
            }
            let response = ResponseTemplate::new(200).set_body_json(body);
            let mock = Mock::given(method("GET")).and(path(at));
            let mock = if number == 0 { mock } else { mock.and(query_param("page", number.to_string())) };
            mock.respond_with(response)
                .with_priority(if number == 0 { 9 } else { 5 })
                .mount(&self.server)
                .await;
        }
    }

    /// Returns one page for reads of the list that have this query.
    pub(crate) async fn filtered_list_returns(&self, at: &str, (name, value): (&str, &str), page: Json) {
        let response = ResponseTemplate::new(200).set_body_json(json!({ "value": page }));
        let mock = Mock::given(method("GET")).and(path(at)).and(query_param(name, value));
        mock.respond_with(response).with_priority(3).mount(&self.server).await;
    }

    /// The requests to ARM so far, as `GET /path`.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let all = self.server.received_requests().await.unwrap_or_default();
        let arm = all.iter().filter(|request| request.method.as_str() != "POST");
        arm.map(|request| format!("{} {}", request.method, request.url.path())).collect()
    }
}

/// A call that is never cancelled.
pub(crate) fn context() -> Context {
    Context { cancel: CancellationToken::new(), meta: None }
}

/// A profile as Azure returns it.
pub(crate) fn profile(name: &str) -> Json {
    json!({
        "name": name, "location": "westeurope", "tags": {"team": "a"},
        "properties": {
            "osType": "Linux", "applicableHostEndpoint": "IMDS", "description": "web servers",
            "provisioningState": "Succeeded"
        },
        "systemData": {"createdBy": "me", "createdByType": "User", "createdAt": "2026-01-01T00:00:00Z"}
    })
}

/// A version as Azure returns it.
pub(crate) fn version(name: &str, excluded: bool) -> Json {
    json!({
        "name": name, "location": "westeurope",
        "properties": {
            "mode": "Audit", "defaultAccess": "Deny", "excludeFromLatest": excluded,
            "targetLocations": [{"name": "West Europe"}],
            "rules": {
                "privileges": [{"name": "p", "path": "/a", "queryParameters": {"k": "v"}}],
                "roles": [{"name": "r", "privileges": ["p"]}],
                "identities": [{"name": "i", "userName": "web"}],
                "roleAssignments": [{"role": "r", "identities": ["i"]}]
            },
            "publishedDate": "2026-01-02T00:00:00Z", "provisioningState": "Succeeded",
            "replicationStatus": {
                "aggregatedState": "Completed",
                "summary": [{"region": "West Europe", "state": "Completed", "progress": 100}]
            }
        }
    })
}

/// An error as ARM returns it.
pub(crate) fn error(code: &str, message: &str) -> Json {
    json!({"error": {"code": code, "message": message}})
}
