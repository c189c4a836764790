//! The examples that are a whole directory, applied as their READMEs say.
//!
//! Each is copied to the root of a scenario, which plans again after every apply and destroys everything at the end.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use super::examples::{copy, directories, examples, files};

/// Examples with a test of their own.
const APART: [&str; 3] = ["audit-to-enforce", "migrate-from-azapi", "quickstart"];

/// Copies an example to the scenario, with the scenario's gallery for its variable.
pub(crate) fn put(s: &mut Scenario, example: &str) {
    let here = s.terraform.directory().to_owned();
    copy(&examples().join("modules"), &here.join("modules"));
    let mut configured = false;
    for file in files(&examples().join(example)) {
        let name = file.file_name().unwrap().to_str().unwrap();
        // The parts that need azapi and azurerm are in files of their own.
        if ["machines.tf", "terraform.tf"].contains(&name) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        configured |= text.contains("required_providers");
        s.terraform.write(name, &text.replace("\"../modules/", "\"./modules/")).unwrap();
    }
    if configured {
        // The example itself says which provider it needs.
        s.terraform.write("provider.tf", "").unwrap();
    }
    s.terraform.set("TF_VAR_gallery_id", s.gallery().to_owned());
    s.run_well(&["get", "-no-color"]);
}

fn output(s: &Scenario, name: &str) -> Value {
    s.run_well(&["output", "-json", name]).json().unwrap()
}

#[test]
fn all_are_applied() {
    let mut applied = Vec::new();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let main = examples().join(&name).join("main.tf");
        if !main.is_file() || APART.contains(&name.as_str()) {
            continue;
        }
        assert!(main.with_file_name("README.md").is_file(), "{name} has no README");
        scenario(|s| {
            if !s.may_use(&examples().join(&name)) {
                return;
            }
            put(s, &name);
            let run = s.reapply(&[]);
            assert_eq!(run.times("Warning:"), run.times("Warning: Provider development overrides"), "{run}");
            match name.as_str() {
                "attach-to-machines" => refers_to_both(s),
                "many-fleets" => every_fleet_has_its_own(s),
                "allowlist-from-audit-log" => learned_what_was_allowed(s),
                _ => {}
            }
        });
        applied.push(name);
    }
    applied.sort();
    let known = [
        "allowlist-from-audit-log",
        "attach-to-machines",
        "imds-linux-web",
        "many-fleets",
        "wireserver-windows",
    ];
    assert_eq!(applied, known, "a new example is applied by this test: name it here");
}

fn refers_to_both(s: &Scenario) {
    let settings = output(s, "proxy_agent_settings");
    let reference = |profile| json!({ "inVMAccessControlProfileReferenceId": s.version(profile, "1.0.0") });
    let expected = json!({
        "enabled": true, "imds": reference("shop-imds"), "wireServer": reference("shop-wireserver")
    });
    assert_eq!(settings, expected);
}

fn every_fleet_has_its_own(s: &Scenario) {
    let ids = output(s, "version_ids");
    for fleet in ["batch", "reports", "web"] {
        assert_eq!(ids[fleet], s.version(&format!("{fleet}-imds"), "1.0.0"));
    }
    let grants = output(s, "grants");
    assert_eq!(
        grants["batch"],
        json!([
            "cloud-init -> instance (platform)",
            "cloud-init -> scheduled-events (platform)",
            "runner -> instance (reader)",
            "upload -> instance (reader)",
            "upload -> token-storage (token-storage)",
        ])
    );
}

fn learned_what_was_allowed(s: &Scenario) {
    let state = s.run_well(&["show", "-no-color"]).stdout;
    assert!(state.contains("server-web -> identity-oauth2-token-vault.azure.net (server-web)"), "{state}");
    assert!(!state.contains("curl -> "), "curl was recorded as not allowed: {state}");
}

#[test]
fn three_pull_requests_make_three_versions() {
    scenario(|s| {
        if !s.may_use(&examples().join("audit-to-enforce")) {
            return;
        }
        put(s, "audit-to-enforce");
        // The host double would have no machine.
        s.unrecorded();
        let machine = crate::attachment::id(s, "virtualMachines/pay-1");
        let mut body = crate::attachment::body(&json!({"enabled": true, "addProxyAgentExtension": true}));
        body["location"] = json!("westeurope");
        crate::attachment::other_tool(s, "PUT", &machine, &body);
        s.emulator.set(&json!({"agent_seconds": 0})).unwrap();
        s.terraform.set("TF_VAR_machine_ids", json!([machine]).to_string());
        let mut grants = Vec::new();
        for (number, version) in [(1, "1.0.0"), (2, "1.0.1"), (3, "1.0.2")] {
            let name = format!("audit-to-enforce/pull-request-{number}.tfvars");
            let text = std::fs::read_to_string(examples().join(name)).unwrap();
            s.terraform.write("terraform.tfvars", &text).unwrap();
            let run = s.reapply(&[]);
            assert!(!run.says("Virtual machines may not notice the change"), "{run}");
            let reference = crate::attachment::of_imds(s, &machine);
            assert_eq!(reference["inVMAccessControlProfileReferenceId"], s.version("payments-imds", version));
            if number == 2 {
                // While the machine would refuse somebody, the next pull request does not pass.
                let denied = json!([{"userName": "pay", "count": 2}]);
                s.emulator.set_agent(&machine, &json!({ "denied": denied })).unwrap();
                let run = s.run_well(&["plan", "-no-color"]);
                assert!(run.says("pay-1 would refuse pay with /usr/bin/curl: 2 times."), "{run}");
                let early = s.run(&["plan", "-no-color", "-var=mode=Enforce"]);
                assert!(early.says("Not ready for Enforce: pay-1."), "{early}");
                s.emulator.set_agent(&machine, &json!({ "denied": [] })).unwrap();
            }
            assert_eq!(output(s, "version_id"), s.version("payments-imds", version));
            grants.push(output(s, "grants"));
        }
        assert_eq!(grants[0], json!([]));
        assert_eq!(grants[1].as_array().unwrap().len(), 3);
        assert_eq!(grants[1], grants[2], "the third changes nobody's access");

        // A change that denies what no pull request may deny stops the plan.
        let enforced = examples().join("audit-to-enforce/pull-request-3.tfvars");
        let text = std::fs::read_to_string(enforced).unwrap();
        let renamed = text.replace("/opt/pay/bin/server", "/opt/pay/bin/pay-server");
        s.terraform.write("terraform.tfvars", &renamed).unwrap();
        let refused = s.run(&["plan", "-no-color"]);
        assert!(
            refused.says("The rules would deny what must be allowed: the-server-reads-its-secrets"),
            "{refused}"
        );
        s.terraform.write("terraform.tfvars", &text).unwrap();
    });
}

/// azapi is not available here. Our own binary takes its place on the disk, since Terraform requires some
/// provider for a state that refers to one. The `moved` block takes over the state, in azapi 2's form.
#[test]
fn objects_of_azapi_are_taken_over() {
    scenario(|s| {
        if !s.may_use(&examples().join("migrate-from-azapi")) {
            return;
        }
        put(s, "migrate-from-azapi");
        let config = std::fs::read_to_string(s.terraform.directory().join("main.tf")).unwrap();
        let (head, blocks) = config.split_once("moved {").unwrap();
        let (moved, resources) = blocks.split_once("resource \"gallery_invm_access_profile\"").unwrap();
        let resources = format!("{head}\nresource \"gallery_invm_access_profile\"{resources}");
        s.apply(&resources);

        let state = s.terraform.directory().join("terraform.tfstate");
        let mut written: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
        let [profile, version] = written["resources"].as_array_mut().unwrap().as_mut_slice() else {
            panic!("two resources were applied: {written}")
        };
        let kind = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
        azapi(profile, "web_profile", &format!("{kind}@2024-03-03"), "gallery_id", "ObjectOfProfile", s);
        azapi(
            version,
            "web_version",
            &format!("{kind}/versions@2024-03-03"),
            "profile_id",
            "ObjectOfVersion",
            s,
        );
        std::fs::write(&state, written.to_string()).unwrap();
        let binary = &acceptance_tests::binaries::binaries().unwrap().provider;
        s.terraform.override_azapi_too(binary).unwrap();

        s.requests();
        let run = s.apply(&format!("{resources}\nmoved {{{moved}"));
        assert!(run.says("azapi_resource.web_version has moved to"), "{run}");
        assert!(run.says("0 to add, 0 to change, 0 to destroy"), "{run}");
        let writes: Vec<_> = s.requests().into_iter().filter(|request| request.method != "GET").collect();
        assert!(writes.is_empty(), "{writes:?}");
        s.terraform.override_provider(binary).unwrap();
    });
}

/// Turns a resource of ours in a state into the `azapi_resource` that created the same object.
fn azapi(resource: &mut Value, name: &str, kind: &str, parent: &str, object: &str, s: &Scenario) {
    let ours = resource["instances"][0]["attributes"].clone();
    let machine = s.emulator.object(ours["id"].as_str().unwrap()).unwrap();
    let mut properties = machine["properties"].clone();
    // The body that a user of azapi wrote: only writable members.
    for read_only in ["provisioningState", "publishedDate", "targetLocations", "excludeFromLatest"] {
        properties.as_object_mut().unwrap().remove(read_only);
    }
    *resource = json!({
        "mode": "managed", "type": "azapi_resource", "name": name,
        "provider": format!("provider[\"{}/azure/azapi\"]", s.terraform.cli().registry()),
        "instances": [{ "schema_version": 2, "sensitive_attributes": [], "attributes": {
            "id": ours["id"], "name": ours["name"], "parent_id": ours[parent], "type": kind,
            "location": ours["location"],
            "body": { "type": ["object", { "properties": ["object", { object: "string" }] }], "value": { "properties": properties } },
        } }],
    });
}

#[test]
fn the_module_passes_its_tests() {
    scenario(|s| {
        if !s.may_use(&examples().join("modules/invm-allowlist")) {
            return;
        }
        put(s, "modules/invm-allowlist");
        copy(&examples().join("modules/invm-allowlist/tests"), &s.terraform.directory().join("tests"));
        let run = s.run_well(&["test", "-no-color", "-test-directory=tests/emulator"]);
        assert!(run.says("4 passed, 0 failed"), "{run}");
        for file in files(&examples().join("modules/invm-allowlist")) {
            s.terraform.remove(file.file_name().unwrap().to_str().unwrap()).unwrap();
        }
    });
}

#[test]
fn each_has_a_row_in_the_list() {
    let list = std::fs::read_to_string(examples().join("README.md")).unwrap();
    for directory in directories(&examples()) {
        // The parts of an example have no row of their own: its tests, the steps of a migration, single
        // examples.
        let mut named = directory.ancestors().take_while(|place| *place != examples());
        let has_row = named.any(|place| {
            let path = place.strip_prefix(examples()).unwrap().display().to_string().replace('\\', "/");
            list.contains(&format!("[{path}]({path})")) || list.contains(&format!("`{path}`"))
        });
        assert!(has_row || directory == examples(), "{}", directory.display());
    }
}

/// Variables and outputs, with their descriptions, as a line of HCL and as a row of the README.
#[test]
fn the_readme_of_the_module_has_its_variables_and_outputs() {
    let read =
        |name: &str| std::fs::read_to_string(examples().join("modules/invm-allowlist").join(name)).unwrap();
    let readme = read("README.md");
    let mut rows = 0;
    for (kind, text) in [("variable", read("variables.tf")), ("output", read("outputs.tf"))] {
        for block in text.split(&format!("\n{kind} \"")).skip(usize::from(!text.starts_with(kind))) {
            let name = block.trim_start_matches(&format!("{kind} \"")).split('"').next().unwrap();
            let description = block.split("description = \"").nth(1).unwrap().split("\"\n").next().unwrap();
            assert!(
                readme.contains(&format!("| `{name}` | {description} |")),
                "{kind} {name}: {description}"
            );
            rows += 1;
        }
    }
    assert_eq!(readme.lines().filter(|line| line.starts_with("| `")).count(), rows);
}
