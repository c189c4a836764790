use super::*;
use crate::arm::error::{Error, TransportKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

#[tokio::test]
async fn transient_statuses_are_retried_in_every_retry_form() {
    let azure = Azure::start().await;
    for (status, header, value) in [
        (408, "x", "y"),
        (429, "retry-after", "0"),
        (500, "retry-after-ms", "3"),
        (502, "x-ms-retry-after-ms", "3"),
        (503, "retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        (504, "retry-after", "garbage"),
    ] {
        azure
            .answer("GET", &profile_path(), 2, ResponseTemplate::new(status).insert_header(header, value))
            .await;
    }
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    assert_eq!(azure.requests().await.len(), 13);
}

#[tokio::test]
async fn the_requested_delay_is_kept() {
    let azure = Azure::start().await;
    azure
        .answer("GET", &profile_path(), 1, ResponseTemplate::new(500).insert_header("retry-after-ms", "150"))
        .await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let before = Instant::now();
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn the_deadline_ends_retries_with_the_last_error() {
    let azure = Azure::start().await;
    let body = arm_error("InternalServerError", "boom");
    azure.answer("GET", &profile_path(), 999, status(500, body).insert_header("x-ms-request-id", "r9")).await;
    let error = azure.client.profiles().get(&profile_id(), &call_of(1_500)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let report = error.report();
    for part in [
        "GET /subscriptions",
        "Code: InternalServerError",
        "Message: boom",
        "500 Internal Server Error",
        "r9",
        "1 second",
    ] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
}

#[tokio::test]
async fn a_delay_beyond_the_deadline_fails_at_once() {
    let azure = Azure::start().await;
    let response = status(429, arm_error("TooManyRequests", "slow")).insert_header("retry-after", "3600");
    azure.answer("GET", &profile_path(), 9, response).await;
    let before = Instant::now();
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(before.elapsed() < Duration::from_secs(2));
    assert!(
        error.to_string().contains("the next attempt in 1 hour would come after its timeout of 5 seconds"),
        "{error}"
    );
    assert_eq!(error.arm().unwrap().code.as_deref(), Some("TooManyRequests"));
}

#[tokio::test]
async fn cancelling_ends_a_delay() {
    let azure = Azure::start().await;
    azure
        .answer("GET", &profile_path(), 9, ResponseTemplate::new(503).insert_header("retry-after", "3"))
        .await;
    let token = CancellationToken::new();
    let call = Call::new(Duration::from_secs(60), token.clone());
    let before = Instant::now();
    let id = profile_id();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        token.cancel();
    };
    let (result, ()) = tokio::join!(azure.client.profiles().get(&id, &call), cancel);
    assert!(result.unwrap_err().is_cancelled());
    assert!(before.elapsed() < Duration::from_secs(2));
}

/// A server that responds to the first connections with the given bytes, and then hangs up.
async fn raw(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(&answer).await;
        }
    });
    format!("http://{address}")
}

pub(super) fn http(body: &str, length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn broken_responses_are_requested_again() {
    let azure = Azure::start().await;
    let body = profile_json("Succeeded").to_string();
    let answers = vec![
        Vec::new(),
        http(&body[..20], body.len()),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":".to_vec(),
        b"\x00\x01 not http at all\r\n\r\n".to_vec(),
        http(&body, body.len()),
    ];
    let arm = raw(answers).await;
    let client = ArmClient::new(settings(&arm, &azure.server.uri())).unwrap();
    let profile = client.profiles().get(&profile_id(), &call()).await.unwrap();
    assert_eq!(profile.name.as_deref(), Some("p"));
}

#[tokio::test]
async fn an_unreachable_host_is_an_error_after_some_retries() {
    let azure = Azure::start().await;
    let client = ArmClient::new(settings("http://127.0.0.1:1", &azure.server.uri())).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    let Error::Transport(transport) = &error else { panic!("{error}") };
    assert_eq!(transport.kind, TransportKind::Connect);
    assert!(
        error.to_string().contains("no connection to 127.0.0.1:1")
            && error.to_string().to_lowercase().contains("refused"),
        "{error}"
    );
    assert!(error.report().contains("HTTPS_PROXY"));
}
