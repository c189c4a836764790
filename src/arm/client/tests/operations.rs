//! Operations that are forgotten, that fail at a monitor, that have long addresses.

use super::*;
use crate::arm::PendingOperation;
use crate::arm::error::Error;

const OP: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus/capsOperations/7";

fn accepted(code: u16, header: &str) -> ResponseTemplate {
    ResponseTemplate::new(code).insert_header(header, format!("{OP}?api-version=2024-03-03").as_str())
}

fn unknown() -> ResponseTemplate {
    status(404, arm_error("NotFound", "The operation '7' was not found."))
}

async fn create(azure: &Azure) -> Result<Profile, Error> {
    let started = azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call()).await?;
    let started = super::expect_started(started);
    azure.client.profiles().finish(&started.operation.unwrap(), &call()).await
}

#[tokio::test]
async fn a_write_whose_operation_is_forgotten_ends_by_the_object() {
    // The object shows how it ended.
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, accepted(202, "azure-asyncoperation")).await;
    azure.answer("GET", OP, 999, unknown()).await;
    azure.answer("GET", &profile_path(), 2, ok(profile_json("Updating"))).await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    create(&azure).await.unwrap();
    // Or nothing goes on, and that is an error with all that is known.
    for object in [ok(profile_json("Updating")), status(404, arm_error("ResourceNotFound", "no"))] {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, accepted(202, "location")).await;
        azure.answer("GET", OP, 999, unknown()).await;
        azure.answer("GET", &profile_path(), 999, object).await;
        let error = create(&azure).await.unwrap_err();
        assert!(matches!(error, Error::Forgotten { .. }), "{error}");
        assert!(error.report().contains(&profile_path()), "{}", error.report());
    }
}

#[tokio::test]
async fn a_deletion_that_is_forgotten_is_sent_once_more() {
    for (object, again) in [("Succeeded", 200), ("Deleting", 200), ("Succeeded", 202)] {
        let azure = Azure::start().await;
        azure.answer("DELETE", &profile_path(), 1, accepted(202, "azure-asyncoperation")).await;
        azure.answer("DELETE", &profile_path(), 9, accepted(again, "x-nothing")).await;
        azure.answer("GET", OP, 999, unknown()).await;
        azure.answer("GET", &profile_path(), 999, ok(profile_json(object))).await;
        let deleted = azure.client.profiles().delete(&profile_id(), &call_of(3_000)).await;
        let deletes = azure.lines().await.iter().filter(|line| line.starts_with("DELETE")).count();
        assert_eq!(deletes, 2);
        match again {
            200 => assert_eq!(deleted.unwrap(), DeleteOutcome::Deleted),
            _ => assert!(deleted.is_err()),
        }
    }
    let azure = Azure::start().await;
    azure.answer("DELETE", &profile_path(), 9, accepted(202, "azure-asyncoperation")).await;
    azure.answer("GET", OP, 999, unknown()).await;
    azure.answer("GET", &profile_path(), 999, ok(profile_json("Succeeded"))).await;
    let unfinished = azure.client.profiles().delete(&profile_id(), &call()).await.unwrap_err();
    assert!(matches!(unfinished.error, Error::Forgotten { .. }) && unfinished.operation.is_some());
    assert!(unfinished.error.report().contains("unchanged"), "{}", unfinished.error.report());
}

#[tokio::test]
async fn a_monitor_that_keeps_failing_ends_with_an_error() {
    let failed = |code| status(code, arm_error("RegionCapacityExceeded", "No room in the region."));
    for (code, times) in [(500, 4), (503, 4), (409, 1), (400, 1)] {
        let azure = Azure::start().await;
        azure.answer("PUT", &profile_path(), 1, accepted(202, "location")).await;
        azure.answer("GET", OP, 1, ResponseTemplate::new(202)).await;
        azure.answer("GET", OP, 999, failed(code)).await;
        let error = create(&azure).await.unwrap_err();
        assert!(matches!(error, Error::Operation(_)), "{error}");
        assert!(error.report().contains("RegionCapacityExceeded"), "{}", error.report());
        assert_eq!(azure.requests().await.len(), 2 + times, "{code}");
    }
    // A transient failure has no effect.
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, accepted(202, "location")).await;
    azure.answer("GET", OP, 3, failed(500)).await;
    azure.answer("GET", OP, 9, ok(profile_json("Succeeded"))).await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    create(&azure).await.unwrap();
    // The other address is about the operation: a failed poll says nothing about it.
    let azure = Azure::start().await;
    azure.answer("PUT", &profile_path(), 1, accepted(202, "azure-asyncoperation")).await;
    azure.answer("GET", OP, 8, failed(500)).await;
    azure.answer("GET", OP, 9, ok(json!({"status": "Succeeded"}))).await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    create(&azure).await.unwrap();
}

#[tokio::test]
async fn an_address_of_eight_kilobytes_is_sent_unchanged() {
    let azure = Azure::start().await;
    let link = format!("{OP}?api-version=2024-03-03&t=1&c={}&s=x", "MIIH%2B".repeat(1_200));
    let accepted = ResponseTemplate::new(202)
        .insert_header("azure-asyncoperation", link.as_str())
        .insert_header("location", format!("{link}&monitor=true").as_str());
    azure.answer("DELETE", &profile_path(), 1, accepted).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "InProgress"})).insert_header("retry-after", "60")).await;
    let unfinished = azure.client.profiles().delete(&profile_id(), &call_of(3_000)).await.unwrap_err();
    let stored = serde_json::to_string(&unfinished.operation.unwrap()).unwrap();
    let operation: PendingOperation = serde_json::from_str(&stored).unwrap();
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Deleting"))).await;
    azure.answer("GET", OP, 9, ok(json!({"status": "Succeeded"}))).await;
    azure.client.profiles().resume_delete(&profile_id(), &operation, &call()).await.unwrap();
    for look in azure.requests().await.iter().filter(|request| request.url.path() == OP) {
        assert!(look.url.as_str().ends_with(&link));
    }
}

#[tokio::test]
async fn an_operation_is_expected_to_take_as_long_as_the_one_before() {
    let azure = Azure::start().await;
    let times = |end: &str| json!({"startTime": "2026-01-01T00:00:00.75998+00:00", "endTime": end, "status": "Succeeded"});
    azure.answer("PUT", &profile_path(), 9, accepted(202, "azure-asyncoperation")).await;
    azure.answer("GET", OP, 1, ok(times("2026-01-01T00:00:00.9+00:00"))).await;
    azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
    create(&azure).await.unwrap();
    // Between the early polls and the expected end there are none.
    let running = ok(json!({"status": "InProgress"}));
    azure.answer("GET", OP, 5, running).await;
    azure.answer("GET", OP, 9, ok(times("2026-01-01T00:00:00.9+00:00"))).await;
    create(&azure).await.unwrap();
    let looks = azure.lines().await.iter().filter(|line| line.ends_with("capsOperations/7")).count();
    assert_eq!(looks, 7);
}
