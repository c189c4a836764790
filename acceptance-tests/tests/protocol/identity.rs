//! Identities: in every response, and never changing.

use acceptance_tests::host::Object;
use serde_json::json;

use super::{PROFILE, Rig, VERSION, text, version};

#[test]
fn an_identity_exists_from_the_plan_on_and_never_changes() {
    let mut rig = Rig::new(&["--shout"]);
    let arguments = rig.profile("Web");
    let planned = rig.on(async |host| {
        let config = host.config(PROFILE, &arguments).unwrap();
        host.plan(PROFILE, None, &config).await.unwrap().identity
    });
    assert_eq!(text(&planned.expect("known at plan"), "profile_name"), "Web");
    let profile = rig.make(PROFILE, &arguments);
    let mut respelled = arguments;
    respelled["name"] = "WEB".into();
    respelled["gallery_id"] = rig.gallery().to_lowercase().into();
    respelled["description"] = "changed".into();
    let changed = rig.change(PROFILE, Some(&profile), &respelled);
    assert_eq!(changed.identity, profile.identity);

    let arguments = version(&text(&profile.state, "id"));
    let first = rig.make(VERSION, &arguments);
    assert_eq!(text(first.identity.as_ref().unwrap(), "version_name"), "1.0.0");
    let mut rules = arguments.clone();
    rules["rules"]["privileges"]["p"]["path"] = "/other".into();
    let second = rig.change(VERSION, Some(&first), &rules);
    assert_eq!(text(second.identity.as_ref().unwrap(), "version_name"), "1.0.1");
    rig.on(async |host| host.destroy(VERSION, &second).await).unwrap();
    // A version with an automatic name stays in the state as gone, so that its number is not used again.
    let gone = rig.on(async |host| host.refresh(VERSION, &second).await).unwrap();
    assert_eq!(gone.map(|gone| gone.identity), Some(second.identity));
}

#[test]
fn a_state_from_before_identities_gets_one_and_keeps_it() {
    let mut rig = Rig::new(&[]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let old = Object { identity: None, ..profile.clone() };
    let arguments = rig.profile("web");
    rig.on(async |host| {
        let refreshed = host.refresh(PROFILE, &old).await.unwrap().unwrap();
        assert_eq!(refreshed, profile);
        // A host may also plan without a refresh.
        let config = host.config(PROFILE, &arguments).unwrap();
        let plan = host.plan(PROFILE, Some(&old), &config).await.unwrap();
        assert_eq!(plan.identity, profile.identity);
    });
}

#[test]
fn a_stored_identity_is_kept_to_the_letter() {
    let mut rig = Rig::new(&["--shout"]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let stored = json!({
        "subscription_id": rig.emulator.ready("subscription_id").to_uppercase(),
        "resource_group_name": "RG", "gallery_name": "G", "profile_name": "WEB"
    });
    let mut arguments = rig.profile("web");
    arguments["applicable_host_endpoint"] = "WireServer".into();
    rig.on(async |host| {
        let identity = host.upgrade_identity(PROFILE, 0, &stored.to_string()).await.unwrap();
        assert_eq!(identity.as_ref().map(|identity| text(identity, "profile_name")).as_deref(), Some("WEB"));
        let refreshed = Object { identity: identity.clone(), ..profile };
        let refreshed = host.refresh(PROFILE, &refreshed).await.unwrap().unwrap();
        let config = host.config(PROFILE, &arguments).unwrap();
        let plan = host.plan(PROFILE, Some(&refreshed), &config).await.unwrap();
        assert_eq!(host.apply(PROFILE, plan).await.unwrap().identity, identity);
        assert!(host.upgrade_identity(PROFILE, 7, &stored.to_string()).await.is_err());
    });
}
