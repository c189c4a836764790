use super::*;
use crate::allowlist::Endpoint;
use crate::arm::Location;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::Private;

const PROFILE: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web";

fn named(name: &str, value: Value) -> Value {
    Value::Map([(name.to_owned(), value)].into())
}

fn set(names: &[&str]) -> Value {
    Value::Set(names.iter().map(|name| (*name).into()).collect())
}

fn block(path: Value) -> Value {
    let identity = Value::object([
        ("exe_path", Value::from("/opt/web/bin/server")),
        ("group_name", Value::Null),
        ("process_name", Value::Null),
        ("user_name", "web".into()),
    ]);
    Value::object([
        ("privileges", named("token", Value::object([("path", path), ("query_parameters", Value::Null)]))),
        ("roles", named("app", Value::object([("privileges", set(&["token"]))]))),
        ("identities", named("web", identity)),
        ("role_assignments", named("app", Value::object([("identities", set(&["web"]))]))),
    ])
}

fn config() -> Value {
    Value::object([
        ("id", Value::Null),
        ("profile_id", PROFILE.into()),
        ("name", Value::Null),
        ("location", Value::Null),
        ("default_access", "Deny".into()),
        ("mode", "Enforce".into()),
        ("exclude_from_latest", Value::Null),
        ("target_regions", Value::Null),
        ("lint", Value::Null),
        ("skip_destroy", Value::Null),
        ("tags", Value::Null),
        ("grants", Value::Null),
        ("published_date", Value::Null),
        ("rules", block("/metadata/identity".into())),
        ("timeouts", Value::Null),
    ])
}

fn state() -> Value {
    let mut state = config();
    for (name, value) in [
        ("id", Value::from(format!("{PROFILE}/versions/1.0.0"))),
        ("name", "1.0.0".into()),
        ("location", "westeurope".into()),
        ("exclude_from_latest", false.into()),
        ("target_regions", set(&["westeurope"])),
        ("grants", Value::List(vec!["web -> token (app)".into()])),
        ("published_date", "2026-01-01T00:00:00Z".into()),
    ] {
        state = with(state, name, value);
    }
    state
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Value::Object(attributes) = &mut object {
        attributes.insert(name.to_owned(), value);
    }
    object
}

fn plan_create(config: Value, private: Vec<u8>) -> Planned {
    plan_round(config, private, Vec::new(), false, &profile())
}

/// A round of planning a creation, with the private data of an earlier round.
fn plan_round(
    config: Value,
    private: Private,
    earlier: Private,
    keeps: bool,
    known: &KnownProfile,
) -> Planned {
    let capabilities = ClientCapabilities { store_planned_private: keeps, ..ClientCapabilities::default() };
    let proposed = config.clone();
    let request = PlanCreate { config, proposed, private, earlier, capabilities };
    create(&request, known).unwrap()
}

/// What is known of the profile.
fn profile() -> KnownProfile {
    KnownProfile {
        location: Some(Location::new("westeurope")),
        endpoint: Some(Endpoint::Imds.into()),
        os_type: None,
    }
}

fn plan_update(prior: Value, config: Value) -> Planned {
    plan_with_private(prior, config, Vec::new())
}

fn plan_with_private(prior: Value, config: Value, private: Private) -> Planned {
    let capabilities = ClientCapabilities::default();
    let proposed = config.clone();
    let request =
        PlanUpdate { prior, config, proposed, private, earlier: Vec::new(), identity: None, capabilities };
    update(&request, &profile(), true)
}

#[test]
fn nothing_changes_after_an_apply() {
    let planned = plan_update(state(), config());
    assert_eq!(planned.state, state());
    assert_eq!(planned.replace, []);
    assert!(planned.warnings.is_empty());
}

#[test]
fn grants_and_an_explicit_id_are_known_at_plan() {
    let planned = plan_create(with(config(), "name", "2.0.0".into()), Vec::new());
    assert_eq!(planned.state.get("grants"), state().get("grants"));
    assert_eq!(planned.state.get("id"), Some(&format!("{PROFILE}/versions/2.0.0").into()));
    let planned = plan_create(config(), Vec::new());
    assert!(planned.state.get("id").unwrap().is_unknown());
    assert!(planned.state.get("name").unwrap().is_unknown());
    assert!(planned.state.get("location").unwrap().is_unknown());
}

#[test]
fn an_unknown_rule_makes_the_grants_unknown() {
    let planned = plan_create(with(config(), "rules", Value::unknown()), Vec::new());
    assert!(planned.state.get("grants").unwrap().is_unknown());
    // An unknown path does not affect who is granted it.
    let planned = plan_create(with(config(), "rules", block(Value::unknown())), Vec::new());
    assert_eq!(planned.state.get("grants"), state().get("grants"));
    let planned = plan_update(state(), with(config(), "rules", block(Value::unknown())));
    assert_eq!(planned.replace, [Path::attribute("rules")]);
}

#[test]
fn changed_rules_make_a_new_version_and_record_the_old_one() {
    let changed = with(config(), "rules", block("/metadata/instance".into()));
    let planned = plan_update(state(), changed.clone());
    assert_eq!(planned.replace, [Path::attribute("rules")]);
    let summaries: Vec<_> = planned.warnings.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(
        summaries,
        ["The change takes access away (version 1.0.0)"],
        "the provider takes the next name"
    );
    let second = plan_create(changed, planned.private);
    assert_eq!(PrivateState::read(&second.private).replaced(), "1.0.0".parse().ok());
}

#[test]
fn changed_rules_under_the_same_name_are_warned_about() {
    let named = |path: &str| with(with(config(), "name", "1.0.0".into()), "rules", block(path.into()));
    let planned = plan_update(state(), named("/metadata/instance"));
    let same_name =
        |one: &&Diagnostic| one.summary.starts_with("Rules are replaced under the same version name");
    let warning = planned.warnings.iter().find(same_name).unwrap();
    assert!(warning.detail.contains("`1.0.1`"), "{}", warning.detail);
    assert!(plan_update(state(), named("/metadata/identity")).warnings.is_empty());
    let renamed = with(named("/metadata/instance"), "name", "1.0.1".into());
    assert_eq!(plan_update(state(), renamed).warnings.iter().find(same_name), None);
}

#[test]
fn a_change_of_the_decision_makes_a_new_version_if_name_is_omitted() {
    for (name, value) in
        [("mode", Value::from("Audit")), ("default_access", "Allow".into()), ("mode", Value::unknown())]
    {
        let planned = plan_update(state(), with(config(), name, value));
        assert_eq!(planned.replace, [Path::attribute(name)]);
        let in_place =
            |one: &Diagnostic| one.summary.starts_with("Virtual machines may not notice the change");
        assert!(!planned.warnings.iter().any(in_place), "{:?}", planned.warnings);
        assert_eq!(PrivateState::read(&planned.private).replaced(), "1.0.0".parse().ok());
    }
}

#[test]
fn a_version_deleted_by_others_is_replaced() {
    let private = PrivateState::default().with_object_gone().write();
    let planned = plan_with_private(state(), config(), private);
    assert_eq!(planned.replace, [Path::attribute("id")]);
    assert_eq!(PrivateState::read(&planned.private).replaced(), "1.0.0".parse().ok());
}

#[test]
fn changes_that_azure_makes_in_place_are_planned_in_place() {
    let mut changed = with(config(), "name", "1.0.0".into());
    for (name, value) in [
        ("mode", Value::from("Audit")),
        ("default_access", "Allow".into()),
        ("exclude_from_latest", true.into()),
        ("target_regions", set(&["eastus"])),
        ("tags", named("team", "web".into())),
        ("timeouts", Value::object([("create", Value::from("5m"))])),
    ] {
        changed = with(changed, name, value);
    }
    let planned = plan_update(state(), changed);
    assert_eq!(planned.replace, []);
    let summaries: Vec<_> = planned.warnings.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(
        summaries,
        ["The change opens access (version 1.0.0)", "Virtual machines may not notice the change (1.0.0)"]
    );
    assert_eq!(planned.state.get("id"), state().get("id"));
    assert_eq!(planned.state.get("mode"), Some(&"Audit".into()));
}

#[test]
fn every_fixed_attribute_makes_a_new_version() {
    for (name, value) in [
        ("profile_id", Value::from(format!("{PROFILE}2"))),
        ("profile_id", Value::unknown()),
        ("name", "3.0.0".into()),
        ("location", "eastus".into()),
        ("rules", Value::Null),
    ] {
        assert_eq!(plan_update(state(), with(config(), name, value)).replace, [Path::attribute(name)]);
    }
}

fn plan_after(pending: crate::provider::writing::private_state::Pending) -> Planned {
    let capabilities = ClientCapabilities::default();
    let private = PrivateState::default().with_pending(Some(pending)).write();
    let (prior, config) = (state(), config());
    let proposed = config.clone();
    update(
        &PlanUpdate { prior, config, proposed, private, earlier: Vec::new(), identity: None, capabilities },
        &KnownProfile::default(),
        true,
    )
}

#[test]
fn an_update_continues_an_unfinished_creation() {
    use crate::arm::PendingOperation;
    use crate::provider::writing::private_state::WriteKind;
    let unfinished = |work| {
        PrivateState::default().with_operation(work, PendingOperation::write_of("/x")).pending.unwrap()
    };
    let planned = plan_after(unfinished(WriteKind::Create));
    assert!(planned.state.get("published_date").unwrap().is_unknown());
    assert_eq!(planned.replace, []);
    assert!(
        PrivateState::read(&planned.private).is_being_created(),
        "the update knows the unfinished operation"
    );

    let mut failed = unfinished(WriteKind::Create);
    failed.failed = true;
    for pending in [failed, unfinished(WriteKind::Delete)] {
        let planned = plan_after(pending);
        assert_eq!(planned.replace, [Path::attribute("id")]);
        assert!(planned.state.get("id").unwrap().is_unknown());
    }
}

#[test]
fn a_replacement_without_location_gets_the_profiles_region() {
    let region = |config: Value| PrivateState::read(&plan_update(state(), config).private).region();
    assert_eq!(region(config()), Some(Location::new("westeurope")));
    assert_eq!(region(with(config(), "location", "westus".into())), None, "it is in the configuration");
    assert_eq!(region(with(config(), "location", Value::unknown())), None, "it will be");
    let elsewhere = PROFILE.replace("/web", "/app");
    assert_eq!(region(with(config(), "profile_id", elsewhere.into())), None, "that of another profile");
    // The plan of the new version receives the private data of the plan of the change.
    let create_private = plan_create(config(), plan_update(state(), config()).private).private;
    assert_eq!(PrivateState::read(&create_private).region(), Some(Location::new("westeurope")));
}

#[test]
fn a_region_is_passed_to_the_apply_if_the_host_keeps_it() {
    let first =
        |config, keeps, known: &KnownProfile| plan_round(config, Vec::new(), Vec::new(), keeps, known);
    let planned = first(config(), true, &profile());
    assert!(planned.state.get("location").unwrap().is_unknown(), "what is planned is the same");
    assert_eq!(PrivateState::read(&planned.private).region(), Some(Location::new("westeurope")));
    assert!(!PrivateState::read(&planned.private).is_replacement());

    let nothing = KnownProfile::default();
    assert!(first(config(), false, &profile()).private.is_empty(), "the host drops it");
    assert!(first(config(), true, &nothing).private.is_empty(), "there is nothing to report");
    for location in ["westus".into(), Value::unknown()] {
        assert!(first(with(config(), "location", location), true, &profile()).private.is_empty());
    }

    let again = |known: &KnownProfile| {
        let again = plan_round(config(), Vec::new(), planned.private.clone(), true, known);
        assert_eq!(again.state, planned.state);
        PrivateState::read(&again.private).region()
    };
    assert_eq!(again(&nothing), Some(Location::new("westeurope")));
    let moved = KnownProfile { location: Some(Location::new("eastus")), ..nothing };
    assert_eq!(again(&moved), Some(Location::new("eastus")), "what this process has seen counts for more");
}

#[test]
fn the_replaced_version_is_passed_to_the_apply_if_the_host_keeps_it() {
    let change = plan_update(state(), config()).private;
    let first = plan_round(config(), change.clone(), Vec::new(), true, &profile());
    assert_eq!(first.private, change, "the deletion gets what the change gave");
    let again = plan_round(config(), Vec::new(), first.private.clone(), true, &KnownProfile::default());
    assert_eq!(again.private, first.private);
    // The region of another profile is not stored: the deletion would take it for the old version's.
    let elsewhere = with(config(), "profile_id", PROFILE.replace("/web", "/app").into());
    let change = plan_update(state(), elsewhere.clone()).private;
    let first = plan_round(elsewhere, change, Vec::new(), true, &profile());
    assert_eq!(PrivateState::read(&first.private).region(), None);
    assert_eq!(PrivateState::read(&first.private).replaced(), "1.0.0".parse().ok());
}

#[test]
fn the_id_of_a_replacement_is_passed_to_the_apply() {
    let named = || with(with(config(), "name", "1.0.1".into()), "rules", block("/metadata/instance".into()));
    let first = plan_round(named(), plan_update(state(), named()).private, Vec::new(), true, &profile());
    assert!(first.state.get("id").unwrap().is_unknown());
    let again = plan_round(named(), Vec::new(), first.private, true, &profile());
    assert_eq!(again.state.get("id"), Some(&format!("{PROFILE}/versions/1.0.1").into()));
}

fn summaries(planned: &Planned) -> Vec<&str> {
    planned.warnings.iter().map(|one| one.summary.as_ref()).collect()
}

#[test]
fn a_replacement_keeps_a_version_with_skip_destroy_in_the_state() {
    let kept = with(state(), "skip_destroy", true.into());
    for configured in [Value::Bool(true), Value::Null] {
        let config = with(with(config(), "rules", block("/other".into())), "skip_destroy", configured);
        let first = plan_update(kept.clone(), config.clone());
        assert!(!first.replace.is_empty());
        assert!(
            summaries(&first).contains(&"Profile version 1.0.0 stays at Azure"),
            "{:?}",
            summaries(&first)
        );
        let second = plan_create(config, first.private);
        assert!(second.state.get("name").unwrap().is_unknown());
    }
}

#[test]
fn a_replacement_under_the_name_of_a_kept_version_is_an_error() {
    let kept = with(state(), "skip_destroy", true.into());
    let request = |config: &Value, private: Private| PlanCreate {
        config: config.clone(),
        proposed: config.clone(),
        private,
        earlier: Vec::new(),
        capabilities: ClientCapabilities::default(),
    };
    // With a change that replaces, and with `-replace` alone.
    for path in ["/other", "/metadata/identity"] {
        let named = with(with(config(), "name", "1.0.0".into()), "rules", block(path.into()));
        let private = plan_update(kept.clone(), named.clone()).private;
        let failed = create(&request(&named, private.clone()), &profile()).unwrap_err();
        let one = failed.diagnostics().iter().next().unwrap().clone();
        assert_eq!(one.summary, "Profile version 1.0.0 stays, and keeps its name");
        assert!(one.detail.contains("such as `1.0.1`"), "{}", one.detail);
        // Another name, or another profile, is free.
        for (name, value) in [("name", "1.0.1".into()), ("profile_id", Value::from(format!("{PROFILE}x")))] {
            assert!(create(&request(&with(named.clone(), name, value), private.clone()), &profile()).is_ok());
        }
    }
}

#[test]
fn a_setting_in_the_change_that_replaces_is_too_late() {
    let config = with(with(config(), "rules", block("/other".into())), "skip_destroy", true.into());
    let first = plan_update(state(), config.clone());
    assert!(
        summaries(&first).contains(&"Profile version 1.0.0 is deleted all the same"),
        "{:?}",
        summaries(&first)
    );
    assert_eq!(summaries(&plan_create(config, first.private)), [""; 0]);
    // By itself it is a change in place, without a warning.
    let planned = plan_update(state(), with(self::config(), "skip_destroy", true.into()));
    assert_eq!((planned.replace.len(), planned.warnings.is_empty()), (0, true));
    assert_eq!(planned.state.get("skip_destroy"), Some(&Value::Bool(true)));
}
