//! Taking over existing attachments.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;
use serde_json::json;

use super::{A, id, imds, machine, of_imds, on, refers, versions, writes};

const VM: &str = "virtualMachines/vm";

#[test]
fn an_attachment_is_imported_by_id_and_by_identity() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&imds(VM, "v", ""));
        for text in [id.clone(), id.to_uppercase().replace("/SUBSCRIPTIONS/", "/subscriptions/")] {
            s.forget(A);
            s.requests();
            s.import(A, &text);
            assert_eq!(writes(s), []);
        }
        let portal = format!("https://portal.azure.com/#@contoso.example/resource{id}/overview");
        s.forget(A);
        s.import(A, &portal);
        if s.can(Feature::Identity) {
            s.forget(A);
            let subscription = s.emulator.ready("subscription_id");
            let block = format!(
                "import {{\n  to = {A}\n  identity = {{\n    subscription_id = \"{subscription}\"\n    \
                 resource_group_name = \"rg\"\n    machine_type = \"virtualMachines\"\n    machine_name = \"vm\"\n  }}\n}}\n"
            );
            let output = s.apply(&format!("{}{block}", imds(VM, "v", "")));
            assert!(output.says("1 imported, 0 added, 0 changed, 0 destroyed"), "{output}");
        }
        // An imported attachment is managed: a destroy detaches it.
        s.apply(&versions());
        assert_eq!(of_imds(s, &id), json!({"mode": "Audit"}));
    });
}

#[test]
fn a_configuration_is_generated_and_an_empty_machine_cannot_be_imported() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&imds(VM, "v", ""));
        s.forget(A);
        if s.can(Feature::WrittenConfig) {
            let generated =
                s.generate(&format!("{}import {{\n  to = {A}\n  id = \"{id}\"\n}}\n", versions()));
            assert_eq!(generated.actions(A), "no-op", "{}", generated.output);
            let text = std::fs::read_to_string(s.terraform.directory().join("generated.tf")).unwrap();
            assert!(text.contains("imds_profile_version_id"), "{text}");
            std::fs::remove_file(s.terraform.directory().join("generated.tf")).unwrap();
        }
        s.write(&imds(VM, "v", ""));
        let free = machine(s, "free", &on());
        let output = s.run(&["import", "-no-color", "-input=false", A, &free]);
        assert!(output.code == Some(1) && output.says("Nothing is attached to the machine"), "{output}");
        let output =
            s.run(&["import", "-no-color", "-input=false", A, &super::id(s, "virtualMachines/nobody")]);
        assert_eq!(output.code, Some(1), "{output}");
        s.import(A, &id);
        assert_eq!(of_imds(s, &id), refers(s, "1.0.0"));
    });
}

#[test]
fn a_scale_set_is_imported_with_the_count_of_its_instances() {
    scenario(|s| {
        s.unrecorded();
        let set = super::scale_sets::scale_set(s, "set", "Uniform", &json!("Manual"), 2);
        s.apply(&imds("virtualMachineScaleSets/set", "v", ""));
        s.forget(A);
        s.import(A, &set);
        assert_eq!(s.state().attributes(A)["lagging_instances"], json!(2));
        assert_eq!(set, id(s, "virtualMachineScaleSets/set"));
    });
}
