//! Whatever is configured, and however little of it is known at the plan: it can be planned and applied, a
//! refresh changes nothing, the next plan is empty, and the identity never changes.

use proptest::collection::{btree_map, btree_set};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value as Json, json};

use acceptance_tests::host::Object;
use terraform_provider_gallery::plugin::Value;

use super::{PROFILE, Rig, VERSION, text};

/// A map that may also be null or empty.
fn named(keys: &'static [&'static str], element: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    of(btree_map(select(keys), element, 0..3)).prop_map(|map| match map {
        None => Json::Null,
        Some(map) => {
            map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
        }
    })
}

const PRIVILEGES: &[&str] = &["p", "q", "\u{e9}t\u{e9}"];
const IDENTITIES: &[&str] = &["i", "j"];
const ROLES: &[&str] = &["r", "s"];

fn rules() -> impl Strategy<Value = Json> {
    let query = named(&["k", "l"], select(vec!["v", "W x"]).prop_map(Json::from));
    let privilege = (select(vec!["/a", "/metadata/Instance"]), query)
        .prop_map(|(path, query)| json!({"path": path, "query_parameters": query}));
    let role = btree_set(select(PRIVILEGES), 0..3).prop_map(|names| json!({"privileges": names}));
    let identity = (select(vec!["web", "Web"]), of(select(vec!["/opt/web", "C:\\web.exe"])))
        .prop_map(|(user, path)| json!({"user_name": user, "exe_path": path}));
    let assignment = btree_set(select(IDENTITIES), 0..3).prop_map(|names| json!({"identities": names}));
    (named(PRIVILEGES, privilege), named(ROLES, role), named(IDENTITIES, identity), named(ROLES, assignment))
        .prop_map(|(privileges, roles, identities, role_assignments)| {
            json!({
                "privileges": privileges, "roles": roles, "identities": identities,
                "role_assignments": role_assignments
            })
        })
}

fn arguments() -> impl Strategy<Value = Json> {
    let regions = of(subsequence(vec!["West US", "eastus", "North Europe"], 1..=3));
    let tags = named(&["team", "Cost"], select(vec!["a", "B"]).prop_map(Json::from));
    let words = (select(vec!["Audit", "Enforce", "Disabled"]), select(vec!["Allow", "Deny"]));
    let location = of(select(vec!["West US", "westus"]));
    (words, regions, of(any::<bool>()), tags, of(rules()), location).prop_map(
        |((mode, access), regions, excluded, tags, rules, location)| {
            json!({
                "mode": mode, "default_access": access, "target_regions": regions, "location": location,
                "exclude_from_latest": excluded, "tags": tags, "rules": rules,
                // Undefined references are errors by default; their meaning does not matter here.
                "lint": off()
            })
        },
    )
}

/// Every finding silenced.
fn off() -> Json {
    let findings = terraform_provider_gallery::allowlist::FindingId::all();
    findings.map(|id| (id.to_string(), "off".into())).collect::<Map<_, _>>().into()
}

/// The parts of a version that may be unknown at its plan: attributes, and maps of its rules.
const OPEN: &[&str] = &[
    "mode",
    "default_access",
    "target_regions",
    "exclude_from_latest",
    "tags",
    "location",
    "profile_id",
    "privileges",
    "roles",
    "identities",
    "role_assignments",
];
/// The same for a profile.
const OPEN_OF_PROFILE: &[&str] =
    &["gallery_id", "location", "os_type", "applicable_host_endpoint", "description", "tags"];

fn open(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![Just(Vec::new()), subsequence(names, 0..=names.len())]
}

/// The configuration with these parts unknown.
fn opened(config: &Value, names: &[&str]) -> Value {
    let Value::Object(attributes) = config else { return config.clone() };
    let open = attributes.iter().map(|(name, value)| {
        let value = if names.contains(&&**name) {
            Value::unknown()
        } else if **name == *"rules" {
            opened(value, names)
        } else {
            value.clone()
        };
        (name.clone(), value)
    });
    Value::Object(open.collect())
}

/// Plans with the known parts, applies with everything, and checks the properties.
fn walk(rig: &mut Rig, resource: &str, prior: Option<&Object>, arguments: &Json, names: &[&str]) -> Object {
    rig.on(async |host| {
        let config = host.config(resource, arguments).unwrap();
        let plan = host.plan(resource, prior, &opened(&config, names)).await.unwrap();
        if plan.is_empty {
            return prior.cloned().expect("a plan of no object");
        }
        let planned = plan.identity.clone();
        let replaced = plan.replaces;
        let object = host.apply_known(resource, plan, &config).await.unwrap();
        assert!(planned.is_none() || planned == object.identity, "the identity is the planned one");
        if let (Some(prior), false) = (prior, replaced) {
            assert_eq!(object.identity, prior.identity, "the identity is the stored one");
        }
        let refreshed = host.refresh(resource, &object).await.unwrap().expect("it is there");
        assert_eq!(refreshed, object, "a refresh after an apply changes nothing");
        let again = host.plan(resource, Some(&refreshed), &config).await.unwrap();
        assert!(again.is_empty, "a plan after an apply is empty: {again:#?}\n{object:#?}");
        object
    })
}

fn run<S: Strategy>(cases: u32, strategy: S, mut holds: impl FnMut(S::Value)) {
    // More cases if proptest's own variable asks for them.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let holds = std::cell::RefCell::new(&mut holds);
    let outcome = TestRunner::new(config).run(&strategy, |case| {
        (holds.borrow_mut())(case);
        Ok(())
    });
    outcome.unwrap();
}

fn versions(emulator: &[&str], cases: u32) {
    let mut rig = Rig::new(emulator);
    let profile = rig.some_profile();
    let strategy = (arguments(), arguments(), open(OPEN), open(OPEN));
    run(cases, strategy, |(mut first, mut second, less, least)| {
        first["profile_id"] = profile.as_str().into();
        second["profile_id"] = profile.as_str().into();
        let made = walk(&mut rig, VERSION, None, &first, &less);
        let last = walk(&mut rig, VERSION, Some(&made), &second, &least);
        rig.on(async |host| host.destroy(VERSION, &last).await).unwrap();
    });
}

fn profiles(emulator: &[&str], cases: u32) {
    let mut rig = Rig::new(emulator);
    let gallery = rig.gallery();
    let galleries = select(vec![gallery.clone(), gallery.to_lowercase(), gallery.to_uppercase()]);
    let words = (select(vec!["Linux", "Windows"]), select(vec!["IMDS", "WireServer"]));
    let texts = (of(select(vec!["", "d", "\u{e9}"])), select(vec!["West US", "westus", "eastus"]));
    let tags = named(&["team", "Cost"], select(vec!["a", "B"]).prop_map(Json::from));
    let arguments = (galleries, select(vec!["web", "WEB"]), words, texts, tags).prop_map(
        |(gallery, name, (os, endpoint), (description, location), tags)| {
            json!({
                "gallery_id": gallery, "name": name, "location": location, "os_type": os,
                "applicable_host_endpoint": endpoint, "description": description, "tags": tags
            })
        },
    );
    let arguments = arguments.boxed();
    let strategy = (arguments.clone(), arguments, open(OPEN_OF_PROFILE), open(OPEN_OF_PROFILE));
    run(cases, strategy, |(first, second, less, least)| {
        let made = walk(&mut rig, PROFILE, None, &first, &less);
        let last = walk(&mut rig, PROFILE, Some(&made), &second, &least);
        // The same object by its identity, whatever its name in the configuration.
        let identity = last.identity.clone().expect("every object has one");
        let imported = rig.on(async |host| host.import_identity(PROFILE, &identity).await).unwrap();
        assert_eq!(text(&imported.state, "id").to_lowercase(), text(&last.state, "id").to_lowercase());
        rig.on(async |host| host.destroy(PROFILE, &last).await).unwrap();
    });
}

#[test]
fn versions_in_an_azure_that_keeps_spellings() {
    versions(&[], 20);
}

#[test]
fn versions_in_an_azure_that_changes_spellings() {
    versions(&["--shout"], 20);
}

#[test]
fn profiles_in_an_azure_that_keeps_spellings() {
    profiles(&[], 20);
}

#[test]
fn profiles_in_an_azure_that_changes_spellings() {
    profiles(&["--shout"], 20);
}
