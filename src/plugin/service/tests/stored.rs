use super::*;
use double::{SECRET, with};

fn raw(json: &str) -> Option<proto::RawState> {
    Some(proto::RawState { json: json.to_owned().into(), ..proto::RawState::default() })
}

async fn upgrade(
    version: i64,
    raw_state: Option<proto::RawState>,
) -> proto::upgrade_resource_state::Response {
    let type_name = "test_thing".to_owned();
    let request = proto::upgrade_resource_state::Request { type_name, version, raw_state };
    Host::new().service.upgrade_resource_state(Request::new(request)).await.expect("answered").into_inner()
}

#[tokio::test]
async fn a_state_of_this_version_is_read_whatever_build_wrote_it() {
    let json =
        r#"{"name":"a","id":"/things/a","added_later":{"x":[1]},"rules":{"a":{"path":"/","codes":[1]}}}"#;
    let upgraded = upgrade(2, raw(json)).await;
    let expected = with(double::thing("a"), "item", Value::Set(vec![]));
    assert_eq!(state(upgraded.upgraded_state.as_ref()), expected);
    assert!(upgraded.diagnostics.is_empty());

    let upgraded = upgrade(2, raw(r#"{"name":["a"]}"#)).await;
    let diagnostic = error(&upgraded.diagnostics);
    assert!(diagnostic.detail.contains("`name` should be string"), "{diagnostic:?}");
    assert_eq!(diagnostic.attribute, Some(path(&Path::attribute("name"))));
}

#[tokio::test]
async fn a_state_of_another_version_is_upgraded_by_the_resource() {
    let upgraded = upgrade(1, raw(r#"{"label":"a"}"#)).await;
    let expected = with(double::thing("a"), "item", Value::Set(vec![]));
    assert_eq!(state(upgraded.upgraded_state.as_ref()), expected);
    for version in [0, 3] {
        let refused = upgrade(version, raw(r#"{"label":"a"}"#)).await;
        assert_eq!(error(&refused.diagnostics).summary, "Unknown version");
        assert_eq!(refused.upgraded_state, None);
    }
}

#[tokio::test]
async fn an_unreadable_state_is_refused() {
    assert!(error(&upgrade(2, None).await.diagnostics).detail.contains("sent no state"));
    assert!(error(&upgrade(1, raw("{")).await.diagnostics).detail.contains("not JSON"));
    assert!(error(&upgrade(2, raw("{")).await.diagnostics).detail.contains("ends too early"));
    let flatmap = [("name".to_owned(), "a".to_owned())].into();
    let ancient = Some(proto::RawState { flatmap, ..proto::RawState::default() });
    assert!(error(&upgrade(2, ancient).await.diagnostics).detail.contains("0.11"));
}

#[tokio::test]
async fn an_identity_is_upgraded_like_a_state() {
    let upgrade = async |type_name: &str, version, json| {
        let type_name = type_name.to_owned();
        let request =
            proto::upgrade_resource_identity::Request { type_name, version, raw_identity: raw(json) };
        let answer = Host::new().service.upgrade_resource_identity(Request::new(request)).await;
        answer.expect("answered").into_inner()
    };
    let upgraded = upgrade("test_thing", 1, r#"{"name":"a","gone":1}"#).await;
    assert_eq!((upgraded.upgraded_identity, upgraded.diagnostics), (identity("a"), vec![]));
    let refused = upgrade("test_thing", 0, r#"{"name":"a"}"#).await;
    assert_eq!(error(&refused.diagnostics).summary, "Identity of an unknown version");
    let without = upgrade("test_plain", 0, "{}").await;
    assert_eq!(error(&without.diagnostics).summary, "Resource without identity");
}

async fn import(
    id: &str,
    identity: Option<proto::ResourceIdentityData>,
) -> proto::import_resource_state::Response {
    let request = proto::import_resource_state::Request {
        type_name: "test_thing".to_owned(),
        id: id.to_owned(),
        identity,
        ..proto::import_resource_state::Request::default()
    };
    Host::new().service.import_resource_state(Request::new(request)).await.expect("answered").into_inner()
}

#[tokio::test]
async fn an_import_accepts_an_id_or_an_identity() {
    for response in [import("a", None).await, import("", identity("a")).await] {
        assert!(response.diagnostics.is_empty());
        let [imported] = response.imported_resources.as_slice() else { panic!("{response:?}") };
        assert_eq!(imported.type_name, "test_thing");
        assert_eq!(state(imported.state.as_ref()), double::thing("a"));
        assert_eq!(imported.private.as_ref(), b"imported");
        assert_eq!(imported.identity, identity("a"));
    }
}

#[tokio::test]
async fn an_import_that_fails_imports_nothing() {
    for (id, expected) in [("fail", "It failed"), ("panic", "Provider crashed"), ("", "Nothing to import")] {
        let response = import(id, None).await;
        assert_eq!(error(&response.diagnostics).summary, expected);
        assert!(!response.diagnostics[0].detail.contains(SECRET));
        assert!(response.imported_resources.is_empty());
    }
}

#[tokio::test]
async fn a_state_moves_from_a_supported_type() {
    let move_state = async |source: &str, target: &str| {
        let request = proto::move_resource_state::Request {
            source_provider_address: "registry.terraform.io/x/other".to_owned(),
            source_type_name: source.to_owned(),
            source_schema_version: 7,
            source_state: raw(r#"{"title":"a"}"#),
            target_type_name: target.to_owned(),
            source_private: b"other".as_slice().into(),
            ..proto::move_resource_state::Request::default()
        };
        let answer = Host::new().service.move_resource_state(Request::new(request)).await;
        answer.expect("answered").into_inner()
    };
    let moved = move_state("other_thing", "test_thing").await;
    assert_eq!(state(moved.target_state.as_ref()), double::thing("a"));
    assert_eq!((moved.target_private.as_ref(), moved.target_identity), (b"moved".as_slice(), identity("a")));
    for (source, target, expected) in [
        ("else", "test_thing", "It failed"),
        ("other_thing", "test_plain", "Move between these types is not supported"),
        ("other_thing", "test_other", "Unknown resource type"),
    ] {
        let refused = move_state(source, target).await;
        assert_eq!(error(&refused.diagnostics).summary, expected);
        assert_eq!(refused.target_state, None);
    }
}

#[tokio::test]
async fn a_configuration_is_written_for_a_state() {
    let host = Host::new();
    let generate = async |state| {
        let type_name = "test_thing".to_owned();
        let request = proto::generate_resource_config::Request { type_name, state };
        host.service.generate_resource_config(Request::new(request)).await.expect("answered").into_inner()
    };
    let typed = |name| with(double::thing(name), "any", Value::Dynamic(Box::new((Type::Bool, true.into()))));
    for (name, any) in [("a", typed("a").get("any").cloned()), ("tidy", Some(Value::Null))] {
        let answer = generate(sent(&typed(name), &THING)).await;
        let expected = with(with(double::thing(name), "id", Value::Null), "any", any.expect("set"));
        assert_eq!(state(answer.config.as_ref()), expected);
    }
    for broken in [thing("panic"), misfit()] {
        let answer = generate(broken).await;
        assert!(!error(&answer.diagnostics).detail.contains(SECRET));
        assert_eq!(answer.config, None);
    }
}
