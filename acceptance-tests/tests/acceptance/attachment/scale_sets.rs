//! Scale sets, and the instances that lag behind them.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use super::{A, body, id, imds, on, other_tool, refers, versions, writes};

const SET: &str = "virtualMachineScaleSets/set";

/// Creates a scale set as another tool does, and returns its id.
pub(super) fn scale_set(s: &Scenario, name: &str, orchestration: &str, mode: &Value, count: u32) -> String {
    let id = id(s, &format!("virtualMachineScaleSets/{name}"));
    let mut profile = body(&on())["properties"].clone();
    profile["osProfile"] = json!({"computerNamePrefix": "web"});
    let mut properties = json!({"orchestrationMode": orchestration, "virtualMachineProfile": profile});
    if !mode.is_null() {
        properties["upgradePolicy"] = json!({ "mode": mode });
    }
    let set = json!({"location": "westus", "sku": {"name": "Standard_D2s_v5", "capacity": count},
        "properties": properties});
    other_tool(s, "PUT", &id, &set);
    id
}

/// What the model of a set and its instances refer to for IMDS.
fn references(s: &Scenario, set: &str) -> (Value, Vec<Value>) {
    let at = |object: &Value, profile: &str| {
        object["properties"].pointer(&format!("{profile}/securityProfile/proxyAgentSettings/imds")).cloned()
    };
    let model = at(&s.emulator.object(set).unwrap(), "/virtualMachineProfile").unwrap_or_default();
    let list = format!("{set}/virtualMachines?api-version=2025-04-01");
    let (_, listed) = s.emulator.ask("GET", &list, &Value::Null).unwrap();
    let instances = listed["value"].as_array().unwrap();
    (model, instances.iter().map(|one| at(one, "").unwrap_or_default()).collect())
}

#[test]
fn instances_of_a_manual_set_are_counted_or_upgraded() {
    scenario(|s| {
        s.unrecorded();
        for (orchestration, mode) in [("Uniform", json!("Manual")), ("Flexible", Value::Null)] {
            let set = scale_set(s, "set", orchestration, &mode, 3);
            let (old, new) = (refers(s, "1.0.0"), refers(s, "1.0.1"));
            let output = s.apply(&imds(SET, "v", ""));
            assert!(output.says("3 of 3 instances lag behind their scale set"), "{output}");
            assert!(
                output.says("upgrade_instances = true") && output.says("az vmss update-instances"),
                "{output}"
            );
            assert_eq!(references(s, &set), (old.clone(), vec![Value::Null; 3]));
            assert_eq!(s.state().attributes(A)["lagging_instances"], json!(3));

            // Another tool upgrades one of them.
            let first = if orchestration == "Uniform" { "0" } else { "set_00000000" };
            other_tool(s, "POST", &format!("{set}/manualupgrade"), &json!({"instanceIds": [first]}));
            let plan = s.replan(&[]);
            assert!(plan.output.says("2 of 3 instances lag behind their scale set"), "{}", plan.output);

            s.requests();
            let plan = s.plan(&imds(SET, "v", "  upgrade_instances = true\n"));
            assert_eq!(plan.actions(A), "update");
            s.apply_planned();
            let sent = writes(s);
            assert_eq!(sent.len(), 1, "{sent:?}");
            assert_eq!(sent[0].body["instanceIds"].as_array().unwrap().len(), 2, "those that lag");
            assert_eq!(references(s, &set), (old.clone(), vec![old; 3]));
            assert_eq!(s.state().attributes(A)["lagging_instances"], json!(0));

            // A new version goes to the model and to all instances, and so does the mode at the end.
            s.apply(&imds(SET, "w", "  upgrade_instances = true\n"));
            assert_eq!(references(s, &set), (new.clone(), vec![new; 3]));
            s.apply(&versions());
            let audit = json!({"mode": "Audit"});
            assert_eq!(references(s, &set), (audit.clone(), vec![audit; 3]));
            s.emulator.ask("DELETE", &format!("{set}?api-version=2025-04-01"), &Value::Null).unwrap();
        }
    });
}

#[test]
fn azure_upgrades_the_instances_of_other_sets_by_itself() {
    scenario(|s| {
        s.unrecorded();
        let set = scale_set(s, "set", "Uniform", &json!("Automatic"), 2);
        let before = s.emulator.object(&set).unwrap();
        let output = s.apply(&imds(SET, "v", "  upgrade_instances = true\n"));
        assert!(!output.says("lag behind"), "{output}");
        assert_eq!(references(s, &set), (refers(s, "1.0.0"), vec![refers(s, "1.0.0"); 2]));
        assert_eq!(s.state().attributes(A)["lagging_instances"], Value::Null);
        s.apply(&versions());
        let mut after = s.emulator.object(&set).unwrap();
        let settings = "/properties/virtualMachineProfile/securityProfile/proxyAgentSettings";
        after.pointer_mut(settings).unwrap().as_object_mut().unwrap().remove("imds");
        assert_eq!(after, before, "every other member is as it was");
    });
}

#[test]
fn a_failed_upgrade_is_reported_and_repeated() {
    scenario(|s| {
        s.unrecorded();
        let set = scale_set(s, "set", "Uniform", &json!("Manual"), 2);
        s.apply(&imds(SET, "v", ""));
        s.emulator
            .faults(&json!([{"match": {"method": "POST", "path": "/subscriptions/**/manualupgrade"},
                "action": {"do": "operation", "ending": "Failed", "code": "Overconstrained", "message": "No room."}}]))
            .unwrap();
        let output = s.apply_fails(&imds(SET, "w", "  upgrade_instances = true\n"));
        assert!(output.says("Instances could not be upgraded") && output.says("No room."), "{output}");
        s.emulator.faults(&json!([])).unwrap();
        s.reapply(&[]);
        assert_eq!(references(s, &set), (refers(s, "1.0.1"), vec![refers(s, "1.0.1"); 2]));
    });
}
