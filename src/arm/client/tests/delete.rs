use super::*;
use crate::arm::error::{Error, Missing};

const P: &str = "/inVMAccessControlProfiles/p";
const OP: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus/capsOperations/7";

#[tokio::test]
async fn a_delete_may_end_at_once() {
    for (response, expected) in [
        (ResponseTemplate::new(200), DeleteOutcome::Deleted),
        (ResponseTemplate::new(204), DeleteOutcome::Absent),
    ] {
        let azure = Azure::start().await;
        azure.answer("DELETE", &profile_path(), 1, response).await;
        assert_eq!(azure.client.profiles().delete(&profile_id(), &call()).await.unwrap(), expected);
        assert_eq!(azure.requests().await.len(), 1);
    }
    let azure = Azure::start().await;
    azure.answer("DELETE", &profile_path(), 1, status(404, arm_error("SubscriptionNotFound", "?"))).await;
    let error = azure.client.profiles().delete(&profile_id(), &call()).await.unwrap_err().error;
    assert_eq!(error.missing(), Some(Missing::Subscription));
}

#[tokio::test]
async fn a_delete_polls_its_operation() {
    let azure = Azure::start().await;
    let link = format!("{}{OP}?api-version=2024-03-03", azure.server.uri());
    let response = ResponseTemplate::new(202)
        .insert_header("azure-asyncoperation", link.as_str())
        .insert_header("location", format!("{link}&monitor=true").as_str());
    azure.answer("DELETE", &profile_path(), 1, response).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "InProgress"}))).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Succeeded"}))).await;
    assert_eq!(azure.client.profiles().delete(&profile_id(), &call()).await.unwrap(), DeleteOutcome::Deleted);
    assert_eq!(azure.lines().await, [format!("DELETE {P}"), format!("GET {OP}"), format!("GET {OP}")]);
}

#[tokio::test]
async fn without_an_operation_the_object_is_polled() {
    let azure = Azure::start().await;
    azure.answer("DELETE", &profile_path(), 1, ResponseTemplate::new(202)).await;
    let gone = || status(404, arm_error("ResourceNotFound", "gone"));
    azure.answer("GET", &profile_path(), 2, ok(profile_json("Deleting"))).await;
    // Neither 404 proves anything: one has no error code, and the next response contradicts the other.
    azure.answer("GET", &profile_path(), 1, ResponseTemplate::new(404)).await;
    azure.answer("GET", &profile_path(), 1, gone()).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Deleting"))).await;
    azure.answer("GET", &profile_path(), 2, gone()).await;
    assert_eq!(azure.client.profiles().delete(&profile_id(), &call()).await.unwrap(), DeleteOutcome::Deleted);
    assert_eq!(azure.requests().await.len(), 8);
}

#[tokio::test]
async fn a_delete_waits_for_children_and_busy_objects() {
    let azure = Azure::start().await;
    let nested =
        arm_error("CannotDeleteResource", "Can not delete resource before nested resources are deleted.");
    azure.answer("DELETE", &profile_path(), 2, status(409, nested.clone())).await;
    azure
        .answer("DELETE", &profile_path(), 1, status(409, arm_error("AnotherOperationInProgress", "busy")))
        .await;
    let link = format!("{OP}?api-version=2024-03-03");
    azure
        .answer(
            "DELETE",
            &profile_path(),
            1,
            ResponseTemplate::new(202).insert_header("location", link.as_str()),
        )
        .await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Failed", "error": nested["error"]}))).await;
    azure.answer("DELETE", &profile_path(), 1, ResponseTemplate::new(204)).await;
    azure.client.profiles().delete(&profile_id(), &call()).await.unwrap();
    let requests = azure.requests().await;
    let writes = requests.iter().filter(|request| !request.url.path().ends_with("/versions"));
    assert_eq!(writes.count(), 6);
}

#[tokio::test]
async fn remaining_children_are_named_at_the_deadline() {
    let azure = Azure::start().await;
    let nested = arm_error("CannotDeleteResource", "nested resources exist: versions/1.0.0");
    azure.answer("DELETE", &profile_path(), 999, status(409, nested)).await;
    let error = azure.client.profiles().delete(&profile_id(), &call_of(1_500)).await.unwrap_err().error;
    assert!(error.is_timeout() && error.report().contains("versions/1.0.0"), "{}", error.report());
}

#[tokio::test]
async fn versions_that_nobody_deletes_are_an_error_at_once() {
    let azure = Azure::start().await;
    let nested = arm_error("CannotDeleteResource", "nested resources exist");
    azure.answer("DELETE", &profile_path(), 999, status(409, nested)).await;
    let listed = json!({"value": [version_json("1.0.0", "Succeeded"), version_json("1.0.1", "Deleting")]});
    azure.answer("GET", &format!("{}/versions", profile_path()), 999, ok(listed)).await;
    let error = azure.client.profiles().delete(&profile_id(), &call_of(20_000)).await.unwrap_err().error;
    let report = error.report();
    assert!(error.is_nested_resources() && report.contains("version 1.0.0 exists"), "{report}");
    assert!(!report.contains("1.0.1"), "it is being deleted: {report}");
    assert_eq!(azure.requests().await.len(), 2, "at once");
}

#[tokio::test]
async fn a_version_that_was_just_deleted_is_waited_for() {
    let azure = Azure::start().await;
    let nested = arm_error("CannotDeleteResource", "nested resources exist");
    let version = format!("{}/versions/1.0.0", profile_path());
    azure.answer("DELETE", &version, 1, ResponseTemplate::new(204)).await;
    azure.answer("DELETE", &profile_path(), 30, status(409, nested)).await;
    azure.answer("DELETE", &profile_path(), 1, ResponseTemplate::new(204)).await;
    let listed = json!({"value": [version_json("1.0.0", "Succeeded")]});
    azure.answer("GET", &format!("{}/versions", profile_path()), 999, ok(listed)).await;
    let id = profile_id().version("1.0.0".parse().unwrap());
    azure.client.versions().delete(&id, &call()).await.unwrap();
    azure.client.profiles().delete(&profile_id(), &call_of(20_000)).await.unwrap();
}

#[tokio::test]
async fn other_conflicts_are_not_tried_again() {
    let azure = Azure::start().await;
    azure
        .answer("DELETE", &profile_path(), 9, status(409, arm_error("ScopeLocked", "a lock is on it")))
        .await;
    let error = azure.client.profiles().delete(&profile_id(), &call()).await.unwrap_err().error;
    assert!(matches!(error, Error::Service(_)) && error.is_conflict() && error.is_forbidden());
    assert_eq!(azure.requests().await.len(), 1);
}

#[tokio::test]
async fn a_deletion_that_finds_nothing_is_checked() {
    for code in ["ResourceNotFound", "ParentResourceNotFound", "ResourceGroupNotFound"] {
        let not_found = || status(404, arm_error(code, "no"));
        let azure = Azure::start().await;
        azure.answer("DELETE", &profile_path(), 9, not_found()).await;
        azure.answer("GET", &profile_path(), 9, not_found()).await;
        let profiles = azure.client.profiles();
        assert_eq!(profiles.delete(&profile_id(), &call()).await.unwrap(), DeleteOutcome::Absent);
        assert_eq!(azure.requests().await.len(), 2);

        // It exists after all, so the deletion is sent again.
        let azure = Azure::start().await;
        azure.answer("DELETE", &profile_path(), 1, not_found()).await;
        azure.answer("GET", &profile_path(), 9, ok(profile_json("Succeeded"))).await;
        azure.answer("DELETE", &profile_path(), 1, ResponseTemplate::new(204)).await;
        azure.client.profiles().delete(&profile_id(), &call()).await.unwrap();
        assert_eq!(azure.requests().await.len(), 3);

        // The retries end with an error, so the state keeps the object.
        let azure = Azure::start().await;
        azure.answer("DELETE", &profile_path(), 99, not_found()).await;
        azure.answer("GET", &profile_path(), 99, ok(profile_json("Succeeded"))).await;
        assert!(azure.client.profiles().delete(&profile_id(), &call()).await.is_err());
        assert_eq!(azure.requests().await.len(), 8);
    }
}

#[tokio::test]
async fn a_started_deletion_is_continued() {
    let azure = Azure::start().await;
    let link = format!("{OP}?api-version=2024-03-03");
    let accepted = ResponseTemplate::new(202).insert_header("azure-asyncoperation", link.as_str());
    azure.answer("DELETE", &profile_path(), 1, accepted).await;
    let running = ok(json!({"status": "InProgress"})).insert_header("retry-after", "60");
    azure.answer("GET", OP, 1, running).await;
    let unfinished = azure.client.profiles().delete(&profile_id(), &call_of(1_500)).await.unwrap_err();
    assert!(unfinished.error.is_timeout(), "{unfinished}");
    let operation = unfinished.operation.unwrap();

    azure.answer("GET", &profile_path(), 1, ok(profile_json("Deleting"))).await;
    azure.answer("GET", OP, 9, ok(json!({"status": "Succeeded"}))).await;
    let profiles = azure.client.profiles();
    assert_eq!(
        profiles.resume_delete(&profile_id(), &operation, &call()).await.unwrap(),
        DeleteOutcome::Deleted
    );
    let lines = azure.lines().await;
    assert_eq!(lines.iter().filter(|line| line.starts_with("DELETE")).count(), 1, "{lines:?}");

    azure.answer("GET", &profile_path(), 1, status(404, arm_error("ResourceNotFound", "gone"))).await;
    assert_eq!(
        profiles.resume_delete(&profile_id(), &operation, &call()).await.unwrap(),
        DeleteOutcome::Absent
    );
    // The deletion did not happen after all.
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.answer("DELETE", &profile_path(), 1, ResponseTemplate::new(204)).await;
    profiles.resume_delete(&profile_id(), &operation, &call()).await.unwrap();
    assert_eq!(azure.lines().await.last().unwrap(), &format!("DELETE {P}"));
}

#[tokio::test]
async fn the_object_confirms_an_operation_without_a_status() {
    let azure = Azure::start().await;
    let link = format!("{OP}?api-version=2024-03-03");
    let accepted = ResponseTemplate::new(202).insert_header("azure-asyncoperation", link.as_str());
    azure.answer("DELETE", &profile_path(), 1, accepted).await;
    azure.answer("GET", OP, 1, ResponseTemplate::new(200)).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Deleting"))).await;
    azure.answer("GET", &profile_path(), 2, status(404, arm_error("ResourceNotFound", "gone"))).await;
    assert_eq!(azure.client.profiles().delete(&profile_id(), &call()).await.unwrap(), DeleteOutcome::Deleted);
    assert_eq!(azure.requests().await.len(), 5);
}
