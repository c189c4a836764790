use super::super::Login;
use super::super::double::*;
use super::*;
use serde_json::json;
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const AT: &str = "/metadata/identity/oauth2/token";

async fn platform() -> (MockServer, MachineUrl) {
    let server = MockServer::start().await;
    let url = MachineUrl::of_platform(&format!("{}{AT}", server.uri())).unwrap();
    (server, url)
}

fn answer() -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({"access_token": "from-machine", "expires_on": "4000000000", "resource": "r"}))
}

async fn ask_for(identity: IdentitySelector, endpoint: IdentityEndpoint) -> Result<AccessToken, LoginError> {
    let machine = ManagedIdentity::new(identity, endpoint, None).unwrap();
    request_token(&ManagedIdentityCredential::new(&machine, &settings())).await
}

#[tokio::test]
async fn a_virtual_machine_accepts_every_name_of_an_identity() {
    for (identity, parameter) in [
        (IdentitySelector::System, None),
        (IdentitySelector::Client("c".into()), Some(("client_id", "c"))),
        (IdentitySelector::Object("o".into()), Some(("object_id", "o"))),
        (IdentitySelector::Resource("/subscriptions/r".into()), Some(("msi_res_id", "/subscriptions/r"))),
    ] {
        let (server, url) = platform().await;
        Mock::given(method("GET"))
            .and(path(AT))
            .and(header("metadata", "true"))
            .respond_with(answer())
            .mount(&server)
            .await;
        let token = ask_for(identity, IdentityEndpoint::Imds(url)).await.unwrap();
        assert_eq!(token.token.secret(), "from-machine");
        let all = fields(&server, AT).await;
        let mut expected = vec![("api-version", "2018-02-01"), ("resource", "https://management.example")];
        expected.extend(parameter);
        let owned: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(all, [owned]);
    }
}

#[tokio::test]
async fn an_api_version_may_be_chosen() {
    let (server, url) = platform().await;
    Mock::given(query_param("api-version", "2021-02-01")).respond_with(answer()).mount(&server).await;
    let machine = ManagedIdentity::new(
        IdentitySelector::System,
        IdentityEndpoint::Imds(url),
        Some("2021-02-01".into()),
    )
    .unwrap();
    request_token(&ManagedIdentityCredential::new(&machine, &settings())).await.unwrap();
}

#[tokio::test]
async fn app_service_receives_its_secret() {
    let (server, url) = platform().await;
    Mock::given(method("GET"))
        .and(header("x-identity-header", "the-header"))
        .and(query_param("api-version", "2019-08-01"))
        .and(query_param("mi_res_id", "/r"))
        .respond_with(answer())
        .mount(&server)
        .await;
    let endpoint = IdentityEndpoint::AppService(url, Secret::new("the-header"));
    ask_for(IdentitySelector::Resource("/r".into()), endpoint.clone()).await.unwrap();
    server.reset().await;
    let refusal = json!({"statusCode": 400, "message": "no the-header for you"});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(400).set_body_json(refusal))
        .mount(&server)
        .await;
    let error = ask_for(IdentitySelector::System, endpoint).await.unwrap_err();
    assert!(error.to_string().contains("no *** for you"), "{error}");
}

#[tokio::test]
async fn cloud_shell_receives_a_form() {
    let (server, url) = platform().await;
    Mock::given(method("POST")).and(header("metadata", "true")).respond_with(answer()).mount(&server).await;
    ask_for(IdentitySelector::System, IdentityEndpoint::CloudShell(url)).await.unwrap();
    assert_eq!(
        fields(&server, AT).await,
        [[("resource".to_owned(), "https://management.example".to_owned())]]
    );
}

#[tokio::test]
async fn the_challenge_of_arc_is_solved_with_its_file() {
    let (server, url) = platform().await;
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().canonicalize().unwrap();
    std::fs::write(folder.join("now.key"), "file-content").unwrap();
    let challenge = |name: &str| {
        let realm = format!("Basic realm={}", folder.join(name).display());
        ResponseTemplate::new(401).insert_header("www-authenticate", realm.as_str())
    };
    Mock::given(header("authorization", "Basic file-content"))
        .and(query_param("api-version", "2020-06-01"))
        .respond_with(answer())
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(header("metadata", "true"))
        .respond_with(challenge("now.key"))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let machine = ManagedIdentity::new(IdentitySelector::System, IdentityEndpoint::Arc(url), None).unwrap();
    let mut credential = ManagedIdentityCredential::new(&machine, &settings());
    credential.arc = arc::Challenges::within(folder.clone());
    request_token(&credential).await.unwrap();

    Mock::given(header("metadata", "true")).respond_with(challenge("../now.key")).mount(&server).await;
    let error = request_token(&credential).await.unwrap_err();
    assert!(error.to_string().contains("is not in"), "{error}");
    assert!(!format!("{error:?}").contains("file-content"));
}

#[tokio::test]
async fn an_endpoint_that_is_being_updated_is_retried() {
    let (server, url) = platform().await;
    for status in [410, 404, 503] {
        Mock::given(header_exists("metadata"))
            .respond_with(ResponseTemplate::new(status))
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    Mock::given(header_exists("metadata")).respond_with(answer()).mount(&server).await;
    ask_for(IdentitySelector::System, IdentityEndpoint::Imds(url)).await.unwrap();
}

#[tokio::test]
async fn the_error_of_the_endpoint_is_shown() {
    let (server, url) = platform().await;
    let refusal = json!({"error": "invalid_request", "error_description": "Identity not found"});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(400).set_body_json(refusal))
        .mount(&server)
        .await;
    let error = ask_for(IdentitySelector::System, IdentityEndpoint::Imds(url.clone())).await.unwrap_err();
    assert!(
        error.to_string().contains("managed identity") && error.to_string().contains("Identity not found")
    );
    server.reset().await;
    let hidden = ResponseTemplate::new(200).set_body_json(json!({"access_token": "hidden"}));
    Mock::given(method("GET")).respond_with(hidden).mount(&server).await;
    let error = ask_for(IdentitySelector::System, IdentityEndpoint::Imds(url)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hidden"));
    let nobody = MachineUrl::from_user("http://127.0.0.1:1/x").unwrap();
    let error = ask_for(IdentitySelector::System, IdentityEndpoint::Imds(nobody)).await.unwrap_err();
    assert!(error.transport.is_some(), "{error}");
}

#[test]
fn platforms_without_user_assigned_identities_refuse_one() {
    let url = MachineUrl::imds;
    for endpoint in [IdentityEndpoint::Arc(url()), IdentityEndpoint::CloudShell(url())] {
        assert!(ManagedIdentity::new(IdentitySelector::Client("c".into()), endpoint.clone(), None).is_err());
        assert!(ManagedIdentity::new(IdentitySelector::System, endpoint, None).is_ok());
    }
    let machine =
        ManagedIdentity::new(IdentitySelector::System, IdentityEndpoint::Imds(url()), None).unwrap();
    assert!(!Login::ManagedIdentity(machine).supports_other_tenants());
}
