//! Invalid attachments are errors at the plan, on their attribute, and nothing is written.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use super::{attachment, imds, machine, of_imds, on, other_tool, refers, versions, writes};

const VM: &str = "virtualMachines/vm";

#[test]
fn ids_of_the_wrong_kind_are_found_by_validate() {
    scenario(|s| {
        let subscription = s.emulator.ready("subscription_id").to_owned();
        let group = format!("/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Compute");
        let mistake = |machine: &str, imds: &str| {
            let config = format!(
                "resource \"gallery_invm_access_attachment\" \"a\" {{\n  machine_id = {machine:?}\n  \
                 imds_profile_version_id = {imds:?}\n}}\n"
            );
            let found = s.validate(&config);
            assert_eq!(found.len(), 1, "{found:?}");
            (found[0].line, found[0].detail.clone())
        };
        let (vm, version) = (format!("{group}/{VM}"), s.version("web", "1.0.0"));
        let (line, detail) = mistake(&s.profile("web"), &version);
        assert!(line == Some(2) && detail.contains("an in-VM access control profile"), "{detail}");
        let instance = format!("{group}/virtualMachineScaleSets/set/virtualMachines/0");
        let (line, detail) = mistake(&instance, &version);
        assert!(line == Some(2) && detail.contains("virtualMachineScaleSets/virtualMachines"), "{detail}");
        let (line, detail) = mistake(&vm, &s.profile("web"));
        assert!(
            line == Some(3) && detail.contains("expected the id of an in-VM access control profile version")
        );
        let (line, detail) = mistake(&vm, &format!("{}/versions/latest", s.profile("web")));
        assert!(line == Some(3) && detail.contains("latest"), "{detail}");
        let (line, _) = mistake(&format!("{vm}%2F1"), &version);
        assert_eq!(line, Some(2));
        let none = s.validate(&attachment(VM, ""));
        assert!(none.iter().any(|one| one.summary == "Nothing to attach"), "{none:?}");
        s.write("");
    });
}

#[test]
fn mistakes_that_need_azure_are_found_by_the_plan() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&versions());
        s.requests();
        let fixed = |machine: &str, version: &str| {
            format!(
                "{}{}",
                versions(),
                attachment(machine, &format!("  imds_profile_version_id = {version:?}\n"))
            )
        };
        let there = s.version("web", "1.0.0");
        let output = s.plan_fails(&fixed("virtualMachines/nobody", &there));
        assert!(
            output.says("Machine does not exist") && output.says("refer to the `id` of its resource"),
            "{output}"
        );
        assert!(output.says("machine_id = "), "on its attribute: {output}");
        let output = s.plan_fails(&fixed(VM, &s.version("web", "9.9.9")));
        assert!(output.says("Version does not exist") && output.says("9.9.9"), "{output}");
        let elsewhere = fixed(VM, &there).replace("${split(\"/galleries/\", local.gallery_id)[0]}",
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute");
        let output = s.plan_fails(&elsewhere);
        assert!(output.says("subscription") && output.says("can see it"), "{output}");

        // A region that the version is not in.
        let far = super::id(s, "virtualMachines/far");
        let mut body = super::body(&on());
        body["location"] = json!("eastus");
        other_tool(s, "PUT", &far, &body);
        let output = s.plan_fails(&imds("virtualMachines/far", "v", ""));
        assert!(
            output.says("Version is not in the machine's region") && output.says("target_regions"),
            "{output}"
        );
        let output = s.plan_fails(&fixed("virtualMachines/far", &there));
        assert!(output.says("Version is not in the machine's region"), "whoever tells the regions: {output}");
        // A plan that also replicates it there is valid.
        let replicated = imds("virtualMachines/far", "v", "").replace(
            "  name = \"1.0.0\"\n",
            "  name = \"1.0.0\"\n  target_regions = [\"westus\", \"eastus\"]\n",
        );
        s.apply(&replicated);
        s.apply(&versions());

        // A version that another tool has attached.
        let theirs =
            json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": refers(s, "1.0.1")}}}});
        other_tool(s, "PATCH", &id, &theirs);
        s.requests();
        let output = s.plan_fails(&imds(VM, "v", ""));
        assert!(output.says("Machine refers to another version for IMDS"), "{output}");
        assert!(output.says("import {") && output.says(&format!("id = \"{id}\"")), "{output}");
        assert_eq!(of_imds(s, &id), refers(s, "1.0.1"));

        // Two attachments for one machine.
        let second = imds(VM, "w", "").replace(&versions(), "").replace("\"a\" {", "\"b\" {");
        let output = s.plan_fails(&format!("{}{second}", imds(VM, "w", "")));
        assert!(output.says("Two attachments for one machine"), "{output}");
        assert_eq!(writes(s), [], "nothing was written");
        s.write(&versions());
    });
}

#[test]
fn a_refused_apply_leaves_nothing() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&versions());
        let forbidden = json!([{
            "match": {"method": "PATCH"}, "count": null,
            "action": {"do": "answer", "status": 403, "body": {"error": {
                "code": "AuthorizationFailed",
                "message": "The client 'x' does not have authorization to perform action 'write'."}}}
        }]);
        s.emulator.faults(&forbidden).unwrap();
        let output = s.apply_fails(&imds(VM, "v", ""));
        assert!(output.says("In-VM access attachment could not be created"), "{output}");
        assert!(output.says("Microsoft.Compute/virtualMachines/write"), "{output}");
        assert!(output.says("versions/read"), "{output}");
        assert!(s.state().attributes(super::A).is_null() && of_imds(s, &id).is_null());
        s.emulator.faults(&json!([])).unwrap();
        s.apply(&imds(VM, "v", ""));
        s.emulator.faults(&forbidden).unwrap();
        let output = s.apply_fails(&imds(VM, "w", ""));
        assert!(output.says("could not be changed"), "{output}");
        let output = s.apply_fails(&versions());
        assert!(output.says("could not be deleted"), "{output}");
        assert_eq!(of_imds(s, &id), refers(s, "1.0.0"));
        s.emulator.faults(&json!([])).unwrap();
        // A machine that is gone needs no detaching.
        s.emulator.remove(&id).unwrap();
        s.run_well(&[
            "destroy",
            "-no-color",
            "-auto-approve",
            "-refresh=false",
            &format!("-target={}", super::A),
        ]);
        s.apply(&versions());
    });
}
