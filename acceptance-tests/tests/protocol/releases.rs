//! Every release of both hosts, from the first that supports this protocol: each makes its own calls, in its
//! order, and accepts the responses.

use acceptance_tests::host::{Feature, Program, ProviderBlock, Release, sequence};
use serde_json::json;
use terraform_provider_gallery::plugin::Value;
use terraform_provider_gallery::provider::functions::json;

use super::{PROFILE, Rig, VERSION, text, version};

#[track_caller]
fn walked(rig: &mut Rig, release: Release, command: &str) {
    assert_eq!(rig.host.trail(), sequence::of(release, command), "{release}: {command}");
}

#[test]
fn every_release_gets_valid_responses() {
    let mut rig = Rig::new(&["--shout"]);
    for release in Release::all() {
        rig.become_host(release, &ProviderBlock::default(), true);
        walked(&mut rig, release, "begin");
        life(&mut rig, release);
        elsewhere(&mut rig, release);
    }
}

fn life(rig: &mut Rig, release: Release) {
    let mut arguments = rig.profile("web");
    let config = rig.host.config(PROFILE, &arguments).unwrap();
    let plan = rig.on(async |host| host.plan(PROFILE, None, &config).await).unwrap();
    let profile = rig.on(async |host| host.apply(PROFILE, plan).await).unwrap();
    walked(rig, release, "create");
    assert_eq!(profile.identity.is_some(), release.has(Feature::Identity), "{release}");

    let refreshed = rig.on(async |host| host.refresh(PROFILE, &profile).await).unwrap();
    assert_eq!(refreshed.as_ref(), Some(&profile), "{release}");
    walked(rig, release, "refresh");

    arguments["description"] = "changed".into();
    let config = rig.host.config(PROFILE, &arguments).unwrap();
    let plan = rig.on(async |host| host.plan(PROFILE, Some(&profile), &config).await).unwrap();
    assert!(!plan.replaces && !plan.is_empty, "{release}");
    let profile = rig.on(async |host| host.apply(PROFILE, plan).await).unwrap();
    walked(rig, release, "update");
    let again = rig.on(async |host| host.plan(PROFILE, Some(&profile), &config).await).unwrap();
    assert!(again.is_empty, "{release}: {again:?}");

    let mut arguments = version(&text(&profile.state, "id"));
    let first = rig.make(VERSION, &arguments);
    arguments["rules"]["privileges"]["p"]["path"] = "/other".into();
    let config = rig.host.config(VERSION, &arguments).unwrap();
    rig.host.trail();
    let plan = rig.on(async |host| host.plan(VERSION, Some(&first), &config).await).unwrap();
    assert!(plan.replaces, "{release}");
    let mut calls = rig.host.trail();
    // Plan and apply are two processes, as under the real hosts: only the plan passes from one to the other.
    // The oldest and the newest release represent the others, since this takes some time.
    if release.minor == 0 || release == Release::NEWEST {
        rig.become_host(release, &ProviderBlock::default(), true);
        walked(rig, release, "begin");
    }
    let second = rig.on(async |host| host.apply(VERSION, plan).await).unwrap();
    calls.extend(rig.host.trail());
    assert_eq!(calls, sequence::of(release, "replace"), "{release}");
    assert_ne!(text(&second.state, "name"), text(&first.state, "name"), "{release}");

    for (resource, object) in [(VERSION, &second), (PROFILE, &profile)] {
        rig.on(async |host| host.destroy(resource, object).await).unwrap();
        walked(rig, release, "destroy");
        let refreshed = rig.on(async |host| host.refresh(resource, object).await).unwrap();
        // A version with an automatic name stays in the state as gone, so that its number is not used again.
        assert_eq!(refreshed.is_some(), resource == VERSION, "{release}");
        assert!(rig.emulator.object(&text(&object.state, "id")).is_err(), "{release}");
        rig.host.trail();
    }
}

fn elsewhere(rig: &mut Rig, release: Release) {
    let profile = rig.make(PROFILE, &rig.profile("other"));
    let id = text(&profile.state, "id");
    rig.host.trail();
    let imported = rig.on(async |host| host.import(PROFILE, &id).await).unwrap();
    walked(rig, release, "import");
    if release.has(Feature::Identity) {
        let identity = profile.identity.clone().unwrap();
        let by_identity = rig.on(async |host| host.import_identity(PROFILE, &identity).await).unwrap();
        assert_eq!(by_identity.state, imported.state, "{release}");
        walked(rig, release, "import");
    }
    if release.has(Feature::GeneratedConfig) {
        let config = rig.on(async |host| host.generate(PROFILE, &imported.state).await).unwrap();
        let plan = rig.on(async |host| host.plan(PROFILE, Some(&imported), &config).await).unwrap();
        assert!(plan.is_empty, "{release}");
        let calls = rig.host.trail();
        assert_eq!(
            calls,
            ["GenerateResourceConfig", "ValidateResourceConfig", "PlanResourceChange"],
            "{release}"
        );
    }
    if release.has(Feature::Move) {
        let stored = json!({
            "id": id, "type": "Microsoft.Compute/galleries/inVMAccessControlProfiles@2024-03-03", "location": "westus",
            "body": {"properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}}
        });
        let source = ("registry.terraform.io/azure/azapi", "azapi_resource", 2);
        let moved = rig.on(async |host| host.take_over(PROFILE, source, &stored).await).unwrap();
        assert_eq!(text(&moved.state, "id"), id, "{release}");
        walked(rig, release, "move");
    }
    if release.has(Feature::List) {
        let config = json!({"gallery_id": rig.gallery()});
        let found = rig.on(async |host| host.list(PROFILE, &config, 10).await).unwrap();
        assert_eq!(found.len(), 1, "{release}");
        assert_eq!(rig.host.trail(), ["ValidateListResourceConfig", "ListResource"], "{release}");
    }
    if release.has(Feature::Functions) {
        let parsed = rig.on(async |host| host.call("parse_profile_id", &[id.as_str().into()]).await).unwrap();
        assert_eq!(
            parsed.get("name").or_else(|| parsed.get("profile_name")).and_then(Value::as_str),
            Some("other")
        );
        walked(rig, release, "function");
        let role = || json::to_dynamic(&json!({"actions": ["a/*"]}));
        let mut permits = |more: Option<Value>| {
            let arguments: Vec<_> = [role(), "a/b".into()].into_iter().chain(more).collect();
            rig.on(async |host| host.call("role_permits", &arguments).await).unwrap()
        };
        let results =
            [permits(None), permits(Some(json::to_dynamic(&json!({})))), permits(Some(Value::Null))];
        let of_null = if release.program == Program::OpenTofu { Value::unknown() } else { true.into() };
        assert_eq!(results, [true.into(), true.into(), of_null], "{release}");
        rig.host.trail();
    }
    let data = rig.on(async |host| host.data(PROFILE, &json!({"id": id})).await).unwrap();
    assert_eq!(text(&data, "os_type"), "Linux", "{release}");
    walked(rig, release, "data");
    rig.on(async |host| host.destroy(PROFILE, &profile).await).unwrap();
}

/// The table for users agrees with the releases here.
#[test]
fn the_guide_about_hosts_agrees_with_the_releases() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guides/hosts.md");
    let text = std::fs::read_to_string(guide).unwrap();
    let rows = [
        (Feature::Precondition, "`precondition`"),
        (Feature::PlannedDeletion, "Warnings about deletions"),
        (Feature::TerraformData, "`terraform_data`"),
        (Feature::ImportBlock, "`import` blocks"),
        (Feature::Check, "`check` blocks"),
        (Feature::Mock, "`mock_provider`"),
        (Feature::WrittenConfig, "`-generate-config-out`"),
        (Feature::Functions, "Functions"),
        (Feature::Move, "`moved` from `azapi_resource`"),
        (Feature::Identity, "Import by identity"),
        (Feature::List, "`terraform query`"),
        (Feature::GeneratedConfig, "Configuration generated by the provider"),
        (Feature::PlannedPrivate, "Private data kept from plan to apply"),
    ];
    for (feature, words) in rows {
        let row = acceptance_tests::host::FEATURES.iter().find(|row| row.0 == feature).unwrap();
        let from = |minor: Option<u32>| minor.map_or("no".to_owned(), |minor| format!("1.{minor}"));
        let line = text.lines().find(|line| line.starts_with(&format!("| {words}")));
        let line = line.unwrap_or_else(|| panic!("no row {words:?}"));
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        assert_eq!([cells[2], cells[3]], [from(row.1), from(row.2)], "{words}");
    }
}
