//! Two runs on one gallery at the same time, and two blocks of one run for one object: nothing is taken over,
//! and each object in Azure is in exactly one of the states.

use std::collections::BTreeSet;
use std::path::Path;

use acceptance_tests::output::Output;
use acceptance_tests::scenario::{Scenario, scenario};
use acceptance_tests::terraform::Terraform;
use serde_json::{Value, json};

use crate::configurations::{PROFILE, RULES, version};

const APPLY: [&str; 4] = ["apply", "-no-color", "-input=false", "-auto-approve"];

/// A directory next to that of the scenario, for another run of the same program on the same gallery.
fn another(s: &Scenario, directory: &Path) -> Terraform {
    let mut other = s.terraform.clone_to(directory);
    for file in ["cli.tfrc", "provider.tf"] {
        std::fs::copy(s.terraform.directory().join(file), directory.join(file)).unwrap();
    }
    other.set("HOME", directory);
    other.set("TF_CLI_CONFIG_FILE", directory.join("cli.tfrc"));
    other
}

/// The ids of our objects in a state.
fn ids(directory: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(directory.join("terraform.tfstate")).unwrap_or_default();
    let state: Value = serde_json::from_str(&text).unwrap_or_default();
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let instances = resources.iter().flat_map(|one| one["instances"].as_array().cloned().unwrap_or_default());
    instances.filter_map(|one| one["attributes"]["id"].as_str().map(str::to_ascii_lowercase)).collect()
}

/// Versions of a profile that neither run manages.
fn versions(s: &Scenario, count: usize, more: &str) -> String {
    version(&format!("  count = {count}\n{more}"))
        .replace("gallery_invm_access_profile.web.id", &format!("{:?}", s.profile("web")))
}

/// Applies both at once, and destroys both in the end. Returns their output and the ids that each created.
fn both(s: &mut Scenario, first: &str, second: &str) -> [(Output, BTreeSet<String>); 2] {
    let web = s.profile("web");
    let body =
        json!({"location": "westus", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}});
    s.stranger(&web, &body);
    let directory = tempfile::tempdir().unwrap();
    let other = another(s, directory.path());
    s.write(first);
    other.write("main.tf", second).unwrap();
    let (one, two) = (s.terraform.start(&APPLY).unwrap(), other.start(&APPLY).unwrap());
    let (one, two) = (one.output().unwrap(), two.output().unwrap());
    let created = [ids(s.terraform.directory()), ids(directory.path())];
    assert!(
        created[0].is_disjoint(&created[1]),
        "both hold {:?}: {one} {two}",
        created[0].intersection(&created[1])
    );
    let all: Vec<_> = created[0].union(&created[1]).cloned().collect();
    assert_eq!(all, s.new_objects(), "{one} {two}");
    for terraform in [&s.terraform, &other] {
        let output = terraform.run(&["destroy", "-no-color", "-input=false", "-auto-approve"]).unwrap();
        assert!(output.succeeded(), "{output}");
    }
    let [of_one, of_two] = created;
    [(one, of_one), (two, of_two)]
}

fn late(s: &Scenario, seconds: f64) {
    let fault = json!([{"match": {"path": "/subscriptions/**"}, "count": null,
        "action": {"do": "delay", "seconds": seconds, "when": "after"}}]);
    s.emulator.faults(&fault).unwrap();
}

#[test]
fn automatic_names_are_shared_out() {
    for (seconds, rules) in [(0.0, RULES), (0.15, RULES), (0.15, "")] {
        scenario(|s| {
            s.unrecorded();
            late(s, seconds);
            let (first, second) = (versions(s, 4, RULES), versions(s, 4, rules));
            let runs = both(s, &first, &second);
            for (output, ids) in &runs {
                assert!(output.succeeded(), "{output}");
                assert_eq!(ids.len(), 4, "{output}");
            }
        });
    }
}

#[test]
fn a_fixed_name_belongs_to_one_run() {
    for (seconds, rules) in [(0.0, RULES), (0.15, RULES), (0.15, "")] {
        scenario(|s| {
            s.unrecorded();
            late(s, seconds);
            let named = |rules: &str| versions(s, 1, &format!("  name = \"1.0.0\"\n{rules}"));
            let (first, second) = (named(RULES), named(rules));
            let runs = both(s, &first, &second);
            let succeeded = runs.iter().filter(|(output, _)| output.succeeded()).count();
            assert_eq!(succeeded, 1, "{} {}", runs[0].0, runs[1].0);
            let (refused, _) = runs.iter().find(|(output, _)| !output.succeeded()).unwrap();
            assert!(refused.says("In-VM access profile version already exists"), "{refused}");
        });
    }
}

#[test]
fn two_blocks_of_one_name_are_one_object_and_an_error() {
    scenario(|s| {
        s.unrecorded();
        let twice = format!("{PROFILE}{}", PROFILE.replace("\"web\" {", "\"again\" {"));
        let output = s.apply_fails(&twice);
        assert_eq!(output.times("In-VM access profile already exists"), 1, "{output}");
        assert_eq!(s.new_objects().len(), 1);
    });
}

#[test]
fn a_renamed_key_waits_for_the_deletion() {
    scenario(|s| {
        s.unrecorded();
        let keyed = |key: &str| {
            let each = format!("  for_each = toset([{key:?}])\n  name = \"1.0.0\"\n{RULES}");
            format!("{PROFILE}{}", version(&each))
        };
        s.apply(&keyed("a"));
        s.apply(&keyed("b"));
        assert_eq!(s.new_objects().len(), 2);
    });
}

#[test]
fn a_busy_version_does_not_stop_its_siblings() {
    scenario(|s| {
        s.unrecorded();
        let busy = json!([{"match": {"method": "PUT", "path": "**/versions/1.0.6"}, "count": 2,
            "action": {"do": "conflict"}}]);
        s.emulator.faults(&busy).unwrap();
        let each = "  for_each = toset([for i in range(10) : \"1.0.${i}\"])\n  name = each.key\n";
        s.apply(&format!("{PROFILE}{}", version(each)));
        let puts: Vec<_> = s.requests().into_iter().filter(|one| one.method == "PUT").collect();
        let last = puts.last().unwrap();
        assert!(last.path.ends_with("/1.0.6") && last.status == Some(201), "{puts:?}");
    });
}

#[test]
fn replacing_a_profile_below_create_before_destroy_is_reported() {
    scenario(|s| {
        s.unrecorded();
        let lifecycle = "  lifecycle {\n    create_before_destroy = true\n  }\n";
        let config = format!("{PROFILE}{}", version(&format!("{RULES}{lifecycle}")));
        s.apply(&config);
        let plan = s.plan(&config.replace("\"westus\"", "\"eastus\""));
        assert!(plan.output.says("Profile is replaced under the same name"), "{}", plan.output);
        let output = s.run(&["apply", "-no-color", "-input=false", "planned"]);
        assert!(!output.succeeded() && output.says("`create_before_destroy`"), "{output}");
        assert!(output.says("In-VM access profile already exists"), "{output}");
        // Its advice is all that is needed.
        s.apply(&config.replace("\"westus\"", "\"eastus\"").replace(lifecycle, ""));
    });
}
