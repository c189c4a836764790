use super::super::super::error::LoginError;
use super::super::double::*;
use super::super::token_cache::TokenCache;
use super::super::{Login, RequestUrl};
use super::*;
use serde_json::json;
use std::sync::Arc;
use time::Duration;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const IDS: &str = "/ids";

fn login(assertion: AssertionSource) -> Login {
    Login::Federated { application: application(), assertion }
}

fn github(server: &MockServer) -> Login {
    let url = RequestUrl::new(&format!("{}{IDS}?api-version=2.0", server.uri())).unwrap();
    login(AssertionSource::GitHub { url, token: Secret::new("request-token") })
}

async fn mount_github(server: &MockServer) {
    Mock::given(method("GET"))
        .and(path(IDS))
        .and(query_param("api-version", "2.0"))
        .and(query_param("audience", AUDIENCE))
        .and(header("authorization", "Bearer request-token"))
        .respond_with(Counting::new(|n| json!({"count": 1, "value": format!("id-{n}")})))
        .mount(server)
        .await;
}

/// The assertions that the authority received.
async fn shown(server: &MockServer) -> Vec<String> {
    let all = fields(server, TOKEN).await;
    all.iter().map(|fields| field(fields, "client_assertion").unwrap()).collect()
}

#[tokio::test]
async fn a_configured_token_is_exchanged_unchanged() {
    let server = authority().await;
    let given = login(AssertionSource::Token(Secret::new("the.id.token")));
    assert_eq!(token(&given, &server).await.unwrap().token.secret(), "token-1");
    let all = fields(&server, TOKEN).await;
    let expected = [
        ("client_assertion", "the.id.token"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_id", "the-client"),
        ("grant_type", "client_credentials"),
        ("scope", "https://management.example/.default"),
    ];
    assert_eq!(all[0], expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_file_is_read_at_each_exchange() {
    let server = authority().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let from_file = login(AssertionSource::File { path: file.path().to_owned(), aks: false });
    for id in ["first\n", "\u{feff}second\r\n"] {
        std::fs::write(file.path(), id).unwrap();
        token(&from_file, &server).await.unwrap();
    }
    assert_eq!(shown(&server).await, ["first", "second"]);
    for content in [" \n".to_owned(), "x".repeat(70_000), "\"hidden\"".to_owned(), "$(hidden)".to_owned()] {
        std::fs::write(file.path(), content).unwrap();
        let error = token(&from_file, &server).await.unwrap_err();
        assert!(error.to_string().contains("the file") && !error.to_string().contains("hidden"), "{error}");
    }
    let absent = login(AssertionSource::File { path: "/nowhere/at/all".into(), aks: true });
    let error = token(&absent, &server).await.unwrap_err();
    assert_eq!(error.login_name, "AKS workload identity");
    assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
}

#[tokio::test]
async fn github_issues_a_fresh_token_for_each_exchange() {
    let server = authority().await;
    mount_github(&server).await;
    let github = github(&server);
    token(&github, &server).await.unwrap();
    token(&github, &server).await.unwrap();
    assert_eq!(shown(&server).await, ["id-1", "id-2"]);
}

#[tokio::test]
async fn azure_devops_receives_the_service_connection() {
    let server = authority().await;
    Mock::given(method("POST"))
        .and(path(IDS))
        .and(query_param("api-version", "7.1"))
        .and(query_param("serviceConnectionId", "the connection"))
        .and(header("authorization", "Bearer system-token"))
        .and(header("content-type", "application/json"))
        .and(header("content-length", "0"))
        .and(body_string(""))
        .respond_with(Counting::new(|n| json!({"oidcToken": format!("id-{n}")})))
        .mount(&server)
        .await;
    let devops = login(AssertionSource::AzureDevOps {
        url: RequestUrl::new(&format!("{}{IDS}", server.uri())).unwrap(),
        token: Secret::new("system-token"),
        service_connection_id: "the connection".to_owned(),
    });
    token(&devops, &server).await.unwrap();
    assert_eq!(shown(&server).await, ["id-1"]);
}

#[tokio::test]
async fn a_refusal_of_an_id_token_is_quoted_without_our_secrets() {
    for (response, message) in [
        (ResponseTemplate::new(401).set_body_string("request-token is not known"), "*** is not known"),
        (ResponseTemplate::new(403), "no id token was returned"),
        (ResponseTemplate::new(200).set_body_string("<html>hidden"), "no id token under `value`"),
        (
            ResponseTemplate::new(200).set_body_json(json!({"oidcToken": "hidden"})),
            "no id token under `value`",
        ),
    ] {
        let server = authority().await;
        Mock::given(path(IDS)).respond_with(response).mount(&server).await;
        let error = token(&github(&server), &server).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(message), "{text}");
        assert!(!text.contains("hidden") && !text.contains("request-token"), "{text}");
        assert!(fields(&server, TOKEN).await.is_empty(), "Entra receives no request");
    }
}

thread_local! {
    static NOW: std::cell::Cell<i64> = const { std::cell::Cell::new(1_900_000_000) };
}

fn clock() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NOW.get()).unwrap()
}

/// A run of 45 minutes: id tokens that are valid for 10, access tokens that are valid for 10. Each exchange
/// uses an id token that was issued for it, and no request carries an expired token.
#[tokio::test]
async fn a_long_run_outlives_its_id_tokens() {
    let server = MockServer::start().await;
    mount_github(&server).await;
    let tokens = Counting::new(|n| json!({"expires_in": 600, "access_token": format!("token-{n}")}));
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(tokens).mount(&server).await;
    let mut settings = settings();
    settings.now = clock;
    let credential = github(&server).credential(&cloud(&server), &settings).unwrap();
    let long = std::time::Duration::from_secs(60);
    let cache =
        TokenCache::new(Arc::clone(&credential), "s/.default".to_owned(), clock, long, LoginError::default());
    let mut made: Vec<(String, i64)> = Vec::new();
    for _ in 0..=45 {
        let token = cache.get(&azure_core::http::Context::new()).await.unwrap().expose().to_owned();
        if made.last().is_none_or(|(last, _)| *last != token) {
            made.push((token.clone(), NOW.get()));
        }
        let age = made.last().map(|(_, since)| NOW.get() - since).unwrap();
        assert!(age < 600, "{token} is {age} s old");
        NOW.set(NOW.get() + Duration::minutes(1).whole_seconds());
    }
    let ids = shown(&server).await;
    assert_eq!(ids.len(), made.len());
    assert!(ids.len() >= 5, "{ids:?}");
    let fresh: Vec<_> = (1..=ids.len()).map(|n| format!("id-{n}")).collect();
    assert_eq!(ids, fresh);
}
