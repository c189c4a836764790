//! What may have to happen before a request can succeed: the cloud's addresses are read, other tenants'
//! tokens are acquired, the resource provider is registered.

use super::*;
use crate::arm::cloud::{CloudSource, MetadataHost};
use crate::arm::error::Error;
use wiremock::matchers::query_param;

const COMPUTE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.Compute";

fn unregistered() -> ResponseTemplate {
    let message = "The subscription is not registered to use namespace 'Microsoft.Compute'.";
    status(409, arm_error("MissingSubscriptionRegistration", message))
}

/// A client that waits as long as in production for a registration to become visible.
fn patient(azure: &Azure) -> ArmClient {
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.pace.invisible = Duration::from_secs(5);
    ArmClient::new(settings).unwrap()
}

fn registration(state: &str) -> ResponseTemplate {
    ok(json!({"namespace": "Microsoft.Compute", "registrationState": state}))
}

#[tokio::test]
async fn the_resource_provider_is_registered_once_for_all() {
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 3, unregistered()).await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    azure.answer("POST", &format!("{COMPUTE}/register"), 1, registration("Registering")).await;
    azure.answer("GET", COMPUTE, 2, registration("Registering")).await;
    azure.answer("GET", COMPUTE, 1, registration("Registered")).await;
    let (id, call) = (profile_id(), call());
    let client = patient(&azure);
    let reads = (0..3).map(|_| async { client.profiles().get(&id, &call).await.unwrap() });
    futures::future::join_all(reads).await;
    let lines = azure.lines().await;
    assert_eq!(lines.iter().filter(|line| line.starts_with("POST")).count(), 1, "{lines:?}");
    assert_eq!(lines.len(), 3 + 4 + 3, "{lines:?}");
}

#[tokio::test]
async fn a_write_is_repeated_while_the_service_does_not_see_the_registration() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 3, unregistered()).await;
    azure.answer("PUT", &profile_path(), 1, status(201, profile_json("Succeeded"))).await;
    azure.answer("POST", &format!("{COMPUTE}/register"), 1, registration("Registered")).await;
    patient(&azure).profiles().begin_create(&profile_id(), &profile_body(), &call()).await.unwrap();
    assert_eq!(azure.lines().await.len(), 5);
}

#[tokio::test]
async fn a_forbidden_registration_reports_both_errors() {
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 9, unregistered()).await;
    let refusal = status(403, arm_error("AuthorizationFailed", "may not register"));
    azure.answer("POST", &format!("{COMPUTE}/register"), 9, refusal).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    let report = error.report();
    assert!(
        report.contains("MissingSubscriptionRegistration") && report.contains("may not register"),
        "{report}"
    );
    assert_eq!(error.unregistered_subscription(), Some("0b1f6471-1bf0-4dda-aec3-cb9272f09590"));
}

#[tokio::test]
async fn nothing_is_registered_if_it_is_forbidden() {
    let azure = Azure::start().await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.may_register = false;
    azure.answer("GET", &profile_path(), 9, unregistered()).await;
    let client = ArmClient::new(settings).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(error.unregistered_subscription().is_some(), "{error}");
    assert_eq!(azure.lines().await.len(), 1);
}

#[tokio::test]
async fn tokens_of_other_tenants_are_sent_and_replaced_together() {
    let azure = Azure::start().await;
    for tenant in ["one", "two"] {
        Mock::given(method("POST"))
            .and(path(format!("/{tenant}/oauth2/v2.0/token")))
            .respond_with(Tokens(std::sync::atomic::AtomicU32::new(if tenant == "one" { 10 } else { 20 })))
            .mount(&azure.server)
            .await;
    }
    azure
        .answer("GET", &profile_path(), 1, status(401, arm_error("ExpiredAuthenticationToken", "old")))
        .await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.auxiliary_tenants = ["one", "two"].map(|tenant| tenant.parse().unwrap()).to_vec();
    let client = ArmClient::new(settings).unwrap();
    client.profiles().get(&profile_id(), &call()).await.unwrap();
    let all = azure.requests().await;
    let reads = all.iter().filter(|request| request.method.as_str() == "GET");
    let headers: Vec<_> = reads
        .map(|request| {
            let text = |name: &str| request.headers[name].to_str().unwrap().to_owned();
            (text("authorization"), text("x-ms-authorization-auxiliary"))
        })
        .collect();
    let expected = [
        ("Bearer token-1", "Bearer token-11, Bearer token-21"),
        ("Bearer token-2", "Bearer token-12, Bearer token-22"),
    ];
    assert_eq!(headers, expected.map(|(own, others)| (own.to_owned(), others.to_owned())));
}

#[tokio::test]
async fn a_metadata_host_is_read_once_and_only_when_needed() {
    let azure = Azure::start().await;
    let metadata = json!([{"name": "Stamp", "resourceManager": azure.server.uri(),
        "authentication": {"loginEndpoint": azure.server.uri(), "audiences": ["https://stamp.example"]}}]);
    Mock::given(method("GET"))
        .and(path("/metadata/endpoints"))
        .and(query_param("api-version", "2022-09-01"))
        .respond_with(ok(metadata))
        .mount(&azure.server)
        .await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    let host = MetadataHost::new(&azure.server.uri()).unwrap();
    settings.cloud = CloudSource::Published { host, environment: None };
    let client = ArmClient::new(settings).unwrap();
    assert!(azure.server.received_requests().await.unwrap().is_empty());
    let (id, call) = (profile_id(), call());
    let reads = (0..5).map(|_| async { client.profiles().get(&id, &call).await.unwrap() });
    futures::future::join_all(reads).await;
    let lines = azure.lines().await;
    assert_eq!(lines.iter().filter(|line| line.contains("metadata")).count(), 1, "{lines:?}");
    let requests = azure.server.received_requests().await.unwrap();
    let form = requests.iter().find(|request| request.url.path() == TOKEN).unwrap();
    assert!(String::from_utf8_lossy(&form.body).contains("stamp.example%2F.default"));
}

#[tokio::test]
async fn a_metadata_host_without_addresses_is_an_error_and_read_again_next_time() {
    let azure = Azure::start().await;
    azure.answer("GET", "/metadata/endpoints", 1, ok(json!({}))).await;
    azure.answer("GET", "/metadata/endpoints", 1, status(404, json!({}))).await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    let host = MetadataHost::new(&azure.server.uri()).unwrap();
    settings.cloud = CloudSource::Published { host, environment: None };
    let client = ArmClient::new(settings).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreadable { .. }) && error.to_string().contains("loginEndpoint"),
        "{error}"
    );
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(matches!(error, Error::Service(_)), "{error}");
}

#[tokio::test]
async fn a_failed_login_reports_why_it_was_selected() {
    let azure = Azure::without_tokens().await;
    let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: no"});
    azure.answer("POST", TOKEN, 9, status(401, body)).await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.login_choice = Some("Ways:\n  - client secret: used".to_owned());
    let client = ArmClient::new(settings).unwrap();
    let report = client.profiles().get(&profile_id(), &call()).await.unwrap_err().report();
    assert!(
        report.contains("AADSTS7000215: no") && report.ends_with("Ways:\n  - client secret: used"),
        "{report}"
    );
}
