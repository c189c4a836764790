//! From the first attachment to the last destroy.

use acceptance_tests::scenario::scenario;
use serde_json::{Value, json};

use super::{A, attachment, id, imds, machine, of_imds, on, others, refers, settings, versions, writes};
use crate::configurations::{PROFILE, RULES, version_of};

const VM: &str = "virtualMachines/vm";

#[test]
fn only_the_reference_is_written_from_create_to_destroy() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        let before = others(s, &id);
        s.apply(&versions());
        s.requests();

        s.apply(&imds(VM, "v", ""));
        let sent = writes(s);
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].method, "PATCH");
        let only =
            json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": refers(s, "1.0.0")}}}});
        assert_eq!(sent[0].body, only);
        let mut expected = on();
        expected["imds"] = refers(s, "1.0.0");
        assert_eq!(settings(s, &id), expected);
        assert_eq!(s.state().attributes(A)["attached"], json!({"imds": s.version("web", "1.0.0")}));

        // Another version, and also the other endpoint, which has an inline mode.
        let both = "  wire_server_profile_version_id = gallery_invm_access_profile_version.w.id\n";
        let output = s.apply_fails(&imds(VM, "w", both));
        assert!(output.says("Machine has an inline mode for WireServer"), "{output}");
        let replaced = format!("{both}  replace_mode = true\n");
        s.requests();
        s.apply(&imds(VM, "w", &replaced));
        assert_eq!(writes(s).len(), 1, "one request for both endpoints");
        assert_eq!(settings(s, &id)["wireServer"], refers(s, "1.0.1"));

        // One endpoint is removed, then the rest.
        let plan = s.plan(&imds(VM, "w", "  mode_after_destroy = \"Enforce\"\n"));
        assert_eq!(plan.actions(A), "update");
        s.apply_planned();
        assert_eq!(settings(s, &id)["wireServer"], json!({"mode": "Enforce"}));
        s.requests();
        s.apply(&versions());
        let sent = writes(s);
        assert_eq!(sent.len(), 1, "{sent:?}");
        let mut expected = on();
        expected["imds"] = json!({"mode": "Enforce"});
        assert_eq!(settings(s, &id), expected);
        assert_eq!(others(s, &id), before, "every other member is as it was");
        s.emulator.remove(&id).unwrap();
    });
}

#[test]
fn an_inline_mode_and_a_disabled_agent_are_left_alone_by_default() {
    scenario(|s| {
        s.unrecorded();
        s.apply(&versions());
        for (clears, windows) in [(true, false), (false, true)] {
            s.emulator.set(&json!({"machine_patch_clears": clears})).unwrap();
            let id = machine(s, "vm", &json!({"imds": {"mode": "Audit"}, "wireServer": {"mode": "Audit"}}));
            let os = if windows { "Windows" } else { "Linux" };
            let disk = json!({"properties": {"storageProfile": {"osDisk": {"osType": os}}}});
            s.emulator.edit(&id, &disk).unwrap();
            let before = others(s, &id);
            let output = s.plan_fails(&imds(VM, "v", ""));
            assert!(output.says("Machine has an inline mode for IMDS"), "{output}");
            assert!(output.says("Guest proxy agent is not enabled"), "{output}");
            assert!(output.says("replace_mode = true") && output.says("enable = true"), "{output}");
            let config = imds(VM, "v", "  enable = true\n  replace_mode = true\n");
            let plan = s.plan(&config);
            assert!(plan.output.says("Guest proxy agent will be enabled"), "{}", plan.output);
            s.apply_planned();
            let found = settings(s, &id);
            assert_eq!((&found["enabled"], &found["imds"]), (&json!(true), &refers(s, "1.0.0")));
            let extension = if windows { Value::Null } else { json!(true) };
            assert_eq!(found["addProxyAgentExtension"], extension, "{os}");

            // Another tool switches it off again.
            let off = json!({"properties": {"securityProfile": {"proxyAgentSettings": {"enabled": false}}}});
            s.emulator.edit(&id, &off).unwrap();
            assert_eq!(s.replan(&[]).actions(A), "update");
            s.apply_planned();
            assert_eq!(settings(s, &id)["enabled"], json!(true));

            s.apply(&versions());
            assert_eq!(of_imds(s, &id), json!({"mode": "Audit"}));
            assert_eq!(settings(s, &id)["enabled"], json!(true), "a destroy does not switch it off");
            assert_eq!(others(s, &id), before);
            s.emulator.remove(&id).unwrap();
        }
    });
}

#[test]
fn a_new_version_is_attached_before_the_old_one_goes() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        let rolled = |path: &str| {
            let rules =
                RULES.replace("  rules {", "  lifecycle {\n    create_before_destroy = true\n  }\n  rules {");
            let version = version_of("v", &rules.replace("/metadata/instance", path));
            let more = "  imds_profile_version_id = gallery_invm_access_profile_version.v.id\n";
            format!("{PROFILE}{version}{}", attachment(VM, more))
        };
        s.apply(&rolled("/a"));
        s.requests();
        s.apply(&rolled("/b"));
        assert_eq!(of_imds(s, &id), refers(s, "1.0.1"));
        let order: Vec<_> =
            s.requests().into_iter().filter(|one| one.method != "GET").map(|one| one.method).collect();
        assert_eq!(order, ["PUT", "PATCH", "DELETE"]);
        s.apply("");
        assert_eq!(of_imds(s, &id), json!({"mode": "Audit"}));
        s.emulator.remove(&id).unwrap();
    });
}

#[test]
fn a_replacement_leaves_the_machine_attached_in_either_order() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        for more in ["", "  lifecycle {\n    create_before_destroy = true\n  }\n"] {
            s.apply(&imds(VM, "v", more));
            s.reapply(&[&format!("-replace={A}")]);
            assert_eq!(of_imds(s, &id), refers(s, "1.0.0"), "{more}");
        }
        // Together with another version, even if it is tainted.
        s.write(&imds(VM, "w", ""));
        s.reapply(&[&format!("-replace={A}")]);
        assert_eq!(of_imds(s, &id), refers(s, "1.0.1"));
        s.run_well(&["taint", A]);
        s.apply(&imds(VM, "v", ""));
        assert_eq!(of_imds(s, &id), refers(s, "1.0.0"));
        // Under another address.
        s.apply(&imds(VM, "v", "").replace("\"a\" {", "\"b\" {"));
        assert_eq!(of_imds(s, &id), refers(s, "1.0.0"));
        // To another machine.
        let other = machine(s, "other", &on());
        let plan = s.plan(&imds("virtualMachines/other", "v", "").replace("\"a\" {", "\"b\" {"));
        assert_eq!(plan.replaced_by("gallery_invm_access_attachment.b"), ["machine_id"]);
        s.apply_planned();
        assert_eq!((of_imds(s, &id), of_imds(s, &other)), (json!({"mode": "Audit"}), refers(s, "1.0.0")));
    });
}

#[test]
fn ten_machines_read_their_version_once_and_take_one_request_each() {
    scenario(|s| {
        s.unrecorded();
        s.apply(&versions());
        for number in 0..10 {
            machine(s, &format!("vm{number}"), &on());
        }
        let many = imds("virtualMachines/vm${count.index}", "v", "  count = 10\n")
            .replace("gallery_invm_access_profile_version.v.id", &format!("{:?}", s.version("web", "1.0.0")));
        s.requests();
        s.plan(&many);
        let read = s.requests();
        let of = |part: &str| read.iter().filter(|one| one.path.contains(part)).count();
        assert_eq!(of("/virtualMachines/"), 10);
        s.apply_planned();
        assert_eq!(writes(s).len(), 10);
        s.apply(&versions());
        assert_eq!(of_imds(s, &id(s, "virtualMachines/vm9")), json!({"mode": "Audit"}));
    });
}
