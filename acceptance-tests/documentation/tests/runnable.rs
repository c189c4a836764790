//! Runs the examples and guides with the real CLI against the emulator.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap().replace("\r\n", "\n")
}

/// The profile at the beginning of guides.
const PROFILE: &str = "examples/resources/gallery_invm_access_profile/resource.tf";

/// The folders in `examples/<kind>`, each with its files.
fn examples(kind: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(root().join("examples").join(kind)).into_iter().flatten() {
        let folder = folder.unwrap();
        let files = fs::read_dir(folder.path()).unwrap().map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap())
        });
        found.push((folder.file_name().into_string().unwrap(), files.collect()));
    }
    found.sort();
    found
}

/// The files of an example whose names have this prefix, as one configuration.
fn joined(files: &BTreeMap<String, String>, stem: &str) -> String {
    let chosen = files.iter().filter(|(name, _)| name.starts_with(stem) && name.ends_with(".tf"));
    chosen.map(|(_, text)| format!("{text}\n")).collect()
}

/// The text with the emulator's gallery instead of that of examples and guides.
fn here(scenario: &Scenario, text: &str) -> String {
    let subscription = scenario.emulator.ready("subscription_id");
    let text = text.replace("00000000-0000-0000-0000-000000000000", subscription);
    let spoken_of = format!(
        "/subscriptions/{subscription}/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
    );
    let text = text.replace(&spoken_of, scenario.gallery());
    let group = scenario.gallery().split("/galleries/").next().unwrap_or_default();
    let spoken_of = format!(
        "/subscriptions/{subscription}/resourceGroups/fleet/providers/Microsoft.Compute/virtualMachine"
    );
    text.replace(&spoken_of, &format!("{group}/virtualMachine"))
}

/// Creates the machine and the scale set that examples attach versions to.
fn machines(scenario: &Scenario) {
    let group = scenario.gallery().split("/galleries/").next().unwrap_or_default();
    let settings = |settings: serde_json::Value| json!({"securityProfile": {"proxyAgentSettings": settings}});
    let machine = json!({"location": "westeurope", "properties": settings(json!({"enabled": true}))});
    let profile = settings(json!({"imds": {"mode": "Audit"}}));
    let set = json!({"location": "westeurope", "properties": {
        "virtualMachineProfile": profile, "upgradePolicy": {"mode": "Manual"}}});
    for (id, body) in [("virtualMachines/web-1", machine), ("virtualMachineScaleSets/web", set)] {
        scenario.emulator.put(&format!("{group}/{id}"), &body).unwrap();
    }
}

/// The blocks of code in a guide, each with its first line.
fn blocks(guide: &str) -> Vec<String> {
    let text = read(&format!("docs/guides/{guide}"));
    let blocks = text.split("```terraform\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.map(|block| format!("{block}\n")).collect()
}

/// A configuration without its `terraform` block, which the scenario writes itself.
fn without_head(text: &str) -> String {
    match text.find("\n}\n\n") {
        Some(end) if text.starts_with("terraform {") => text.get(end + 4..).unwrap_or_default().to_owned(),
        _ => text.to_owned(),
    }
}

#[test]
fn every_example_is_formatted() {
    scenario(|s| {
        // Older programs cannot parse calls of functions.
        if !s.can(Feature::Functions) {
            return;
        }
        let folder = root().join("examples");
        s.run_well(&["fmt", "-check", "-diff", "-recursive", folder.to_str().unwrap()]);
    });
}

#[test]
fn the_examples_of_the_provider_are_valid() {
    scenario(|s| {
        s.terraform.write("provider.tf", &read("examples/provider/provider.tf")).unwrap();
        let files = fs::read_dir(root().join("examples/provider")).unwrap();
        let mut all = String::new();
        let files = files.map(|file| file.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "tf")) {
            if file.file_name().is_some_and(|name| name != "provider.tf") {
                all.push_str(&fs::read_to_string(file).unwrap());
            }
        }
        assert_eq!(s.validate(&all), []);
        s.write("");
    });
}

#[test]
fn every_example_of_a_resource_is_applied() {
    for (name, files) in examples("resources") {
        scenario(|s| {
            machines(s);
            let config = here(s, &joined(&files, "resource"));
            assert_eq!(s.validate(&config), [], "{name}");
            s.apply(&config);
        });
    }
}

#[test]
fn every_import_example_finds_the_objects_of_the_resource_example() {
    for (name, files) in examples("resources") {
        let Some(block) = files.get("import-by-string-id.tf") else { continue };
        scenario(|s| {
            machines(s);
            let config = here(s, files.get("resource.tf").unwrap());
            s.apply(&config);
            let block = here(s, block);
            let address = block.lines().find_map(|line| line.trim().strip_prefix("to = ")).unwrap();
            if s.can(Feature::ImportBlock) {
                s.forget(address);
                let output = s.apply(&format!("{config}\n{block}"));
                assert!(output.says("1 imported, 0 added, 0 changed, 0 destroyed"), "{name}: {output}");
            }

            s.write(&config);
            s.forget(address);
            let command = here(s, files.get("import.sh").unwrap());
            let words: Vec<_> = command.split_whitespace().collect();
            let ["terraform", "import", to, id] = words.as_slice() else { panic!("{name}: {command}") };
            assert_eq!(*to, address);
            s.run_well(&["import", "-no-color", "-input=false", to, id]);
            // Terraform 1.0 drops the outputs when it imports; this stores them again.
            let output = s.reapply(&[]);
            assert!(output.says("0 added, 0 changed, 0 destroyed"), "{name}: {output}");
        });
    }
}

#[test]
fn every_function_example_returns_the_documented_result() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        for (name, files) in examples("functions") {
            let output = s.apply(&joined(&files, "function"));
            assert!(!output.says("functions send no request"), "{name}: {output}");
        }
        assert!(s.requests().is_empty(), "functions ask nobody");
    });
}

#[test]
fn every_data_source_example_finds_the_objects_of_the_resources() {
    scenario(|s| {
        let made = here(s, &read("examples/resources/gallery_invm_access_profile_version/resource.tf"));
        s.apply(&made);
        // The group of the machines in an example.
        let group = here(s, "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet");
        s.emulator.put(&group, &serde_json::json!({"location": "westus"})).unwrap();
        for (name, files) in examples("data-sources") {
            let config = here(s, &joined(&files, "data-source"));
            if (config.contains("provider::") && !s.can(Feature::Functions))
                || (config.contains("check \"") && !s.can(Feature::Check))
            {
                continue;
            }
            assert_eq!(s.validate(&config), [], "{name}");
            s.apply(&format!("{made}\n{config}"));
        }
    });
}

#[test]
fn the_first_allowlist_is_applied() {
    scenario(|s| {
        let blocks = blocks("first-allowlist.md");
        let config = without_head(&here(s, blocks.first().unwrap()));
        assert_eq!(s.validate(&config), []);
        s.apply(&config);
        let found = s.validate(&config.replace("[\"instance\", \"token\"]", "[\"instance\", \"tokn\"]"));
        assert!(found.iter().any(|one| one.summary.starts_with("Undefined reference")), "{found:?}");
        let second = format!("{}    }}\n", blocks.get(1).unwrap().trim_end().trim_end_matches('}'));
        let start = config.find("    identities = {").unwrap();
        let end = config.find("  }\n\n  lifecycle").unwrap();
        let config = format!("{}{second}{}", &config[..start], &config[end..]);
        let plan = s.plan(&config);
        assert!(plan.output.says("backup -> token (app)"), "{}", plan.output);
        assert!(s.apply_planned().says("versions/1.0.1]"));
    });
}

#[test]
fn a_rules_file_of_the_az_cli_is_accepted_unchanged() {
    scenario(|s| {
        let blocks = blocks("az-cli.md");
        let guide = blocks.iter().find(|block| block.contains("rules.json")).unwrap();
        s.terraform
            .write(
                "rules.json",
                r#"{
                    "privileges": [
                        { "name": "instance", "path": "/metadata/instance/compute" },
                        { "name": "token", "path": "/metadata/identity/oauth2/token", "queryParameters": { "resource": "https://vault.azure.net" } }
                    ],
                    "roles": [{ "name": "app", "privileges": ["instance", "token"] }],
                    "identities": [
                        { "name": "web", "userName": "web", "exePath": "/opt/web/bin/server" },
                        { "name": "backup", "userName": "backup", "exePath": "/opt/backup/bin/run" }
                    ],
                    "roleAssignments": [{ "role": "app", "identities": ["web"] }, { "role": "app", "identities": ["backup"] }]
                }"#,
            )
            .unwrap();
        let output = s.apply(&format!("{}\n{guide}", here(s, &read(PROFILE))));
        assert!(output.says("backup -> token (app)"), "{output}");
    });
}

/// Creates a machine of the group with a reporting agent, as another tool does.
fn make_machine(s: &Scenario, id: &str) {
    let settings = serde_json::json!({"enabled": true, "addProxyAgentExtension": true});
    let body = serde_json::json!({"location": "westeurope", "properties": {
        "storageProfile": {"osDisk": {"osType": "Linux"}}, "securityProfile": {"proxyAgentSettings": settings}}});
    s.emulator.put(id, &body).unwrap();
}

#[test]
fn the_guide_brings_machines_from_audit_to_enforce() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        s.unrecorded();
        s.emulator.set(&serde_json::json!({"agent_seconds": 0})).unwrap();
        let blocks: Vec<_> = blocks("audit-to-enforce.md").iter().map(|block| here(s, block)).collect();
        let [frame, watch, list, check, more, enforce] = blocks.as_slice() else { panic!("{blocks:?}") };
        let group = here(s, "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet");
        s.emulator.put(&group, &serde_json::json!({"location": "westeurope"})).unwrap();
        let vm = |number: usize| format!("{group}/providers/Microsoft.Compute/virtualMachines/web{number}");
        let machines: Vec<_> = (0..10).map(vm).collect();
        machines.iter().for_each(|id| make_machine(s, id));
        s.terraform.write("machines.auto.tfvars", &format!("machine_ids = {machines:?}\n")).unwrap();
        let config = format!("{frame}\n{watch}\n{check}");
        let variables = |s: &Scenario, text: &str| s.terraform.write("terraform.tfvars", text).unwrap();
        let version = |name: &str| s.version("web-imds", name);
        let all = ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"].map(version);
        let plan = |s: &Scenario| s.run(&["plan", "-no-color", "-input=false", "-detailed-exitcode"]);
        let refuses = |s: &Scenario, callers: serde_json::Value| {
            s.emulator.set_agent(&vm(3), &serde_json::json!({ "denied": callers })).unwrap();
        };
        let batch =
            serde_json::json!([{"userName": "batch", "processFullPath": "/opt/batch/run", "count": 7}]);

        // Pull request 1: everybody is attached and up to date, and nobody is refused.
        s.apply(&config);
        let quiet = plan(s);
        assert!(quiet.code == Some(0) && !quiet.says("Check block assertion failed"), "{quiet}");

        // Pull request 2, and one more path after an agent has reported it.
        s.keeps(&all[0]);
        variables(s, list);
        s.reapply(&[]);
        refuses(s, batch.clone());
        let run = plan(s);
        assert!(run.says("web3 would refuse batch with /opt/batch/run: 7 times."), "{run}");
        assert_eq!(run.code, Some(0), "a check changes nothing: {run}");
        s.keeps(&all[1]);
        variables(s, more);
        s.reapply(&[]);

        // Pull request 3 comes too early while somebody is refused, a machine lags behind, or an agent does
        // not report.
        variables(s, enforce);
        let early = plan(s);
        assert!(early.code == Some(1) && early.says("Not ready for Enforce: web3."), "{early}");
        refuses(s, serde_json::json!([]));
        s.emulator.set_agent(&vm(4), &serde_json::json!({"reports": false})).unwrap();
        let early = plan(s);
        assert!(early.code == Some(1) && early.says("Not ready for Enforce: web4."), "{early}");
        s.emulator.set_agent(&vm(4), &serde_json::json!({"reports": null})).unwrap();
        let lags = serde_json::json!({"loaded": {"imds": all[1].to_uppercase()}, "power": "running"});
        s.emulator.set(&serde_json::json!({"agent_seconds": 3600})).unwrap();
        s.emulator.set_agent(&vm(5), &lags).unwrap();
        let early = plan(s);
        assert!(early.code == Some(1) && early.says("Not ready for Enforce: web5."), "{early}");
        assert!(early.says("Do not run what they refer to: web5.") || early.code == Some(1), "{early}");
        s.emulator.set(&serde_json::json!({"agent_seconds": 0})).unwrap();
        s.emulator.set_agent(&vm(5), &serde_json::json!({"coming": {}})).unwrap();
        s.keeps(&all[2]);
        s.reapply(&[]);
        for id in &machines {
            let loaded = s.emulator.agent(id).unwrap()["loaded"]["imds"].clone();
            assert_eq!(loaded, all[3].to_uppercase());
        }
        // Neither refused requests under Enforce nor a machine that is switched off stop a plan.
        refuses(s, batch);
        s.emulator.set_agent(&vm(6), &serde_json::json!({"power": "deallocated"})).unwrap();
        assert_eq!(plan(s).code, Some(0));

        // Roll back.
        s.keeps(&all[3]);
        variables(s, more);
        s.reapply(&[]);
        // At the end, the versions kept are deleted with the profile.
        let forced = config.replacen("  os_type  ", "  force_destroy = true\n  os_type  ", 1);
        assert_ne!(forced, config);
        s.apply(&forced);
        all.iter().for_each(|id| s.adopted(id));
        s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
    });
}

#[test]
fn the_guide_rolls_versions_out_and_back_and_cleans_up() {
    scenario(|s| {
        let blocks: Vec<_> =
            blocks("roll-out-roll-back-clean-up.md").iter().map(|block| here(s, block)).collect();
        let [frame, rules, variables, watch, import, force] = blocks.as_slice() else { panic!("{blocks:?}") };
        let version = |name: &str| s.version("web-imds", name);
        let [first, second, third] = ["1.0.0", "1.0.1", "1.0.2"].map(version);
        let begins = |line: &&str| line.trim_start().starts_with("identities ");
        let changed = |line: &str| {
            let old = frame.lines().find(begins).unwrap();
            frame.replace(old, line.trim_end())
        };
        let reference = |s: &Scenario| s.run_well(&["output", "-raw", "reference"]).stdout.trim().to_owned();

        s.apply(frame);
        assert_eq!(reference(s), first);
        s.keeps(&first);
        let output = s.apply(&changed(rules));
        assert!(output.says("Profile version 1.0.0 stays at Azure"), "{output}");
        assert_eq!(reference(s), second);

        s.terraform.write("terraform.tfvars", variables).unwrap();
        let output = s.reapply(&[]);
        assert!(output.says("0 added, 0 changed, 0 destroyed"), "{output}");
        assert_eq!(reference(s), first);

        s.terraform.remove("terraform.tfvars").unwrap();
        s.keeps(&second);
        let right = changed(&rules.replace("server-2", "server-3"));
        s.apply(&right);
        assert_eq!(reference(s), third);

        s.apply(&format!("{right}\n{watch}"));
        s.adopted(&first);
        if s.can(Feature::ImportBlock) {
            s.apply(&format!("{right}\n{import}"));
        } else {
            let (_, old) = import.split_once("\n}\n").unwrap();
            s.take_over(&format!("{right}\n{old}"), "gallery_invm_access_profile_version.old", &first);
        }
        let output = s.apply(&right);
        assert!(output.says("1 destroyed") && !s.new_objects().contains(&first.to_lowercase()), "{output}");

        let name = "  name                     = \"web-imds\"\n";
        let forced = right.replace(name, &format!("{name}{force}"));
        assert_ne!(forced, right);
        s.apply(&forced);
        s.adopted(&second);
        let output = s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
        if s.can(Feature::PlannedDeletion) {
            assert!(output.says("Versions in it now: 1.0.1, 1.0.2."), "{output}");
        }
    });
}

#[test]
fn the_module_of_the_guide_to_testing_passes_its_tests() {
    scenario(|s| {
        if !(s.can(Feature::Functions) && s.can(Feature::Mock)) {
            return;
        }
        let mut written = Vec::new();
        for block in blocks("testing.md") {
            let (first, rest) = block.split_once('\n').unwrap();
            let name = first.strip_prefix("# ").unwrap();
            let nested = name.contains('/') && !name.ends_with(".tftest.hcl");
            let text = if nested { rest.to_owned() } else { without_head(rest) };
            fs::create_dir_all(s.terraform.directory().join(name).parent().unwrap()).unwrap();
            s.terraform.write(name, &here(s, &text)).unwrap();
            written.push(name.to_owned());
        }
        s.run_well(&["get", "-no-color"]);
        let output = s.run_well(&["test", "-no-color"]);
        assert!(output.says("4 passed, 0 failed"), "{output}");
        s.write("");
        for name in written.iter().filter(|name| *name != "main.tf") {
            s.terraform.remove(name).unwrap();
        }
    });
}
