use super::*;
use crate::arm::error::Error;
use crate::arm::operation::{PendingOperation, Started};

const P: &str = "/inVMAccessControlProfiles/p";
const OP: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus/capsOperations/7";

async fn begin(azure: &Azure) -> Started<Profile> {
    expect_started(
        azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call()).await.unwrap(),
    )
}

async fn finish(azure: &Azure, started: Started<Profile>) -> Result<Profile, Error> {
    // As a caller does that keeps it between two runs.
    let text = serde_json::to_string(&started.operation.unwrap()).unwrap();
    assert!(text.len() < 600, "{text}");
    let pending: PendingOperation = serde_json::from_str(&text).unwrap();
    azure.client.profiles().finish(&pending, &call()).await
}

fn created(azure: &Azure, header: &str) -> ResponseTemplate {
    let link = format!("{}{OP}?api-version=2024-03-03", azure.server.uri());
    status(201, profile_json("Creating")).insert_header(header, link.as_str())
}

#[tokio::test]
async fn a_final_response_needs_no_further_request() {
    let mut without_state = profile_json("Succeeded");
    without_state["properties"].as_object_mut().unwrap().remove("provisioningState");
    for (code, body) in
        [(201, profile_json("Succeeded")), (201, profile_json("succeeded")), (201, without_state)]
    {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, status(code, body)).await;
        let started = begin(&azure).await;
        assert_eq!(started.operation, None);
        assert_eq!(started.body.unwrap().name.as_deref(), Some("p"));
        let requests = azure.requests().await;
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].headers["content-type"], "application/json");
        let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
        assert_eq!(sent, serde_json::to_value(profile_body()).unwrap());
    }
}

#[tokio::test]
async fn an_async_operation_is_followed_and_the_object_read_once() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, created(&azure, "Azure-AsyncOperation")).await;
    azure.answer("GET", OP, 1, status(404, arm_error("NotFound", "not yet"))).await;
    azure.answer("GET", OP, 1, ResponseTemplate::new(200).set_body_string("<html>")).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "InProgress", "percentComplete": 50.0}))).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Replicating"}))).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Succeeded"}))).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let started = begin(&azure).await;
    assert!(started.body.is_some());
    let profile = finish(&azure, started).await.unwrap();
    assert_eq!(profile.properties.provisioning_state, Some(ProvisioningState::Succeeded));
    let lines = azure.lines().await;
    assert_eq!(lines.len(), 7);
    assert_eq!((lines[0].as_str(), lines[6].as_str()), (&*format!("PUT {P}"), &*format!("GET {P}")));
}

#[tokio::test]
async fn a_location_that_returns_the_object_ends_the_write_once_it_can_be_read() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, created(&azure, "location")).await;
    azure.answer("GET", OP, 2, ResponseTemplate::new(202)).await;
    azure.answer("GET", OP, 1, ok(profile_json("Succeeded"))).await;
    azure.answer("GET", &profile_path(), 2, status(404, arm_error("ResourceNotFound", "not yet"))).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let started = begin(&azure).await;
    assert_eq!(finish(&azure, started).await.unwrap().name.as_deref(), Some("p"));
    assert_eq!(azure.requests().await.len(), 7);
}

#[tokio::test]
async fn without_an_address_the_object_is_polled_even_if_it_is_hidden_at_first() {
    for first in [
        ResponseTemplate::new(202),
        status(201, profile_json("Updating")),
        ResponseTemplate::new(201).set_body_string("{\"trunc"),
        ResponseTemplate::new(201),
        status(201, json!({"properties": {"osType": 7}})),
        status(201, json!({})),
        status(201, version_json("1.0.0", "Succeeded")),
    ] {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, first).await;
        azure.answer("GET", &profile_path(), 2, status(404, arm_error("ResourceNotFound", "not yet"))).await;
        azure.answer("GET", &profile_path(), 1, ok(profile_json("Creating"))).await;
        azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
        let started = begin(&azure).await;
        assert!(finish(&azure, started).await.is_ok());
        assert_eq!(azure.requests().await.len(), 5);
    }
}

#[tokio::test]
async fn an_object_that_stays_hidden_after_its_operation_is_an_error() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, created(&azure, "location")).await;
    azure.answer("GET", OP, 1, ok(profile_json("Succeeded"))).await;
    azure.answer("GET", &profile_path(), 999, status(404, arm_error("ResourceNotFound", "no"))).await;
    let started = begin(&azure).await;
    assert!(finish(&azure, started).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_write_without_an_address_and_object_ends_with_an_error() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, ResponseTemplate::new(202)).await;
    let absent = status(404, arm_error("ResourceNotFound", "no")).insert_header("x-ms-request-id", "r7");
    azure.answer("GET", &profile_path(), 999, absent).await;
    let started = begin(&azure).await;
    let error = finish(&azure, started).await.unwrap_err();
    assert!(matches!(error, Error::Forgotten { .. }), "{error}");
    for part in [&*profile_path(), "it does not exist", "ResourceNotFound", "r7"] {
        assert!(error.report().contains(part), "{part} is not in\n{}", error.report());
    }
}

#[tokio::test]
async fn a_failed_operation_reports_its_whole_error() {
    for word in ["Failed", "Canceled", "Cancelled"] {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, created(&azure, "azure-asyncoperation")).await;
        let body = json!({"status": word, "error": {"code": "QuotaExceeded", "message": "too many", "details": [{"code": "D", "message": "d"}]}});
        azure.answer("GET", OP, 1, ok(body).insert_header("x-ms-request-id", "r5")).await;
        let started = begin(&azure).await;
        let error = finish(&azure, started).await.unwrap_err();
        let Error::Operation(arm) = &error else { panic!("{error}") };
        assert_eq!(arm.final_status(), word);
        assert!(!error.is_cancelled(), "it was Azure that cancelled");
        let report = error.report();
        for part in ["QuotaExceeded", "too many", "- D: d", "r5", word] {
            assert!(report.contains(part), "{part} is not in\n{report}");
        }
    }
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, status(201, profile_json("Failed"))).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Failed"))).await;
    let started = begin(&azure).await;
    assert!(started.body.is_some(), "the object is there, and must not be lost");
    let error = finish(&azure, started).await.unwrap_err();
    assert!(error.to_string().contains("only the state Failed"), "{error}");
}

#[tokio::test]
async fn garbage_at_the_operation_is_an_error() {
    for body in ["<html>", "{}", "[]", "\"x\""] {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, created(&azure, "azure-asyncoperation")).await;
        azure.answer("GET", OP, 9, ResponseTemplate::new(200).set_body_string(body)).await;
        let started = begin(&azure).await;
        let error = finish(&azure, started).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn deadline_and_cancellation_end_the_polling() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, created(&azure, "azure-asyncoperation")).await;
    let running =
        ok(json!({"status": "InProgress", "percentComplete": 30})).insert_header("retry-after", "60");
    azure.answer("GET", OP, 99, running).await;
    let pending = begin(&azure).await.operation.unwrap();
    let before = tokio::time::Instant::now();
    let error = azure.client.profiles().finish(&pending, &call_of(1_500)).await.unwrap_err();
    assert!(before.elapsed() < Duration::from_secs(2));
    let report = error.report();
    assert!(
        error.is_timeout() && report.contains("InProgress, 30%") && report.contains("the write of"),
        "{report}"
    );
    // The write, a poll, and one last poll shortly before the deadline, since a wait beyond the deadline is
    // shortened.
    assert_eq!(azure.requests().await.len(), 3);

    let token = CancellationToken::new();
    let call = Call::new(Duration::from_secs(60), token.clone());
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        token.cancel();
    };
    let profiles = azure.client.profiles();
    let (result, ()) = tokio::join!(profiles.finish(&pending, &call), cancel);
    assert!(result.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_cancelled_write_still_records_its_operation() {
    let azure = Azure::start().await;
    let slow = status(201, profile_json("Creating")).set_delay(Duration::from_millis(120));
    azure.answer("PUT", &profile_path(), 1, slow).await;
    let token = CancellationToken::new();
    let call = Call::new(Duration::from_secs(60), token.clone());
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        token.cancel();
    };
    let (id, body, profiles) = (profile_id(), profile_body(), azure.client.profiles());
    let (result, ()) = tokio::join!(profiles.begin_create(&id, &body, &call), cancel);
    let started = expect_started(result.unwrap());
    assert!(started.body.is_some() && started.operation.is_some());
}

#[tokio::test]
async fn a_parent_that_should_exist_is_retried() {
    let missing = status(404, arm_error("ParentResourceNotFound", "no gallery"));
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 2, missing.clone()).await;
    azure.answer("PUT", &profile_path(), 1, status(201, profile_json("Succeeded"))).await;
    let (id, body, profiles) = (profile_id(), profile_body(), azure.client.profiles());
    profiles.begin_create(&id, &body, &call().expecting_parent()).await.unwrap();

    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 999, missing).await;
    let error = azure.client.profiles().begin_create(&id, &body, &call()).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(azure.requests().await.len(), 2, "not where nobody sees it: {:?}", azure.lines().await);
    let error =
        azure.client.profiles().begin_create(&id, &body, &call().expecting_parent()).await.unwrap_err();
    assert!(error.is_not_found() && azure.requests().await.len() > 4, "bounded: {error}");
    // The caller did not say that it exists, but it does.
    let azure = Azure::start().await;
    let missing = status(404, arm_error("ParentResourceNotFound", "no gallery"));
    azure.answer("PUT", &profile_path(), 2, missing).await;
    azure.answer("GET", GALLERY, 9, ok(json!({"name": "g"}))).await;
    azure.answer("PUT", &profile_path(), 1, status(201, profile_json("Succeeded"))).await;
    azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call()).await.unwrap();
}

#[tokio::test]
async fn a_busy_object_is_retried() {
    let azure = Azure::start().await;
    let busy = status(409, arm_error("Conflict", "Another operation is in progress"))
        .insert_header("retry-after-ms", "3");
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.answer("PUT", &profile_path(), 3, busy.clone()).await;
    azure.answer("PUT", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let change = ProfileChange { description: Some(Some("x".to_owned())), ..ProfileChange::default() };
    azure.client.profiles().begin_update(&profile_id(), &change, &call()).await.unwrap();
    assert_eq!(azure.requests().await.len(), 5);

    // A create waits while a parent is busy and its own object does not exist.
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 2, busy).await;
    azure.answer("GET", &profile_path(), 9, status(404, arm_error("ResourceNotFound", "no"))).await;
    azure.answer("PUT", &profile_path(), 1, status(201, profile_json("Succeeded"))).await;
    begin(&azure).await;
    assert_eq!(azure.requests().await.len(), 5);
}

#[tokio::test]
async fn a_create_takes_over_no_object_that_appeared_after_the_check() {
    let busy = || status(409, arm_error("Conflict", "Another operation is in progress"));
    let fixed =
        || status(409, arm_error("PropertyChangeNotAllowed", "Changing property 'x' is not allowed."));
    let bad = || status(400, arm_error("PropertyChangeNotAllowed", "Changing property 'x' is not allowed."));
    let change = || ok(profile_json("Updating"));
    for (answer, looks, taken_as_a_change) in
        [(busy(), 1, false), (fixed(), 1, false), (bad(), 1, false), (change(), 0, true)]
    {
        for doubt in [false, true] {
            let azure = Azure::start().await;
            if doubt {
                azure.answer("PUT", &profile_path(), 1, status(503, json!({}))).await;
            }
            azure.answer("PUT", &profile_path(), 9, answer.clone()).await;
            azure.answer("GET", &profile_path(), 9, ok(profile_json("Creating"))).await;
            let (id, body, call) = (profile_id(), profile_body(), call());
            let outcome = azure.client.profiles().begin_create(&id, &body, &call).await.unwrap();
            let CreateOutcome::Exists { may_be_ours, changed, .. } = outcome else { panic!("{outcome:?}") };
            assert_eq!((may_be_ours, changed), (doubt, taken_as_a_change), "{:?}", azure.lines().await);
            let lines = azure.lines().await;
            assert_eq!(lines.iter().filter(|line| line.starts_with("GET")).count(), looks, "{lines:?}");
        }
    }
    // The doubt about one name does not apply to the next.
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, status(503, json!({}))).await;
    azure.answer("PUT", &profile_path(), 9, change()).await;
    let call = call();
    for doubt in [true, false] {
        let outcome =
            azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call).await.unwrap();
        assert!(
            matches!(outcome, CreateOutcome::Exists { may_be_ours, .. } if may_be_ours == doubt),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_conflict_about_something_else_stays_a_conflict() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 9, status(409, arm_error("ScopeLocked", "a lock is on it"))).await;
    azure.answer("GET", &profile_path(), 9, status(404, arm_error("ResourceNotFound", "no"))).await;
    let outcome = azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call()).await;
    assert!(outcome.unwrap_err().is_forbidden());
    assert_eq!(azure.requests().await.len(), 2);
}

#[tokio::test]
async fn an_update_reads_edits_and_writes() {
    let azure = Azure::start().await;
    let path = format!("{}/versions/1.0.0", profile_path());
    let given = json!({"id": path, "location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow", "provisioningState": "Succeeded",
        "rules": {"privileges": [{"name": "n", "path": "/p"}], "roles": [], "identities": null, "roleAssignments": []}, "targetLocations": [{"name": "westus"}]}});
    azure.answer("GET", &path, 1, ok(given.clone())).await;
    azure.answer("PUT", &path, 1, ok(given)).await;
    let change = VersionChange { mode: Some(Mode::Enforce.into()), ..VersionChange::default() };
    let started = azure.client.versions().begin_update(&version_id(), &change, &call()).await.unwrap();
    assert_eq!(started.operation, None);
    let sent: Value = serde_json::from_slice(&azure.requests().await[1].body).unwrap();
    assert_eq!(
        sent,
        json!({"location": "westus", "properties": {"mode": "Enforce", "defaultAccess": "Allow",
            "rules": {"privileges": [{"name": "n", "path": "/p"}], "roles": [], "identities": null, "roleAssignments": []}, "targetLocations": [{"name": "westus"}]}}),
        "just what was read, but for the change"
    );
    let azure = Azure::start().await;
    azure.answer("GET", &path, 1, status(404, arm_error("ResourceNotFound", "gone"))).await;
    let error = azure.client.versions().begin_update(&version_id(), &change, &call()).await.unwrap_err();
    assert!(error.is_not_found(), "a deleted object is not created by an update");
    assert_eq!(azure.requests().await.len(), 1);
}

#[tokio::test]
async fn the_outcome_of_a_write_is_known_as_far_as_its_response_shows() {
    let outcome_of = async |response: ResponseTemplate, ms: u64| {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 99, response).await;
        let call = call_of(ms);
        azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call).await.unwrap_err();
        call.write_outcome()
    };
    assert_eq!(
        outcome_of(status(403, arm_error("AuthorizationFailed", "no")), 5_000).await,
        WriteOutcome::Settled
    );
    let later = |response: ResponseTemplate| response.insert_header("retry-after", "60");
    assert_eq!(
        outcome_of(later(status(429, arm_error("TooManyRequests", "slow"))), 5_000).await,
        WriteOutcome::Settled
    );
    assert_eq!(
        outcome_of(later(status(504, arm_error("GatewayTimeout", "late"))), 5_000).await,
        WriteOutcome::Doubtful
    );
    let slow = status(201, profile_json("Succeeded")).set_delay(Duration::from_secs(3));
    assert_eq!(outcome_of(slow, 1_500).await, WriteOutcome::UnderWay);
}

#[tokio::test]
async fn an_update_without_a_difference_sends_nothing() {
    let azure = Azure::start().await;
    let change =
        ProfileChange { applicable_host_endpoint: Some(Endpoint::Imds.into()), ..ProfileChange::default() };
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let started = azure.client.profiles().begin_update(&profile_id(), &change, &call()).await.unwrap();
    assert!(started.operation.is_none() && started.body.is_some());
    assert_eq!(azure.requests().await.len(), 1);
    // Unless the last write failed: it is repeated.
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Failed"))).await;
    azure.answer("PUT", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().begin_update(&profile_id(), &change, &call()).await.unwrap();
    assert_eq!(azure.requests().await.len(), 3);
}

#[tokio::test]
async fn one_poll_returns_the_state_of_an_operation() {
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, created(&azure, "azure-asyncoperation")).await;
    let pending = begin(&azure).await.operation.unwrap();
    for response in [
        ok(json!({"status": "InProgress"})),
        ok(json!({"status": "Succeeded"})),
        ok(json!({"status": "Failed", "error": {"code": "QuotaExceeded", "message": "too many"}})),
        status(404, arm_error("NotFound", "what?")),
    ] {
        azure.answer("GET", OP, 1, response).await;
    }
    let poll = async || azure.client.poll(&pending, &call()).await.unwrap();
    assert!(matches!(poll().await, OperationStatus::Running(word) if word == "InProgress"));
    assert!(matches!(poll().await, OperationStatus::Done));
    assert!(
        matches!(poll().await, OperationStatus::Failed(error) if error.report().contains("QuotaExceeded"))
    );
    assert!(matches!(poll().await, OperationStatus::Unknown));
}
