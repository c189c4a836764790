//! Other tools that change the same machine.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use super::{A, body, imds, machine, of_imds, on, other_tool, refers, settings, versions, writes};

const VM: &str = "virtualMachines/vm";

#[test]
fn changes_by_another_tool_are_planned_and_repaired() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&imds(VM, "v", ""));
        let mut inline_mode = on();
        inline_mode["imds"] = json!({"mode": "Audit"});
        let mut other_version = on();
        other_version["imds"] = refers(s, "1.0.1");
        for theirs in [on(), inline_mode, other_version] {
            other_tool(s, "PUT", &id, &body(&theirs));
            let before = settings(s, &id);
            let plan = s.replan(&[]);
            assert_eq!(plan.actions(A), "update", "{theirs}");
            assert!(plan.output.says("Another program changed the version for IMDS"), "{}", plan.output);
            s.requests();
            s.apply_planned();
            assert_eq!(writes(s).len(), 1);
            let mut expected = before;
            expected["imds"] = refers(s, "1.0.0");
            assert_eq!(settings(s, &id), expected, "their other settings stay");
        }
        // Another spelling is not a change.
        let upper_case =
            json!({"inVMAccessControlProfileReferenceId": s.version("web", "1.0.0").to_uppercase()});
        let change = json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": upper_case}}}});
        s.emulator.edit(&id, &change).unwrap();
        s.nothing_to_do();
    });
}

#[test]
fn a_destroy_leaves_what_somebody_else_has_attached() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        for refresh in [true, false] {
            s.apply(&imds(VM, "v", ""));
            let theirs = json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": refers(s, "1.0.1")}}}});
            other_tool(s, "PATCH", &id, &theirs);
            s.requests();
            s.write(&versions());
            let output = s.reapply(&[&format!("-refresh={refresh}")]);
            assert!(output.says("Machine keeps another version for IMDS"), "{output}");
            assert_eq!(writes(s), []);
            assert_eq!(of_imds(s, &id), refers(s, "1.0.1"));
            let unset = json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": null}}}});
            s.emulator.edit(&id, &unset).unwrap();
        }
        // Once the configuration names the same version, the attachment is its own again.
        s.apply(&imds(VM, "v", ""));
        let theirs =
            json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": refers(s, "1.0.1")}}}});
        other_tool(s, "PATCH", &id, &theirs);
        s.requests();
        s.apply(&imds(VM, "w", ""));
        assert_eq!(writes(s), [], "it is attached already");
        s.apply(&versions());
        assert_eq!(of_imds(s, &id), json!({"mode": "Audit"}));
    });
}

#[test]
fn a_missing_machine_is_reported_and_a_returning_one_repaired() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&imds(VM, "v", ""));
        s.emulator.remove(&id).unwrap();
        let output = s.run(&["plan", "-no-color", "-input=false"]);
        assert!(output.code == Some(1) && output.says("Machine does not exist"), "{output}");
        machine(s, "vm", &on());
        assert_eq!(s.replan(&[]).actions(A), "update");
        s.apply_planned();
        assert_eq!(of_imds(s, &id), refers(s, "1.0.0"));
        // Removing it from the configuration removes it from the state.
        s.emulator.remove(&id).unwrap();
        s.apply(&versions());
    });
}
