//! Many objects: the requests that they need, that lists make no difference, and that a hundred at a time are
//! as safe as ten.

use std::collections::{BTreeMap, BTreeSet};

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario, scenario_with};
use serde_json::{Value, json};

use crate::configurations::RULES;

/// This many profiles, each with this many versions. Versions have this in their blocks, in addition to what
/// is required.
fn many(profiles: usize, each: usize, more: &str) -> String {
    let versions = profiles * each;
    format!(
        r#"
resource "gallery_invm_access_profile" "p" {{
  count                    = {profiles}
  gallery_id               = local.gallery_id
  name                     = "p${{count.index}}"
  location                 = "westus"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
}}

resource "gallery_invm_access_profile_version" "v" {{
  count          = {versions}
  profile_id     = gallery_invm_access_profile.p[floor(count.index / {each})].id
  mode           = "Enforce"
  default_access = "Deny"
{more}
}}
"#
    )
}

/// The same with the names in the configuration.
fn named(profiles: usize, each: usize) -> String {
    many(profiles, each, &format!("  name = \"1.0.${{count.index % {each}}}\"\n{RULES}"))
}

fn count(requests: &[Request], like: impl Fn(&Request) -> bool) -> usize {
    requests.iter().filter(|one| like(one)).count()
}

/// Whether a request reads a list.
fn is_list(request: &Request) -> bool {
    request.path.ends_with("/versions") || request.path.ends_with("/inVMAccessControlProfiles")
}

/// A plan's JSON without the time and in a fixed order, and the number of its requests.
fn planned(s: &mut Scenario, by_list: &str) -> (Value, Vec<Request>) {
    s.terraform.set("ARM_REFRESH_BY_LIST", by_list);
    s.requests();
    s.replan(&[]);
    let requests = s.requests();
    let mut said = s.run_well(&["show", "-json", "planned"]).json().unwrap();
    said.as_object_mut().unwrap().remove("timestamp");
    // Hosts write these in any order.
    for list in ["relevant_attributes", "resource_drift"] {
        if let Some(Value::Array(entries)) = said.get_mut(list) {
            entries.sort_by_key(Value::to_string);
        }
    }
    (said, requests)
}

#[test]
fn a_plan_is_the_same_with_lists_and_without() {
    scenario_with(&["--page-size", "3"], |s| {
        s.unrecorded();
        s.apply(&named(6, 5));
        let version = |profile, number| s.version(&format!("p{profile}"), &format!("1.0.{number}"));
        // Some of a profile, at the end of a page and in the middle, and all of another.
        s.emulator.remove(&version(0, 1)).unwrap();
        s.emulator.remove(&version(0, 4)).unwrap();
        s.emulator.remove(&s.profile("p2")).unwrap();
        let mode = json!({"properties": {"mode": "Audit"}});
        s.emulator.edit(&version(0, 2), &mode).unwrap();
        s.emulator.edit(&version(1, 0), &json!({"tags": {"by": "hand"}})).unwrap();
        s.emulator.edit(&version(1, 3), &json!({"properties": {"rules": {"roleAssignments": []}}})).unwrap();
        s.emulator.edit(&version(1, 4), &json!({"properties": {"rules": null}})).unwrap();
        let description = json!({"properties": {"description": "by hand"}});
        s.emulator.edit(&s.profile("p3"), &description).unwrap();
        // An entry that a list omits, one that is wrong, one that is unchanged, and a list that cannot be
        // read.
        s.emulator.edit(&version(4, 1), &mode).unwrap();
        let mut other = s.emulator.object(&version(4, 3)).unwrap();
        other["properties"]["defaultAccess"] = json!("Allow");
        let entries = json!([
            null, 17, {"name": "1.0.0"},
            {"name": "1.0.1", "location": "westus", "properties": {"mode": "Enforce", "defaultAccess": "Deny"}},
            {"id": version(4, 2), "location": 5, "properties": {"rules": "none", "mode": []}},
            other,
        ]);
        let list =
            |profile: &str| json!({"method": "GET", "path": format!("/subscriptions/**/{profile}/versions")});
        s.emulator
            .faults(&json!([
                {"name": "odd", "count": null, "match": list("p4"),
                 "action": {"do": "alter", "merge": {"value": entries, "nextLink": null}}},
                {"name": "garbage", "count": null, "match": list("p5"),
                 "action": {"do": "alter", "text": "<html>"}},
            ]))
            .unwrap();

        let (by_list, few) = planned(s, "true");
        let (singly, many) = planned(s, "false");
        assert_eq!(by_list, singly);
        let drift = |action: &str| {
            let all = singly["resource_drift"].as_array().unwrap();
            all.iter().filter(|one| one["change"]["actions"] == json!([action])).count()
        };
        assert_eq!((drift("delete"), drift("update")), (8, 6));
        assert_eq!((count(&many, is_list), count(&few, is_list) > 6), (0, true), "{few:?}");
        let read = |requests: &[Request], profile: &str| {
            count(requests, |one| one.path.contains(&format!("/{profile}/versions/")))
        };
        for odd in ["p4", "p5"] {
            assert_eq!(read(&few, odd), 5, "{odd} yields no credible result");
        }
        assert_eq!((read(&many, "p3"), read(&few, "p3") < 5), (5, true));
        s.emulator.faults(&json!([])).unwrap();
    });
}

/// Fills Azure and a state with this many profiles and versions, copied from the first ones, which an apply
/// created.
fn fill(s: &Scenario, profiles: usize, each: usize) {
    s.apply(&named(1, 1));
    // The names `p0` and `1.0.0`, in ids and on their own.
    let renamed = |text: &str, profile: usize, version: usize| {
        let text = text.replace("Profiles/p0", &format!("Profiles/p{profile}"));
        let text = text.replace("\"p0\"", &format!("\"p{profile}\""));
        let text = text.replace("versions/1.0.0", &format!("versions/1.0.{version}"));
        text.replace("\"1.0.0\"", &format!("\"1.0.{version}\""))
    };
    let like = |value: &Value, profile: usize, version: usize| -> Value {
        serde_json::from_str(&renamed(&value.to_string(), profile, version)).unwrap()
    };
    let file = s.terraform.directory().join("terraform.tfstate");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let (profile, version) = (s.profile("p0"), s.version("p0", "1.0.0"));
    let objects = [s.emulator.object(&profile).unwrap(), s.emulator.object(&version).unwrap()];
    for resource in state["resources"].as_array_mut().unwrap() {
        let is_profile = resource["type"] == "gallery_invm_access_profile";
        let (total, share) = if is_profile { (profiles, 1) } else { (profiles * each, each) };
        let first = resource["instances"][0].clone();
        let instances = (0..total).map(|index| {
            let (profile, version) = (index / share, index % share);
            let mut instance = like(&first, profile, version);
            instance["index_key"] = index.into();
            let object = like(&objects[usize::from(!is_profile)], profile, version);
            s.emulator.put(instance["attributes"]["id"].as_str().unwrap(), &object).unwrap();
            instance
        });
        resource["instances"] = instances.collect();
    }
    std::fs::write(&file, state.to_string()).unwrap();
    s.write(&named(profiles, each));
}

/// At most two requests for a profile, and two for each of the ten that Terraform reads at a time.
#[test]
fn two_hundred_versions_under_twenty_profiles_are_refreshed_with_few_requests() {
    let (profiles, each) = (20, 10);
    scenario(|s| {
        s.unrecorded();
        fill(s, profiles, each);
        s.requests();
        s.nothing_to_do();
        let requests = s.requests();
        let lists = count(&requests, is_list);
        eprintln!("{} requests, {lists} of them for lists", requests.len());
        assert!(requests.len() <= profiles * 2 + 20, "{} requests", requests.len());
        // Destroying as many would take long, and is tested elsewhere.
        for profile in 0..profiles {
            s.emulator.remove(&s.profile(&format!("p{profile}"))).unwrap();
        }
        std::fs::remove_file(s.terraform.directory().join("terraform.tfstate")).unwrap();
    });
}

#[test]
fn a_hundred_at_a_time_are_as_safe_as_ten() {
    scenario(|s| {
        s.unrecorded();
        for command in ["plan", "apply", "destroy"] {
            s.terraform.set(format!("TF_CLI_ARGS_{command}"), "-parallelism=100");
        }
        // Buckets of 25 reads, twenty writes and twenty deletes, which are soon empty.
        s.emulator.set(&json!({"throttle": true, "throttle_size": 0.1, "throttle_speed": 1.5})).unwrap();
        let (profiles, each) = (10, 10);
        s.write(&many(profiles, each, ""));
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        let requests = s.emulator.requests().unwrap();
        let tokens = count(&requests, |one| one.path.ends_with("/token"));
        assert_eq!(tokens, 1, "one for the process");
        let written = |one: &&Request| one.method == "PUT" && one.status != Some(429);
        let times: Vec<_> = requests.iter().filter(written).map(|one| one.at).collect();
        assert_eq!(times.len(), profiles * (1 + each), "each once");
        let took = times.iter().max().unwrap() - times.iter().min().unwrap();
        assert!(took > 5_000, "{took} ms: the buckets were in force");
        assert_eq!(s.new_objects().len(), profiles * (1 + each));
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let state = s.state();
        for index in 0..profiles * each {
            let version = state.attributes(&format!("gallery_invm_access_profile_version.v[{index}]"));
            let text = |name: &str| version[name].as_str().unwrap().to_owned();
            names.entry(text("profile_id")).or_default().insert(text("name"));
        }
        let in_a_row: BTreeSet<String> = (0..each).map(|number| format!("1.0.{number}")).collect();
        assert_eq!(names.len(), profiles);
        assert!(names.values().all(|names| *names == in_a_row), "{names:?}");
        s.nothing_to_do();

        s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
        assert!(s.new_objects().is_empty() && s.state().addresses().is_empty());
        let requests = s.requests();
        let refused = count(&requests, |one| one.status == Some(429));
        eprintln!("{refused} refusals of {} requests", requests.len());
        assert!(refused * 20 <= requests.len(), "{refused} refusals of {} requests", requests.len());
        let deleted = count(&requests, |one| one.method == "DELETE" && one.status != Some(429));
        assert_eq!(deleted, profiles * (1 + each), "each once");
    });
}
