//! Versions that stay at Azure, and profiles that are deleted with their remaining versions.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use crate::attachment::{body, machine, other_tool};
use crate::configurations::{PROFILE, RULES, V, WEB, version};

fn exe(path: &str) -> String {
    RULES.replace("/opt/web/bin/server", path)
}

fn keeping(path: &str) -> String {
    version(&format!("  skip_destroy = true\n{}", exe(path)))
}

fn forced(value: &str) -> String {
    PROFILE.replace("  os_type ", &format!("  force_destroy = {value}\n  os_type "))
}

fn name(s: &Scenario, address: &str) -> String {
    s.state().attributes(address)["name"].as_str().unwrap_or_default().to_owned()
}

fn put_version(s: &mut Scenario, name: &str) {
    let id = s.version("web", name);
    s.stranger(
        &id,
        &json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow",
        "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}}),
    );
}

fn remove(s: &mut Scenario, name: &str) {
    let id = s.version("web", name);
    s.emulator.remove(&id).unwrap();
    s.adopted(&id);
}

#[test]
fn a_destroyed_version_stays_and_is_named() {
    scenario(|s| {
        // At its end the host double would leave what stays here.
        s.unrecorded();
        s.apply(&format!("{PROFILE}{}", keeping("/a")));
        s.keeps(&s.version("web", "1.0.0"));
        s.requests();
        let plan = s.plan(PROFILE);
        if s.can(Feature::PlannedDeletion) {
            assert!(plan.output.says("Profile version 1.0.0 stays at Azure"), "{}", plan.output);
        }
        let output = s.apply_planned();
        assert!(output.says("Profile version 1.0.0 stays at Azure"), "{output}");
        assert!(output.says("inVMAccessControlProfiles/web/versions/1.0.0"), "{output}");
        assert!(s.requests().iter().all(|request| request.method == "GET"), "nothing is written");
        // Its profile then stays too, at once, with both ways out.
        let output = s.apply_fails("");
        assert!(output.says("version 1.0.0 exists"), "{output}");
        assert!(output.says("import those") && output.says("force_destroy = true"), "{output}");
        remove(s, "1.0.0");
    });
}

#[test]
fn a_replaced_version_stays_and_numbers_go_on_above_it() {
    scenario(|s| {
        // At its end the host double would leave what stays here.
        s.unrecorded();
        s.apply(&format!("{PROFILE}{}", keeping("/a")));
        for (path, number, before) in [("/b", "1.0.1", "1.0.0"), ("/c", "1.0.2", "1.0.1")] {
            s.keeps(&s.version("web", before));
            let plan = s.plan(&format!("{PROFILE}{}", keeping(path)));
            assert_eq!(plan.actions(V), "delete, create");
            assert!(plan.output.says(&format!("Profile version {before} stays at Azure")), "{}", plan.output);
            s.apply_planned();
            assert_eq!(name(s, V), number);
        }
        // Also if the new one is created first.
        let first = format!(
            "{PROFILE}{}",
            keeping("/d")
                .replace("  rules {", "  lifecycle {\n    create_before_destroy = true\n  }\n  rules {")
        );
        s.keeps(&s.version("web", "1.0.2"));
        let output = s.apply(&first);
        assert!(output.says("Profile version 1.0.2 stays at Azure"), "{output}");
        assert_eq!(name(s, V), "1.0.3");
        // The remaining versions are unchanged: the end of the test checks that.
        s.apply(&format!("{PROFILE}{}", version(&exe("/d"))));
        for number in ["1.0.0", "1.0.1", "1.0.2"] {
            remove(s, number);
        }
    });
}

#[test]
fn versions_that_machines_refer_to_are_not_deleted_with_their_profile() {
    scenario(|s| {
        // The host double has no machines.
        s.unrecorded();
        s.apply(&forced("true"));
        put_version(s, "1.0.0");
        put_version(s, "1.0.1");
        let refers = |to: Option<String>| {
            let imds =
                to.map_or(json!({"mode": "Audit"}), |id| json!({"inVMAccessControlProfileReferenceId": id}));
            json!({"enabled": true, "imds": imds})
        };
        let version = s.version("web", "1.0.1").to_uppercase().replace("/VERSIONS/1.0.1", "/versions/1.0.1");
        let machine = machine(s, "vm-1", &refers(Some(version)));

        let plan = s.plan("");
        if s.can(Feature::PlannedDeletion) {
            assert!(plan.output.says("Machines refer to some of them"), "{}", plan.output);
            assert!(plan.output.says("- 1.0.1: "), "{}", plan.output);
        }
        let output = s.apply_fails("");
        assert!(output.says("In-VM access profile has versions in use"), "{output}");
        assert!(output.says("virtualMachines/vm-1") && output.says("Nothing was deleted"), "{output}");
        let there = |s: &Scenario, name: &str| s.emulator.object(&s.version("web", name)).is_ok();
        assert!(there(s, "1.0.0") && there(s, "1.0.1"));

        other_tool(s, "PUT", &machine, &body(&refers(None)));
        for name in ["1.0.0", "1.0.1"] {
            let id = s.version("web", name);
            s.adopted(&id);
        }
        s.apply("");
        s.emulator.remove(&machine).unwrap();
    });
}

#[test]
fn a_kept_version_blocks_its_fixed_name() {
    scenario(|s| {
        let named = |path: &str| {
            format!("{PROFILE}{}", keeping(path).replace("  skip", "  name = \"1.0.0\"\n  skip"))
        };
        s.apply(&named("/a"));
        let output = s.plan_fails(&named("/b"));
        assert!(output.says("Profile version 1.0.0 stays, and keeps its name"), "{output}");
        s.write(&named("/a"));
        let output = s.run(&["plan", "-no-color", "-input=false", &format!("-replace={V}")]);
        assert!(output.says("Profile version 1.0.0 stays, and keeps its name"), "{output}");
        s.apply(&format!("{PROFILE}{}", version(&format!("  name = \"1.0.0\"\n{}", exe("/a")))));
    });
}

#[test]
fn the_settings_are_changed_without_a_request_and_imported_without_a_difference() {
    scenario(|s| {
        let plain = format!("{PROFILE}{}", version(RULES));
        s.apply(&plain);
        for value in ["true", "false"] {
            let set = format!("{}{}", forced(value), version(&format!("  skip_destroy = {value}\n{RULES}")));
            s.requests();
            let plan = s.plan(&set);
            assert_eq!((plan.actions(WEB), plan.actions(V)), ("update".into(), "update".into()));
            s.apply_planned();
            assert!(s.requests().iter().all(|request| request.method == "GET"), "nothing is written");
        }
        s.apply(&plain);
        s.forget(V);
        s.import(V, &s.version("web", "1.0.0"));
        s.forget(WEB);
        s.import(WEB, &s.profile("web"));
    });
}

#[test]
fn a_forced_destroy_deletes_a_profile_with_its_remaining_versions() {
    scenario(|s| {
        s.apply(&format!("{}{}", forced("true"), keeping("/a")));
        s.keeps(&s.version("web", "1.0.0"));
        s.apply(&forced("true"));
        put_version(s, "3.2.1");
        for number in ["1.0.0", "3.2.1"] {
            s.adopted(&s.version("web", number));
        }
        let plan = s.plan("");
        if s.can(Feature::PlannedDeletion) {
            assert!(plan.output.says("Versions left in profile web will be deleted"), "{}", plan.output);
            assert!(plan.output.says("Versions in it now: 1.0.0, 3.2.1."), "{}", plan.output);
        }
        s.apply_planned();
        assert_eq!(s.new_objects(), [""; 0]);
    });
}

#[test]
fn a_version_that_azure_refuses_to_delete_keeps_its_forced_profile() {
    scenario(|s| {
        s.apply(&forced("true"));
        put_version(s, "1.0.0");
        put_version(s, "1.0.1");
        s.adopted(&s.version("web", "1.0.1"));
        s.emulator
            .faults(&json!([{
                "match": {"method": "DELETE", "path": "/subscriptions/**/versions/1.0.0"},
                "count": null,
                "action": {"do": "answer", "status": 409, "body": {"error": {
                    "code": "OperationNotAllowed", "message": "The version is in use by a virtual machine."}}}
            }]))
            .unwrap();
        let output = s.apply_fails("");
        assert!(output.says("The version is in use by a virtual machine."), "{output}");
        assert!(output.says("versions/1.0.0"), "{output}");
        assert_eq!(s.new_objects(), [s.profile("web").to_lowercase()], "the other one is deleted");
        s.emulator.faults(&json!([])).unwrap();
        s.adopted(&s.version("web", "1.0.0"));
    });
}

#[test]
fn a_setting_in_the_same_change_as_the_replacement_is_too_late() {
    scenario(|s| {
        s.apply(&format!("{PROFILE}{}", version(&exe("/a"))));
        let plan = s.plan(&format!("{PROFILE}{}", keeping("/b")));
        assert!(plan.output.says("Profile version 1.0.0 is deleted all the same"), "{}", plan.output);
        s.apply_planned();
        assert_eq!(s.new_objects().len(), 2);
        let without = format!("{PROFILE}{}", version(&exe("/b")));
        s.apply(&without);
    });
}
