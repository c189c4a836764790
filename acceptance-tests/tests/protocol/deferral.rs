//! Unknown values: in the provider block, or everything in a resource.

use acceptance_tests::host::proto::deferred::Reason;
use acceptance_tests::host::{CallError, Host, ProviderBlock, Release};
use serde_json::json;
use terraform_provider_gallery::plugin::Value;
use terraform_provider_gallery::plugin::schema::{BlockNesting, Presence};
use terraform_provider_gallery::plugin::value::Members;

use super::{PROFILE, Rig, VERSION, text, version};

fn late() -> ProviderBlock {
    ProviderBlock::new(json!({})).unknown("tenant_id").unknown("client_secret")
}

#[test]
fn with_deferral_what_needs_azure_is_deferred_with_its_reason() {
    let mut rig = Rig::new(&[]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let arguments = rig.profile("web");
    let more = rig.profile("more");
    rig.become_host(Release::NEWEST, &late(), false);
    rig.host.allow_deferral();
    rig.emulator.forget_requests().unwrap();
    let id = text(&profile.state, "id");
    rig.on(async |host| {
        let refreshed = host.refresh(PROFILE, &profile).await.unwrap();
        assert_eq!(refreshed.as_ref(), Some(&profile), "a deferred object stays as it is");
        assert_eq!(host.deferrals(), [Reason::ProviderConfigUnknown]);

        let config = host.config(PROFILE, &arguments).unwrap();
        let plan = host.plan(PROFILE, Some(&profile), &config).await.unwrap();
        assert_eq!(plan.deferred, Some(Reason::ProviderConfigUnknown));
        let config = host.config(PROFILE, &more).unwrap();
        let plan = host.plan(PROFILE, None, &config).await.unwrap();
        assert_eq!(plan.deferred, Some(Reason::ProviderConfigUnknown));
        host.deferrals();

        let data = host.data(PROFILE, &json!({"id": id})).await.unwrap();
        assert!(data.is_unknown());
        let imported = host.import(PROFILE, &id).await.unwrap();
        assert_eq!(text(&imported.state, "id"), id);
        assert_eq!(host.deferrals(), [Reason::ProviderConfigUnknown; 2]);
    });
    assert!(rig.emulator.requests().unwrap().is_empty(), "no request was made, and nobody signed in");
}

#[test]
fn without_deferral_every_release_plans_without_a_login() {
    let mut rig = Rig::new(&[]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let arguments = rig.profile("web");
    let new = version(&text(&profile.state, "id"));
    rig.emulator.forget_requests().unwrap();
    for release in Release::all() {
        rig.become_host(release, &late(), false);
        rig.on(async |host| {
            let refreshed = host.refresh(PROFILE, &profile).await.unwrap().expect("it stays");
            assert_eq!(refreshed.state, profile.state);
            let config = host.config(PROFILE, &arguments).unwrap();
            assert!(host.plan(PROFILE, Some(&refreshed), &config).await.unwrap().is_empty, "{release}");
            let config = host.config(VERSION, &new).unwrap();
            let plan = host.plan(VERSION, None, &config).await.unwrap();
            assert!(plan.state.get("id").is_some_and(Value::is_unknown), "{release}");
            assert!(plan.state.get("name").is_some_and(Value::is_unknown), "{release}");
            assert!(host.deferrals().is_empty());
            // An operation that needs Azure says why it fails.
            let data = host.data(PROFILE, &json!({"id": text(&profile.state, "id")})).await;
            let Err(CallError::Refused(diagnostics)) = data else { panic!("{release}: {data:?}") };
            assert_eq!(diagnostics[0].summary, "Provider configuration is not known yet");
        });
    }
    assert!(rig.emulator.requests().unwrap().is_empty(), "no request was made, and nobody signed in");
}

/// What hosts send for instances of a `for_each` that is not known: every argument is unknown.
fn wholly_open(host: &Host, resource: &str) -> Value {
    let block = &host.offer().resources[resource].block;
    let settable = |presence| !matches!(presence, Presence::Computed);
    let attributes = block.attributes.iter().map(|one| {
        (one.name.to_string(), if settable(one.presence) { Value::unknown() } else { Value::Null })
    });
    let mut all: Members = attributes.collect();
    for nested in &block.blocks {
        assert_eq!(nested.nesting, BlockNesting::Single);
        let inner = nested.block.attributes.iter().map(|one| (one.name.to_string(), Value::unknown()));
        let value = if nested.name == "timeouts" { Value::Null } else { Value::Object(inner.collect()) };
        all.insert(nested.name.to_string(), value);
    }
    Value::Object(all)
}

#[test]
fn unknown_instances_are_planned_as_unknown() {
    let mut rig = Rig::new(&[]);
    for deferral in [false, true] {
        if deferral {
            rig.host.allow_deferral();
        }
        rig.on(async |host| {
            for resource in [PROFILE, VERSION] {
                let config = wholly_open(host, resource);
                let plan = host.plan(resource, None, &config).await.unwrap();
                assert!(plan.state.get("id").is_some_and(Value::is_unknown), "{plan:?}");
                // The host itself defers those; the provider, which could handle them, has no reason to.
                assert_eq!(plan.deferred, None);
            }
        });
    }
}
