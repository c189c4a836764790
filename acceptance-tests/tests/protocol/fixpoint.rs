//! Whatever is configured: it can be planned and applied, a refresh changes nothing, and nothing is planned after it.

use proptest::collection::{btree_map, btree_set};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value as Json, json};

use super::{Rig, VERSION};

/// A map with null and the empty map as further possibilities.
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
                // Names that lead nowhere are an error by default; what they mean is not at stake here.
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

fn holds(emulator: &[&str], cases: u32) {
    let mut rig = Rig::new(emulator);
    let profile = rig.some_profile();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let rig = std::cell::RefCell::new(rig);
    let outcome = TestRunner::new(config).run(&(arguments(), arguments()), |(first, second)| {
        let mut rig = rig.borrow_mut();
        let with_profile = |mut arguments: Json| {
            arguments["profile_id"] = profile.as_str().into();
            arguments
        };
        let made = rig.make(VERSION, &with_profile(first.clone()));
        let last = if first == second {
            made
        } else {
            let second = with_profile(second);
            let nothing = rig.on(async |host| {
                let config = host.config(VERSION, &second).unwrap();
                host.plan(VERSION, Some(&made), &config).await.unwrap().is_empty
            });
            if nothing { made } else { rig.change(VERSION, Some(&made), &second) }
        };
        rig.on(async |host| host.destroy(VERSION, &last).await).unwrap();
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn of_an_azure_that_answers_as_it_was_asked() {
    holds(&[], 20);
}

#[test]
fn of_an_azure_that_spells_everything_otherwise() {
    holds(&["--shout"], 20);
}
