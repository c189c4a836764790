use super::*;
use double::{SECRET, with};
use proto::apply_resource_change::{Request as Apply, Response};

fn create(name: &str) -> Apply {
    let planned = with(double::thing(name), "id", Value::unknown());
    Apply {
        type_name: "test_thing".to_owned(),
        prior_state: null(),
        planned_state: sent(&planned, &THING),
        config: sent(&with(planned, "id", Value::Null), &THING),
        planned_private: b"planned".as_slice().into(),
        planned_identity: identity(Value::unknown()),
        ..Apply::default()
    }
}

fn update(from: &str, to: &str) -> Apply {
    Apply { prior_state: thing(from), planned_identity: identity(from), ..create(to) }
}

fn delete(name: &str) -> Apply {
    Apply { planned_state: null(), config: null(), ..update(name, name) }
}

#[track_caller]
fn assert_state(answer: &Response, expected: &Value, private: &[u8]) {
    assert_eq!(&state(answer.new_state.as_ref()), expected);
    assert_eq!(answer.private.as_ref(), private);
}

#[tokio::test]
async fn a_creation_returns_the_new_state() {
    let host = Host::new();
    let answer = host.apply(create("a")).await;
    let received = host.received();
    assert_eq!((received.method, &received.private), ("create", &b"planned".to_vec()));
    assert_eq!(received.values[0].get("id"), Some(&Value::Null));
    assert_eq!(received.values[1].get("id"), Some(&Value::unknown()));
    assert_eq!(received.identity, Some(Value::object([("name", Value::unknown())])));
    assert_state(&answer, &double::thing("a"), b"stored");
    assert_eq!(answer.new_identity, identity("a"));
    assert_eq!(warnings(&answer.diagnostics), ["Careful"]);
}

#[tokio::test]
async fn a_change_returns_the_new_state() {
    let host = Host::new();
    let answer = host.apply(update("a", "b")).await;
    let received = host.received();
    assert_eq!(received.method, "update");
    assert_eq!(received.values[0], double::thing("a"));
    assert_state(&answer, &double::thing("b"), b"stored");
    assert_eq!(answer.new_identity, identity("b"));
}

#[tokio::test]
async fn a_deletion_returns_null() {
    let host = Host::new();
    let answer = host.apply(delete("a")).await;
    let received = host.received();
    assert_eq!((received.method, &received.private), ("delete", &b"planned".to_vec()));
    assert_eq!(received.values, [double::thing("a")]);
    assert_state(&answer, &Value::Null, b"");
    assert_eq!(answer.new_identity, None);
    assert_eq!(warnings(&answer.diagnostics), ["Careful"]);
}

#[tokio::test]
async fn a_failed_creation_leaves_nothing() {
    for (name, detail) in [("fail", "The test asked for it."), ("panic", "creating a `test_thing`")] {
        let answer = Host::new().apply(create(name)).await;
        assert!(error(&answer.diagnostics).detail.contains(detail));
        assert!(!error(&answer.diagnostics).detail.contains(SECRET));
        assert_state(&answer, &Value::Null, b"");
        assert_eq!(answer.new_identity, None);
    }
}

#[tokio::test]
async fn a_failed_change_or_deletion_keeps_the_prior_state() {
    for request in [update("a", "fail"), update("a", "panic"), delete("fail"), delete("panic")] {
        let prior = state(request.prior_state.as_ref());
        let planned_identity = request.planned_identity.clone();
        let answer = Host::new().apply(request).await;
        assert!(!error(&answer.diagnostics).detail.contains(SECRET));
        assert_state(&answer, &prior, b"planned");
        assert_eq!(answer.new_identity, planned_identity);
    }
}

#[tokio::test]
async fn the_object_of_a_failed_apply_is_kept() {
    let expected = double::thing("partial");
    for request in [create("partial"), update("a", "partial"), delete("partial")] {
        let answer = Host::new().apply(request).await;
        assert_eq!(error(&answer.diagnostics).summary, "It failed");
        // `any` was still unknown, which a state cannot represent.
        assert_state(&answer, &expected, b"partial");
        assert_eq!(answer.new_identity, identity("partial"));
    }
}

#[tokio::test]
async fn an_object_that_was_created_is_never_forgotten() {
    // The warning comes first.
    for (name, detail) in [("misfit", "`name` should be string, but is number"), ("null", "is null")] {
        let answer = Host::new().apply(create(name)).await;
        assert!(error(&answer.diagnostics[1..]).detail.contains(detail), "{answer:?}");
        // The plan is all that is left, without its unknown values.
        assert_state(&answer, &with(double::thing(name), "id", Value::Null), b"stored");
        let answer = Host::new().apply(update("a", name)).await;
        assert!(error(&answer.diagnostics[1..]).detail.contains(detail), "{answer:?}");
        assert_state(&answer, &double::thing("a"), b"planned");
    }
}

#[tokio::test]
async fn a_planned_identity_need_not_be_returned_again() {
    let answer = Host::new().apply(update("anonymous", "anonymous")).await;
    assert_eq!(answer.new_identity, identity("anonymous"));
    // An unknown identity is not accepted.
    let answer = Host::new().apply(create("anonymous")).await;
    assert_eq!(answer.new_identity, None);
}

#[tokio::test]
async fn an_undecodable_request_changes_nothing() {
    let host = Host::new();
    let answer = host.apply(Apply { planned_state: misfit(), ..update("a", "b") }).await;
    assert!(error(&answer.diagnostics).detail.contains("other"));
    assert_state(&answer, &double::thing("a"), b"planned");
    let other = Apply { type_name: "test_other".to_owned(), ..update("a", "b") };
    let answer = host.apply(other).await;
    assert_eq!(error(&answer.diagnostics).summary, "Unknown resource type");
    assert_state(&answer, &double::thing("a"), b"planned");
    // A null planned state must be sent explicitly: if it were only missing, that would delete.
    let answer = host.apply(Apply { planned_state: None, ..update("a", "b") }).await;
    assert!(error(&answer.diagnostics).detail.contains("sent no planned state"));
    assert!(host.was_not_asked());
}

#[tokio::test]
async fn a_stop_cancels_running_and_later_calls() {
    let host = Host::new();
    let service = host.service.clone();
    let running =
        tokio::spawn(async move { service.apply_resource_change(Request::new(create("wait"))).await });
    host.is_asked().await;
    assert!(!host.received().cancelled);
    let stop = Request::new(proto::stop_provider::Request {});
    assert_eq!(host.service.stop_provider(stop).await.expect("answered").into_inner().error, "");
    let answer = running.await.expect("ran").expect("answered").into_inner();
    assert_eq!(error(&answer.diagnostics).summary, "It failed");

    host.apply(create("a")).await;
    assert!(host.received().cancelled);
}

#[tokio::test]
async fn a_connection_that_breaks_does_not_end_an_apply() {
    let host = Host::new();
    tokio::select! {
        _ = host.service.apply_resource_change(Request::new(create("slow"))) => panic!("it waits for the stop"),
        () = host.is_asked() => {}
    }
    // The call is gone now, but its work goes on.
    assert_eq!(host.received().method, "create");
    host.service.stop();
    host.service.idle().await;
    assert_eq!(host.received().method, "finished");
}

#[tokio::test]
async fn the_service_survives_a_panic() {
    let host = Host::new();
    host.apply(create("panic")).await;
    assert_state(&host.apply(create("a")).await, &double::thing("a"), b"stored");
}
