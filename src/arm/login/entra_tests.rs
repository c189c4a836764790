//! What azure_identity alone would lose, accept or show.

use super::super::Login;
use super::super::double::*;
use super::*;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SECRET: &str = "s3cr/t+8Q~";

fn login() -> Login {
    Login::ClientSecret { application: application(), secret: Secret::new(SECRET) }
}

async fn answering(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let mut all: Vec<_> = answers.into_iter().collect();
    let last = all.pop().unwrap();
    for answer in all {
        Mock::given(method("POST"))
            .and(path(TOKEN))
            .respond_with(answer)
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(last).mount(&server).await;
    server
}

async fn refused(answer: ResponseTemplate) -> LoginError {
    token(&login(), &answering([answer]).await).await.unwrap_err()
}

fn good() -> serde_json::Value {
    json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "token"})
}

#[tokio::test]
async fn a_success_without_a_usable_token_is_an_error_that_shows_nothing() {
    for body in [
        json!({}),
        json!([]),
        json!("hidden"),
        json!({"access_token": ""}),
        json!({"access_token": "", "expires_in": 3600}),
        json!({"access_token": "hidden"}),
        json!({"access_token": "hid\nden", "expires_in": 3600}),
        json!({"access_token": "hidden", "expires_in": -1}),
        json!({"access_token": "hidden", "expires_in": {"in": 1}}),
        json!({"accesstoken": "hidden", "expires_in": 3600}),
    ] {
        let error = refused(ResponseTemplate::new(200).set_body_json(&body)).await;
        assert_eq!(error.status, Some(200));
        let text = format!("{error} {error:?}");
        assert!(text.contains("no usable token") && !text.contains("hid"), "{body}: {text}");
    }
}

#[tokio::test]
async fn a_token_with_a_text_expiry_or_a_byte_order_mark_is_accepted() {
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(good().to_string().into_bytes());
    for answer in [
        ResponseTemplate::new(200).set_body_json(good()),
        ResponseTemplate::new(200).set_body_json(json!({"expires_in": "3600", "access_token": "token"})),
        ResponseTemplate::new(200).set_body_json(
            json!({"expires_in": 3600, "ext_expires_in": "3600", "access_token": "token", "token_type": null}),
        ),
        ResponseTemplate::new(200).set_body_bytes(marked),
    ] {
        let token = token(&login(), &answering([answer]).await).await.unwrap();
        assert_eq!(token.token.secret(), "token");
        let left = (token.expires_on - OffsetDateTime::now_utc()).whole_seconds();
        assert!((3_500..=3_600).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn a_refusal_keeps_its_text_with_escapes_and_codes_of_any_size() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret \u0027x\u0027 provided.\r\nTrace ID: t","error_codes":[7000215,9007199254740991,"8"],"trace_id":"t","correlation_id":"c"}"#;
    let error = refused(ResponseTemplate::new(401).set_body_string(body)).await;
    assert_eq!(
        error.description.as_deref(),
        Some("AADSTS7000215: Invalid client secret 'x' provided.\r\nTrace ID: t")
    );
    assert_eq!(error.codes, [7_000_215, 9_007_199_254_740_991]);
    assert_eq!((error.status, error.error.as_deref()), (Some(401), Some("invalid_client")));
    assert_eq!((error.trace_id.as_deref(), error.correlation_id.as_deref()), (Some("t"), Some("c")));
    assert_eq!(error.login_name, "client secret");
    assert!(error.endpoint.ends_with(TOKEN), "{}", error.endpoint);
}

#[tokio::test]
async fn a_secret_that_the_response_repeats_is_masked() {
    let form: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    for answer in [
        ResponseTemplate::new(400)
            .set_body_json(json!({"error_description": format!("no {SECRET} here"), "error": SECRET})),
        ResponseTemplate::new(400).set_body_json(json!({"trace_id": SECRET, "correlation_id": form})),
        ResponseTemplate::new(403).set_body_string(format!("<html>{SECRET} {form}")),
    ] {
        let error = refused(answer).await;
        let text = format!("{error} {error:?}");
        assert!(text.contains("***") && !text.contains("s3cr"), "{text}");
    }
    let application = Application::new("t.example", "hidden-Pa55word").unwrap();
    let login = Login::ClientSecret { application, secret: Secret::new(SECRET) };
    let echo = ResponseTemplate::new(400).set_body_json(
        json!({"error_description": "Application with identifier 'hidden-Pa55word' was not found"}),
    );
    let error = token(&login, &answering([echo]).await).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
}

#[tokio::test]
async fn a_response_that_is_a_page_or_truncated_is_retried() {
    let cut = r#"{"token_type": "Bearer", "expires_in": 3600, "access_token": "tok"#;
    let server = answering([
        ResponseTemplate::new(200).set_body_string("<html>sign in to this network"),
        ResponseTemplate::new(200).set_body_string(cut),
        ResponseTemplate::new(200),
        ResponseTemplate::new(503).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(good()),
    ])
    .await;
    let mut settings = settings();
    settings.pace.unreachable = std::time::Duration::from_secs(60);
    let credential = login().credential(&cloud(&server), &settings).unwrap();
    assert_eq!(request_token(credential.as_ref()).await.unwrap().token.secret(), "token");
    let error = refused(ResponseTemplate::new(200).set_body_string("<html>for ever")).await;
    assert!(error.to_string().contains("no usable token"), "{error}");
}

#[tokio::test]
async fn an_endless_response_is_bounded() {
    let error = refused(ResponseTemplate::new(200).set_body_bytes(vec![b' '; (1 << 20) + 1])).await;
    assert!(error.to_string().contains("the response is longer than 1 MiB"), "{error}");
}

#[tokio::test]
async fn an_authority_that_does_not_respond_is_an_error() {
    let server = answering([ResponseTemplate::new(200)
        .set_body_json(good())
        .set_delay(std::time::Duration::from_secs(30))])
    .await;
    let mut settings = settings();
    settings.pace.login_response = std::time::Duration::from_millis(50);
    let error =
        request_token(login().credential(&cloud(&server), &settings).unwrap().as_ref()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("did not respond: no response within 50 ms"), "{text}");
}

#[tokio::test]
async fn an_authority_that_keeps_failing_is_named_at_the_deadline() {
    let server = answering([ResponseTemplate::new(503)
        .set_body_json(json!({"error_description": format!("try later, {SECRET}")}))])
    .await;
    let error = token(&login(), &server).await.unwrap_err();
    assert!(error.timed_out && error.status == Some(503), "{error:?}");
    assert!(error.to_string().contains("try later, ***"), "{error}");
}

/// azure_identity accepts only https without a path, and would keep a token that Azure has refused.
#[tokio::test]
async fn an_authority_with_a_path_issues_every_token() {
    let server = MockServer::start().await;
    let tokens = Counting::new(|n| json!({"expires_in": 3600, "access_token": format!("token-{n}")}));
    Mock::given(path("/adfs/t.example/oauth2/v2.0/token")).respond_with(tokens).mount(&server).await;
    let cloud = Cloud::custom("https://arm.example", &format!("{}/adfs/", server.uri()), None).unwrap();
    let credential = login().credential(&cloud, &settings()).unwrap();
    for expected in ["token-1", "token-2"] {
        assert_eq!(request_token(credential.as_ref()).await.unwrap().token.secret(), expected);
    }
}
