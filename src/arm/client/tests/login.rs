use super::*;
use crate::arm::error::Error;

#[tokio::test]
async fn one_token_request_for_many_callers() {
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 100, ok(profile_json("Succeeded"))).await;
    let (id, call) = (profile_id(), call());
    let reads = (0..100).map(|_| async { azure.client.profiles().get(&id, &call).await.unwrap() });
    futures::future::join_all(reads).await;
    assert_eq!(azure.token_requests().await, 1);
    let all = azure.server.received_requests().await.unwrap();
    let form = String::from_utf8(all[0].body.clone()).unwrap();
    assert_eq!(
        form,
        "client_id=the-client&client_secret=s3cr3t%2B%2F%3D%26&grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.example%2F.default"
    );
    assert!(all[0].headers.get("authorization").is_none());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let azure = Azure::start().await;
    azure
        .answer("GET", &profile_path(), 1, status(401, arm_error("ExpiredAuthenticationToken", "old")))
        .await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    let tokens: Vec<_> = azure
        .requests()
        .await
        .iter()
        .map(|r| r.headers["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);

    azure
        .answer("GET", &profile_path(), 99, status(401, arm_error("InvalidAuthenticationToken", "no")))
        .await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert_eq!(error.arm().unwrap().code.as_deref(), Some("InvalidAuthenticationToken"));
    assert_eq!(azure.requests().await.len(), 4, "no further attempts");
    assert_eq!(azure.token_requests().await, 3);
}

#[tokio::test]
async fn entras_text_is_complete_on_one_line_and_without_the_secret() {
    let azure = Azure::without_tokens().await;
    let text = "AADSTS7000215: Invalid client secret \"s3cr3t+/=&\" or s3cr3t%2B%2F%3D%26 provided.\r\nTrace ID: abc\r\nIt\u{2019}s \\ wrong.";
    let body = json!({"error": "invalid_client", "error_description": text, "error_codes": [7000215], "trace_id": "abc", "correlation_id": "def"});
    azure.answer("POST", TOKEN, 9, status(401, body)).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    let Error::Login(login) = &error else { panic!("{error}") };
    assert_eq!(login.codes, [7000215]);
    assert_eq!(login.status, Some(401));
    let shown = format!("{error}\n{}\n{error:?}", error.report());
    assert!(!shown.contains("s3cr3t"), "{shown}");
    let report = error.report();
    assert!(report.contains("AADSTS7000215: Invalid client secret \"***\" or *** provided. Trace ID: abc It\u{2019}s \\ wrong."), "{report}");
    assert!(report.contains("Error: invalid_client\nCorrelation id: def"), "{report}");
    assert_eq!(azure.token_requests().await, 1, "a refusal is not tried again");
    assert!(azure.requests().await.is_empty());
}

#[tokio::test]
async fn transient_failures_of_the_authority_are_retried() {
    let azure = Azure::without_tokens().await;
    azure.answer("POST", TOKEN, 1, ResponseTemplate::new(503)).await;
    azure.answer("POST", TOKEN, 1, ResponseTemplate::new(429).insert_header("retry-after-ms", "2")).await;
    azure.answer("POST", TOKEN, 1, ok(json!({"access_token": "x", "expires_in": "3599"}))).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
}

#[tokio::test]
async fn garbage_from_the_authority_is_an_error_that_shows_no_token() {
    for response in [
        ResponseTemplate::new(200).set_body_string("<html>"),
        ok(json!({"access_token": "with\nbreak", "expires_in": 9})),
        ok(json!({"access_token": "hidden-token"})),
        ok(json!({"access_token": "hidden-token", "expires_in": -1})),
        ok(json!({"access_token": "", "expires_in": 10})),
        ok(json!([])),
        ResponseTemplate::new(400).set_body_string("proxy says no"),
        ResponseTemplate::new(404),
    ] {
        let azure = Azure::without_tokens().await;
        azure.answer("POST", TOKEN, 9, response).await;
        let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
        assert!(matches!(error, Error::Login(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains("hidden-token"), "{error}");
    }
}

#[tokio::test]
async fn an_unreachable_authority_is_reported() {
    let azure = Azure::start().await;
    let client = ArmClient::new(settings(&azure.server.uri(), "http://127.0.0.1:1")).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("no token by client secret") && text.contains("127.0.0.1:1"), "{text}");
}

#[test]
fn settings_are_checked_without_the_network() {
    let mut settings = settings("https://arm.example", "https://login.example");
    settings.user_agent = "bad\nagent".into();
    assert!(ArmClient::new(settings).unwrap_err().to_string().contains("user agent"));
}
