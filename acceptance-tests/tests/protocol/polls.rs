//! When an operation is polled, by the emulator's clock. These tests set no upper limits: a busy machine may
//! poll later, but never sooner.

use acceptance_tests::emulator::Request;
use serde_json::json;

use super::{PROFILE, Rig};

/// The shortest wait.
const FIRST: i64 = 150;
/// How long other clients wait between polls if the service names no time.
const OTHERS: i64 = 10_000;

/// Creates a profile and deletes it, and returns the requests of each.
fn made_and_deleted(settings: &serde_json::Value) -> [Vec<Request>; 2] {
    let mut rig = Rig::with_settings(&[], settings);
    let arguments = rig.profile("p");
    let object = rig.on(async |host| {
        let config = host.config(PROFILE, &arguments).unwrap();
        let plan = host.plan(PROFILE, None, &config).await.unwrap();
        host.apply(PROFILE, plan).await.unwrap()
    });
    let created = rig.emulator.requests().unwrap();
    rig.emulator.forget_requests().unwrap();
    rig.on(async |host| host.destroy(PROFILE, &object).await.unwrap());
    [created, rig.emulator.requests().unwrap()]
}

/// The milliseconds between the write and the polls of its operation, each since the one before.
fn waits(requests: &[Request]) -> Vec<i64> {
    let write = requests.iter().position(|one| ["PUT", "DELETE"].contains(&one.method.as_str())).unwrap();
    let looks = requests[write + 1..].iter().filter(|one| one.path.contains("/capsOperations/"));
    let times: Vec<_> = [&requests[write]].into_iter().chain(looks).map(|one| one.at).collect();
    times.windows(2).map(|two| two[1] - two[0]).collect()
}

#[test]
fn an_operation_of_300_milliseconds_is_polled_once_or_twice() {
    let settings = json!({"operations": "async", "operation_seconds": 0.3, "retry_after": null});
    for requests in made_and_deleted(&settings) {
        let waits = waits(&requests);
        // By the second poll at least 337 ms have passed.
        assert!((1..=2).contains(&waits.len()), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait < OTHERS), "{waits:?}");
    }
}

#[test]
fn polls_start_soon_and_become_less_frequent() {
    let settings =
        json!({"operations": "async", "operation_seconds": 600, "operation_polls": 4, "retry_after": null});
    for requests in made_and_deleted(&settings) {
        let waits = waits(&requests);
        assert_eq!(waits.len(), 4, "{waits:?}");
        assert!(waits.iter().all(|wait| (FIRST..OTHERS).contains(wait)), "{waits:?}");
        assert!(waits[1..].iter().all(|wait| *wait > waits[0]), "{waits:?}");
    }
}

#[test]
fn the_service_may_name_the_time() {
    let settings =
        json!({"operations": "async", "operation_seconds": 600, "operation_polls": 2, "retry_after": 1});
    for requests in made_and_deleted(&settings) {
        let waits = waits(&requests);
        assert_eq!(waits.len(), 2, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait >= 999), "{waits:?}");
    }
}

#[test]
fn a_write_that_is_finished_at_once_is_not_polled() {
    for requests in made_and_deleted(&json!({})) {
        let azure: Vec<_> = requests.iter().filter(|one| !one.is_login()).map(|one| &one.method).collect();
        assert!(azure == ["GET", "PUT"] || azure == ["DELETE"], "{azure:?}");
    }
}
