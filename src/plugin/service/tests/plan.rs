use super::*;
use double::{SECRET, with};
use proto::plan_resource_change::{Request as Plan, Response};

fn create(name: &str) -> Plan {
    let proposed = with(double::thing(name), "id", Value::unknown());
    Plan {
        type_name: "test_thing".to_owned(),
        prior_state: null(),
        proposed_new_state: sent(&proposed, &THING),
        config: sent(&with(proposed, "id", Value::Null), &THING),
        ..Plan::default()
    }
}

fn update(from: &str, to: &str) -> Plan {
    Plan { prior_state: thing(from), prior_identity: identity(from), ..create(to) }
}

fn delete(name: &str) -> Plan {
    Plan {
        proposed_new_state: null(),
        config: null(),
        prior_private: b"prior".as_slice().into(),
        ..update(name, name)
    }
}

#[tokio::test]
async fn no_prior_state_is_a_creation() {
    let host = Host::new();
    let meta = Type::object([("module", Type::String)]);
    let request = Plan {
        prior_private: b"replacing".as_slice().into(),
        provider_meta: sent(&Value::object([("module", "m".into())]), &meta),
        ..create("a")
    };
    let planned = host.plan(request).await;
    let received = host.received();
    assert_eq!(received.method, "plan_create");
    assert_eq!(received.values[0].get("id"), Some(&Value::Null));
    assert_eq!(received.values[1].get("id"), Some(&Value::unknown()));
    assert_eq!(received.private, b"replacing");
    assert_eq!(received.meta, Some(Value::object([("module", "m".into())])));
    assert_eq!(state(planned.planned_state.as_ref()), received.values[1]);
    assert_eq!(planned.planned_private.as_ref(), b"planned");
    assert_eq!(planned.planned_identity, None);
    assert_eq!(warnings(&planned.diagnostics), ["Careful"]);
    assert!(!planned.legacy_type_system);
}

#[tokio::test]
async fn a_prior_state_is_a_change() {
    let host = Host::new();
    let planned = host.plan(update("a", "b")).await;
    let received = host.received();
    assert_eq!(received.method, "plan_update");
    assert_eq!(received.values[0], double::thing("a"));
    assert_eq!(received.identity, Some(Value::object([("name", "a".into())])));
    assert_eq!(received.meta, None);
    assert!(planned.requires_replace.is_empty());
    // An identity that the plan does not return stays.
    assert_eq!(planned.planned_identity, identity("a"));
}

#[tokio::test]
async fn private_data_of_an_earlier_round_is_passed_to_the_next() {
    let host = Host::new();
    let earlier = || b"kept".as_slice().into();
    host.plan(Plan { planned_private: earlier(), ..create("a") }).await;
    let received = host.received();
    assert_eq!(
        (received.private.as_slice(), received.earlier.as_slice()),
        (b"".as_slice(), b"kept".as_slice())
    );
    host.plan(Plan {
        prior_private: b"prior".as_slice().into(),
        planned_private: earlier(),
        ..update("a", "b")
    })
    .await;
    let received = host.received();
    assert_eq!(
        (received.private.as_slice(), received.earlier.as_slice()),
        (b"prior".as_slice(), b"kept".as_slice())
    );
    host.plan(create("a")).await;
    assert!(host.received().earlier.is_empty());
}

#[tokio::test]
async fn replacement_paths_end_where_terraform_cannot_follow() {
    let host = Host::new();
    let planned = host.plan(update("a", "replace")).await;
    let code = Path::attribute("rules").with_key("a").with_attribute("codes").with_index(0);
    let expected = [Path::attribute("name"), Path::attribute("item"), code];
    assert_eq!(planned.requires_replace, expected.map(|one| path(&one)));
    // The new object's identity is not known yet.
    assert_eq!(planned.planned_identity, None);
}

#[tokio::test]
async fn no_proposed_state_is_a_deletion() {
    let host = Host::new();
    let planned = host.plan(delete("a")).await;
    let received = host.received();
    assert_eq!((received.method, &received.private), ("plan_delete", &b"prior".to_vec()));
    assert_eq!(received.values, [double::thing("a")]);
    assert_eq!(state(planned.planned_state.as_ref()), Value::Null);
    assert_eq!(planned.planned_private.as_ref(), b"prior");
    assert_eq!(warnings(&planned.diagnostics), ["Careful"]);
    let refused = host.plan(delete("fail")).await;
    assert_eq!(error(&refused.diagnostics).summary, "It failed");
    // Neither state exists: the provider is not called.
    let host = Host::new();
    let nothing = host.plan(Plan { prior_state: null(), ..delete("a") }).await;
    assert_eq!(state(nothing.planned_state.as_ref()), Value::Null);
    assert!(nothing.diagnostics.is_empty() && host.was_not_asked());
}

#[track_caller]
fn assert_failed(planned: &Response, detail: &str) {
    let diagnostic = error(&planned.diagnostics);
    assert!(diagnostic.detail.contains(detail), "{diagnostic:?}");
    assert!(!diagnostic.detail.contains(SECRET), "{diagnostic:?}");
    assert_eq!(planned.planned_state, None);
}

#[tokio::test]
async fn a_failing_plan_reports_the_reason() {
    let host = Host::new();
    let failed = host.plan(create("fail")).await;
    assert_failed(&failed, "The test asked for it.");
    // The path went into a set, where Terraform cannot follow.
    assert_eq!(failed.diagnostics[0].attribute, Some(path(&Path::attribute("item"))));
    assert_failed(&host.plan(create("panic")).await, "planning a new `test_thing`");
    let misfit = host.plan(create("misfit")).await;
    assert_failed(&misfit, "`rules` should be map of object, but is number");
    assert_eq!(misfit.diagnostics[0].attribute, Some(path(&Path::attribute("rules"))));
    assert_failed(&host.plan(create("null")).await, "is null");
}

#[tokio::test]
async fn an_undecodable_request_never_reaches_the_provider() {
    let host = Host::new();
    let plan = Plan { proposed_new_state: misfit(), ..create("a") };
    assert_failed(&host.plan(plan).await, "has an attribute \"other\"");
    assert_failed(&host.plan(Plan { config: None, ..create("a") }).await, "sent no configuration");
    let plan = Plan { type_name: "test_other".to_owned(), ..create("a") };
    assert_failed(&host.plan(plan).await, "has no resource type `test_other`");
    assert!(host.was_not_asked());
}

#[tokio::test]
async fn a_plan_is_deferred_only_for_hosts_that_support_it() {
    let host = Host::new();
    let able = proto::ClientCapabilities { deferral_allowed: true, ..proto::ClientCapabilities::default() };
    let later = host.plan(Plan { client_capabilities: Some(able), ..create("later") }).await;
    let reason = proto::deferred::Reason::ProviderConfigUnknown as i32;
    assert_eq!(later.deferred, Some(proto::Deferred { reason }));
    assert!(later.planned_state.is_some());
    assert_failed(&host.plan(create("later")).await, "cannot be done in one run");
}

#[tokio::test]
async fn a_plan_waits_for_the_provider_block_on_hosts_that_defer() {
    let host = Host::new();
    let able = proto::ClientCapabilities { deferral_allowed: true, ..proto::ClientCapabilities::default() };
    let config = Value::object([("token", Value::unknown())]);
    let request = proto::configure_provider::Request {
        terraform_version: "1.2.3".to_owned(),
        config: sent(&config, &Type::object([("token", Type::String)])),
        client_capabilities: Some(able),
    };
    let configured = host.service.configure_provider(Request::new(request)).await.expect("answered");
    assert_eq!(warnings(&configured.into_inner().diagnostics), ["Careful"]);
    let later = host.plan(Plan { client_capabilities: Some(able), ..create("a") }).await;
    let reason = proto::deferred::Reason::ProviderConfigUnknown as i32;
    assert_eq!(later.deferred, Some(proto::Deferred { reason }));
    assert_eq!(host.plan(create("a")).await.deferred, None);
}

#[tokio::test]
async fn a_write_only_attribute_is_never_planned() {
    let planned = Host::new().plan(create("secret")).await;
    assert_eq!(state(planned.planned_state.as_ref()).get("password"), Some(&Value::Null));
}

#[tokio::test]
async fn a_configuration_is_checked() {
    let host = Host::new();
    let validate = async |config, write_only_attributes_allowed| {
        let capabilities = proto::ClientCapabilities {
            write_only_attributes_allowed,
            ..proto::ClientCapabilities::default()
        };
        let request = proto::validate_resource_config::Request {
            type_name: "test_thing".to_owned(),
            config,
            client_capabilities: Some(capabilities),
        };
        let answer = host.service.validate_resource_config(Request::new(request)).await;
        answer.expect("answered").into_inner().diagnostics
    };
    assert_eq!(warnings(&validate(thing("a"), true).await), ["Careful"]);
    assert_eq!(error(&validate(thing("fail"), true).await).summary, "It failed");
    let crashed = validate(thing("panic"), true).await;
    assert!(error(&crashed).detail.contains("checking a `test_thing`"));
    assert!(!error(&crashed).detail.contains(SECRET));
    assert!(error(&validate(misfit(), true).await).detail.contains("other"));

    let secret = || sent(&with(double::thing("a"), "password", SECRET), &THING);
    assert_eq!(warnings(&validate(secret(), true).await), ["Careful"]);
    let refused = validate(secret(), false).await;
    assert_eq!(refused[0].attribute, Some(path(&Path::attribute("password"))));
    assert!(refused[0].detail.contains("1.11") && !refused[0].detail.contains(SECRET));
}

#[tokio::test]
async fn a_large_configuration_is_checked_on_a_blocking_thread() {
    let host = Host::new();
    let asked_on = async |extra: usize| {
        let padding = Value::Dynamic(Box::new((Type::String, "x".repeat(extra).into())));
        let request = proto::validate_resource_config::Request {
            type_name: "test_thing".to_owned(),
            config: sent(&with(double::thing("thread"), "any", padding), &THING),
            ..proto::validate_resource_config::Request::default()
        };
        let answer = host.service.validate_resource_config(Request::new(request)).await;
        warnings(&answer.expect("answered").into_inner().diagnostics).concat()
    };
    assert_eq!(asked_on(10 << 10).await, double::thread());
    assert_ne!(asked_on(256 << 10).await, double::thread());
}
