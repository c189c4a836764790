use super::*;
use crate::arm::{
    AssertionSource, IdentityEndpoint, IdentitySelector, MachineUrl, ManagedIdentity, RequestUrl,
};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span;

/// Keeps every event of every target at every level as text.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Text(&mut self.0.lock().unwrap()));
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Text(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = self.0.lock().unwrap();
        let _ = write!(text, "\n{} {} ", event.metadata().level(), event.metadata().target());
        event.record(&mut Text(&mut text));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn the_log_has_each_request_and_no_secret() {
    let everything = Everything::default();
    let guard = tracing::subscriber::set_default(everything.clone());
    // While there is only one subscriber, the first thread that emits an event decides for all threads
    // whether it is enabled, and the threads of other tests have no subscriber.
    let _second = tracing::Dispatch::new(everything.clone());
    let azure = Azure::start().await;
    let list = format!("{GALLERY}/inVMAccessControlProfiles");
    azure.answer("GET", &list, 1, status(503, json!({})).insert_header("retry-after-ms", "1")).await;
    azure.answer("GET", &list, 1, status(401, json!({}))).await;
    let next = format!("{list}?$skiptoken=hidden-cursor");
    azure
        .answer(
            "GET",
            &list,
            1,
            ok(json!({"value": [], "nextLink": next}))
                .insert_header("x-ms-request-id", "r-42 token-2")
                .insert_header("x-ms-correlation-request-id", "Bearer token-2")
                .insert_header("location", "https://arm.example/token-2?monitor=token-2"),
        )
        .await;
    azure
        .answer(
            "GET",
            &list,
            1,
            ok(json!({"value": [{"name": "shown-body", "location": "l", "tags": {"adminPassword": "hidden-password"},
                "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}}]})),
        )
        .await;
    azure.client.profiles().list(&gallery_id(), &call()).await.unwrap();
    drop(guard);
    let text = everything.0.lock().unwrap().clone();
    let ours = |part: &str| text.lines().any(|line| line.contains(" provider.") && line.contains(part));
    for part in [
        "status=503",
        "status=401",
        "status=200",
        "r-42",
        "trying again",
        "got a token",
        "$skiptoken=REDACTED",
        "duration_ms",
        "client_request_id",
    ] {
        assert!(ours(part), "{part} is not in\n{text}");
    }
    for body in ["client_secret=***", r#"\"access_token\":\"***\""#, "shown-body"] {
        assert!(ours(body), "{body} is not in\n{text}");
    }
    // A header of a response that repeats a token belongs to the service; a library's remark about it is
    // never written.
    let written: String = text.lines().filter(|line| line.contains(" provider.")).collect();
    assert!(!written.contains("token-2"), "{written}");
    for secret in ["s3cr3t", "token-1", "hidden-cursor", "hidden-password"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}

/// Every credential that a login sends, and every token that it receives, is called hidden here.
#[tokio::test]
async fn no_log_of_a_login_contains_its_secrets() {
    let everything = Everything::default();
    let guard = tracing::subscriber::set_default(everything.clone());
    let _second = tracing::Dispatch::new(everything.clone());
    let azure = Azure::without_tokens().await;
    let given =
        json!({"access_token": "hidden-access", "refresh_token": "hidden-refresh", "expires_in": 3600});
    azure.answer("POST", TOKEN, 99, ok(given.clone())).await;
    azure.answer("GET", "/msi", 99, ok(given)).await;
    azure.answer("GET", "/ids", 99, ok(json!({"count": 1, "value": "hidden-id"}))).await;
    azure.answer("POST", "/ids", 99, ok(json!({"oidcToken": "hidden-id"}))).await;
    azure.answer("GET", &profile_path(), 99, ok(profile_json("Succeeded"))).await;
    let application = Application::new("t.example", "the-client").unwrap();
    let url = || RequestUrl::new(&format!("{}/ids?key=hidden-key", azure.server.uri())).unwrap();
    let federated = |assertion| Login::Federated { application: application.clone(), assertion };
    let machine = MachineUrl::from_user(&format!("{}/msi", azure.server.uri())).unwrap();
    let app_service = IdentityEndpoint::AppService(machine, Secret::new("hidden-header"));
    for login in [
        Login::ClientSecret { application: application.clone(), secret: Secret::new("hidden-secret") },
        federated(AssertionSource::Token(Secret::new("hidden-assertion"))),
        federated(AssertionSource::GitHub { url: url(), token: Secret::new("hidden-request") }),
        federated(AssertionSource::AzureDevOps {
            url: url(),
            token: Secret::new("hidden-system"),
            service_connection_id: "the-connection".to_owned(),
        }),
        Login::ManagedIdentity(ManagedIdentity::new(IdentitySelector::System, app_service, None).unwrap()),
    ] {
        let login_name = login.name();
        let settings = ClientSettings { login, ..settings(&azure.server.uri(), &azure.server.uri()) };
        ArmClient::new(settings).unwrap().profiles().get(&profile_id(), &call()).await.unwrap();
        let text = std::mem::take(&mut *everything.0.lock().unwrap());
        assert!(
            text.contains("provider.auth") && text.contains("applicableHostEndpoint"),
            "{login_name}:\n{text}"
        );
        assert!(!text.contains("hidden-"), "{login_name}:\n{text}");
    }
    drop(guard);
}
