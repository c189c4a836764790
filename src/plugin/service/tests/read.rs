use super::*;
use double::{SECRET, with};
use proto::read_resource::Request as Read;

fn read(name: &str) -> Read {
    Read {
        type_name: "test_thing".to_owned(),
        current_state: thing(name),
        private: b"prior".as_slice().into(),
        current_identity: identity(name),
        ..Read::default()
    }
}

#[tokio::test]
async fn an_existing_object_is_returned_as_it_is() {
    let host = Host::new();
    let answer = host.read(read("a")).await;
    let received = host.received();
    assert_eq!((received.values, received.private), (vec![double::thing("a")], b"prior".to_vec()));
    assert_eq!(received.identity, Some(Value::object([("name", "a".into())])));
    assert_eq!(state(answer.new_state.as_ref()), double::thing("a"));
    assert_eq!(answer.private.as_ref(), b"read");
    // The read did not return an identity, so the old one stays.
    assert_eq!(answer.new_identity, identity("a"));
    assert_eq!(warnings(&answer.diagnostics), ["Careful"]);
}

#[tokio::test]
async fn a_gone_object_is_null() {
    let answer = Host::new().read(read("gone")).await;
    assert_eq!(state(answer.new_state.as_ref()), Value::Null);
    assert_eq!((answer.private.as_ref(), answer.new_identity), (b"".as_slice(), None));
    assert_eq!(warnings(&answer.diagnostics), ["Careful"]);
}

#[tokio::test]
async fn a_read_that_fails_leaves_the_state() {
    for (name, detail) in
        [("fail", "The test asked for it."), ("panic", "reading a `test_thing`"), ("null", "is null")]
    {
        let answer = Host::new().read(read(name)).await;
        assert!(error(&answer.diagnostics).detail.contains(detail), "{answer:?}");
        assert!(!error(&answer.diagnostics).detail.contains(SECRET));
        assert_eq!(state(answer.new_state.as_ref()), double::thing(name));
        assert_eq!((answer.private.as_ref(), answer.new_identity), (b"prior".as_slice(), identity(name)));
    }
    let other = Host::new().read(Read { type_name: "test_other".to_owned(), ..read("a") }).await;
    assert_eq!(error(&other.diagnostics).summary, "Unknown resource type");
    assert_eq!(state(other.new_state.as_ref()), double::thing("a"));
}

#[tokio::test]
async fn a_null_state_is_not_read() {
    let host = Host::new();
    let answer = host.read(Read { current_state: null(), ..read("a") }).await;
    assert_eq!(state(answer.new_state.as_ref()), Value::Null);
    assert!(answer.diagnostics.is_empty() && host.was_not_asked());
}

#[tokio::test]
async fn a_read_can_be_deferred() {
    let able = proto::ClientCapabilities { deferral_allowed: true, ..proto::ClientCapabilities::default() };
    let later = Host::new().read(Read { client_capabilities: Some(able), ..read("later") }).await;
    assert_eq!(later.deferred.expect("deferred").reason, proto::deferred::Reason::AbsentPrereq as i32);
    assert_eq!(state(later.new_state.as_ref()), double::thing("later"));
    let refused = Host::new().read(read("later")).await;
    assert!(error(&refused.diagnostics).detail.contains("does not exist yet"));
    assert_eq!(refused.deferred, None);
}

#[tokio::test]
async fn absent_blocks_are_empty_in_every_response() {
    let answer = Host::new().read(read("blockless")).await;
    let expected = with(double::thing("blockless"), "item", Value::Set(vec![]));
    assert_eq!(state(answer.new_state.as_ref()), expected);
}

#[tokio::test]
async fn a_data_source_is_checked_and_read() {
    let host = Host::new();
    let kind = Type::object([("name", Type::String), ("id", Type::String)]);
    let config = |name: &str| sent(&Value::object([("name", name.into()), ("id", Value::Null)]), &kind);
    let type_name = || "test_thing".to_owned();

    let validate = async |config| {
        let request = proto::validate_data_resource_config::Request { type_name: type_name(), config };
        let answer = host.service.validate_data_resource_config(Request::new(request)).await;
        answer.expect("answered").into_inner().diagnostics
    };
    assert_eq!(warnings(&validate(config("a")).await), ["Careful"]);
    assert_eq!(error(&validate(config("fail")).await).attribute, Some(path(&Path::attribute("name"))));
    assert!(error(&validate(misfit()).await).detail.contains("other"));

    let read = async |type_name, config| {
        let request = proto::read_data_source::Request { type_name, config, ..Default::default() };
        host.service.read_data_source(Request::new(request)).await.expect("answered").into_inner()
    };
    let found = read(type_name(), config("a")).await;
    let expected = Value::object([("name", "a".into()), ("id", "/a".into())]);
    assert_eq!(received(found.state.as_ref(), &kind), expected);
    assert_eq!(warnings(&found.diagnostics), ["Careful"]);
    for name in ["fail", "panic"] {
        let failed = read(type_name(), config(name)).await;
        assert!(!error(&failed.diagnostics).detail.contains(SECRET));
        assert_eq!(failed.state, None);
    }
    assert!(error(&read(type_name(), config("later")).await.diagnostics).detail.contains("defer it"));
    let other = read("test_other".to_owned(), config("a")).await;
    assert_eq!(error(&other.diagnostics).summary, "Unknown data source");
}
