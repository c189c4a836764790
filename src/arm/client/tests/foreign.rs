//! Foreign addresses, in every place where a response can name one: nothing is ever sent there.

use super::*;

const OP: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus/operations/1";

/// An Azure, and another server that must never receive a request.
async fn two() -> (Azure, MockServer) {
    (Azure::start().await, MockServer::start().await)
}

#[track_caller]
fn heard_nothing(requests: Option<Vec<Request>>, what: &str) {
    let received: Vec<_> = requests.unwrap().iter().map(|r| format!("{} {}", r.method, r.url)).collect();
    assert!(received.is_empty(), "{what}: {received:?}");
}

#[tokio::test]
async fn no_redirect_is_followed_by_any_request() {
    for code in [300, 301, 302, 303, 307, 308] {
        let (azure, elsewhere) = two().await;
        let away = format!("{}{}", elsewhere.uri(), profile_path());
        for verb in ["GET", "PUT", "DELETE"] {
            let redirect = ResponseTemplate::new(code).insert_header("location", away.as_str());
            azure.answer(verb, &profile_path(), 9, redirect).await;
        }
        let (profiles, id, call) = (azure.client.profiles(), profile_id(), call());
        let read = profiles.get(&id, &call).await.unwrap_err();
        assert!(read.to_string().contains("redirects to 127.0.0.1, which is not followed"), "{code}: {read}");
        assert!(profiles.begin_create(&id, &profile_body(), &call).await.is_err(), "{code}");
        assert!(profiles.delete(&id, &call).await.is_err(), "{code}");
        assert_eq!(azure.requests().await.len(), 3, "{code}");
        heard_nothing(elsewhere.received_requests().await, &code.to_string());
    }
}

#[tokio::test]
async fn the_login_is_not_redirected_either() {
    for code in [301, 302, 303, 307, 308] {
        let (azure, elsewhere) = (Azure::without_tokens().await, MockServer::start().await);
        let away = format!("{}{TOKEN}", elsewhere.uri());
        let redirect = ResponseTemplate::new(code).insert_header("location", away.as_str());
        azure.answer("POST", TOKEN, 9, redirect).await;
        assert!(azure.client.profiles().get(&profile_id(), &call()).await.is_err(), "{code}");
        heard_nothing(elsewhere.received_requests().await, &code.to_string());
    }
}

#[tokio::test]
async fn no_operation_is_polled_at_another_host() {
    for header in ["azure-asyncoperation", "location"] {
        for code in [201, 202] {
            let (azure, elsewhere) = two().await;
            let away = format!("{}{OP}", elsewhere.uri());
            let body = profile_json("Creating");
            azure
                .answer("PUT", &profile_path(), 1, status(code, body).insert_header(header, away.as_str()))
                .await;
            let call = call();
            let started =
                azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call).await.unwrap();
            let started = expect_started(started);
            assert!(started.body.is_some(), "{header}, {code}: the object is lost");
            let pending = started.operation.expect("not done");
            let error = azure.client.profiles().finish(&pending, &call).await.unwrap_err();
            assert!(matches!(error, Error::ForeignAddress { .. }), "{header}, {code}: {error}");

            let gone = ResponseTemplate::new(202).insert_header(header, away.as_str());
            azure.answer("DELETE", &profile_path(), 1, gone).await;
            let error = azure.client.profiles().delete(&profile_id(), &call).await.unwrap_err().error;
            assert!(matches!(error, Error::ForeignAddress { .. }), "{header}, {code}: {error}");
            heard_nothing(elsewhere.received_requests().await, &format!("{header}, {code}"));
        }
    }
}

#[tokio::test]
async fn an_operation_that_redirects_is_not_followed() {
    for header in ["azure-asyncoperation", "location"] {
        let (azure, elsewhere) = two().await;
        let here = format!("{}{OP}", azure.server.uri());
        let away = format!("{}{OP}", elsewhere.uri());
        let answer = status(201, profile_json("Creating")).insert_header(header, here.as_str());
        azure.answer("PUT", &profile_path(), 1, answer).await;
        let redirect = ResponseTemplate::new(307).insert_header("location", away.as_str());
        azure.answer("GET", OP, 9, redirect).await;
        let call = call();
        let started =
            azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call).await.unwrap();
        let started = expect_started(started);
        let pending = started.operation.expect("not done");
        assert!(azure.client.profiles().finish(&pending, &call).await.is_err(), "{header}");
        heard_nothing(elsewhere.received_requests().await, header);
    }
}

#[tokio::test]
async fn a_stored_operation_cannot_be_redirected() {
    // A state keeps an address without its host; an edited one gets no request either.
    let (azure, elsewhere) = two().await;
    for by in ["async_operation", "location"] {
        let kept = json!({"by": {by: format!("{}{OP}", elsewhere.uri())}, "resource": profile_path()});
        let pending = serde_json::from_value(kept).unwrap();
        let error = azure.client.profiles().finish(&pending, &call()).await.unwrap_err();
        assert!(matches!(error, Error::ForeignAddress { .. }), "{by}: {error}");
    }
    heard_nothing(elsewhere.received_requests().await, "a kept operation");
}
