//! What machines refer to, have loaded and refuse, while other tools change them.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use crate::configurations::{PROFILE, RULES, V, WEB, version_of};

/// The versions 1.0.0 and 1.0.1 of the profile.
fn versions() -> String {
    let named = |label: &str, name: &str| version_of(label, &format!("  name = \"{name}\"\n{RULES}"));
    format!("{PROFILE}{}{}", named("v", "1.0.0"), named("w", "1.0.1").replace("\"Enforce\"", "\"Audit\""))
}

/// The group's machines with this filter, and everything about them as an output.
fn watched(filter: &str) -> String {
    format!(
        "{}\ndata \"gallery_invm_access_machines\" \"fleet\" {{\n  resource_group_id = split(\"/providers/\", \
         local.gallery_id)[0]\n{filter}\n}}\noutput \"fleet\" {{\n  value = data.gallery_invm_access_machines.fleet\n}}\n",
        versions()
    )
}

fn group(s: &Scenario) -> String {
    s.gallery().split("/providers/").next().unwrap().to_owned()
}

fn vm(s: &Scenario, name: &str) -> String {
    format!("{}/providers/Microsoft.Compute/virtualMachines/{name}", group(s))
}

fn refers(to: &str) -> Value {
    json!({"proxyAgentSettings": {"enabled": true, "addProxyAgentExtension": true,
        "imds": {"inVMAccessControlProfileReferenceId": to}, "wireServer": {"mode": "Audit"}}})
}

/// Puts a machine into Azure as another tool would.
fn put(s: &Scenario, name: &str, security: Value) {
    let body = json!({"location": "westus", "properties": {"securityProfile": security,
        "storageProfile": {"osDisk": {"osType": "Linux"}}}});
    s.emulator.put(&vm(s, name), &body).unwrap();
}

fn fleet(s: &Scenario) -> Value {
    s.run_well(&["output", "-json", "fleet"]).json().unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn ten_machines_are_watched_while_another_tool_changes_them() {
    scenario(|s| {
        s.unrecorded();
        s.emulator.set(&json!({"agent_seconds": 0})).unwrap();
        s.apply(&versions());
        let (old, new) = (s.version("web", "1.0.0"), s.version("web", "1.0.1"));
        for number in 0..10 {
            // Azure keeps the spelling of a reference.
            let id = if number == 9 { new.clone() } else { old.to_lowercase() };
            put(s, &format!("vm{number}"), refers(&id));
        }
        s.requests();
        s.apply(&watched(&format!("  profile_id = {WEB}.id")));
        let reads = s.requests().into_iter().filter(|one| one.path.contains("virtualMachine"));
        // An apply and a plan after it.
        assert_eq!(reads.count(), 2 * (1 + 1 + 10));
        let found = fleet(s);
        assert_eq!((&found["complete"], &found["incomplete"]), (&json!(true), &json!([])));
        assert_eq!(names(&found["machines"]).len(), 10);
        for machine in found["machines"].as_array().unwrap() {
            let id = if machine["name"] == "vm9" { &new } else { &old };
            let imds = &machine["imds"];
            assert_eq!((&imds["profile_version_id"], &imds["loaded_version_id"]), (&json!(id), &json!(id)));
            assert_eq!((&imds["up_to_date"], &machine["complete"]), (&json!(true), &json!(true)));
            assert_eq!(imds["channel_state"], if machine["name"] == "vm9" { "Audit" } else { "Enforce" });
        }

        // Another tool moves one, removes the reference of one, deletes one and switches one off; callers are
        // refused.
        s.emulator.set(&json!({"agent_seconds": 3600})).unwrap();
        let moved = json!({"properties": {"securityProfile": refers(&new)}});
        s.emulator.edit(&vm(s, "vm0"), &moved).unwrap();
        let inline = json!({"properties": {"securityProfile": {"proxyAgentSettings":
            {"imds": {"inVMAccessControlProfileReferenceId": null, "mode": "Audit"}}}}});
        s.emulator.edit(&vm(s, "vm1"), &inline).unwrap();
        s.emulator.remove(&vm(s, "vm2")).unwrap();
        s.emulator.set_agent(&vm(s, "vm3"), &json!({"power": "deallocated"})).unwrap();
        s.emulator.set_agent(&vm(s, "vm4"), &json!({"reports": false})).unwrap();
        let denied = json!([{"userName": "batch", "processFullPath": "/usr/bin/curl", "count": 3},
            {"ip": "168.63.129.16", "port": 32526, "userName": "root", "count": 2}]);
        s.emulator.set_agent(&vm(s, "vm5"), &json!({ "denied": denied })).unwrap();
        s.apply(&watched(&format!("  profile_id = {WEB}.id")));
        let found = fleet(s);
        let all = ["vm0", "vm1", "vm3", "vm4", "vm5", "vm6", "vm7", "vm8", "vm9"];
        assert_eq!(names(&found["machines"]), all, "vm1 still runs the version");
        let machine = |name: &str| {
            found["machines"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
        };
        let imds = machine("vm0")["imds"].clone();
        assert_eq!((&imds["profile_version_id"], &imds["loaded_version_id"]), (&json!(new), &json!(old)));
        assert_eq!(imds["up_to_date"], false);
        let imds = machine("vm1")["imds"].clone();
        assert_eq!((&imds["profile_version_id"], &imds["mode"]), (&Value::Null, &json!("Audit")));
        let denied = machine("vm5")["denied"].clone();
        let counts: Vec<_> =
            denied.as_array().unwrap().iter().map(|one| (&one["endpoint"], &one["count"])).collect();
        assert_eq!(counts, [(&json!("IMDS"), &json!(3)), (&json!("HostGAPlugin"), &json!(2))]);
        assert_eq!(machine("vm5")["wire_server"]["denied"], 2);
        assert_eq!((&found["complete"], &found["all_listed"]), (&json!(false), &json!(true)));
        let why = found["incomplete"].as_array().unwrap();
        assert_eq!(why.len(), 2);
        assert!(
            why[0]
                .as_str()
                .unwrap()
                .ends_with("vm3: the machine is deallocated, so its guest proxy agent reports nothing")
        );
        assert!(why[1].as_str().unwrap().contains("vm4: no extension"));

        // Who refers to the old version, or still runs it?
        s.apply(&watched(&format!("  profile_version_id = {V}.id")));
        assert_eq!(names(&fleet(s)["machines"]), ["vm0", "vm1", "vm3", "vm4", "vm5", "vm6", "vm7", "vm8"]);
        s.apply(&versions());
    });
}

#[test]
fn unreadable_machines_are_reasons_and_missing_ones_errors() {
    scenario(|s| {
        s.unrecorded();
        s.emulator.set(&json!({"agent_seconds": 0})).unwrap();
        s.apply(&versions());
        for name in ["one", "two"] {
            put(s, name, refers(&s.version("web", "1.0.0")));
        }
        let body = json!({"error": {"code": "AuthorizationFailed", "message": "No."}});
        let fault = json!({"faults": [{"name": "forbidden", "match": {"path": "/subscriptions/**/one/instanceView"},
            "count": null, "action": {"do": "answer", "status": 403, "body": body}}]});
        s.emulator.faults(&fault).unwrap();
        let output = s.apply(&watched(""));
        assert!(!output.says("Warning: Machines"), "{output}");
        let found = fleet(s);
        assert_eq!(names(&found["machines"]), ["one", "two"]);
        assert_eq!((&found["machines"][0]["complete"], &found["complete"]), (&json!(false), &json!(false)));
        assert!(found["incomplete"][0].as_str().unwrap().contains("its instance view could not be read"));
        let missing = |id: &str| {
            format!(
                "{}\ndata \"gallery_invm_access_machines\" \"x\" {{\n  machine_id = {id:?}\n}}\n",
                versions()
            )
        };
        let output = s.plan_fails(&missing(&vm(s, "three")));
        assert!(output.says("Virtual machine not found") && output.says("machine_id"), "{output}");
        let set = vm(s, "three").replace("virtualMachines", "virtualMachineScaleSets");
        let output = s.plan_fails(&missing(&set));
        assert!(output.says("Scale set not found"), "{output}");
        s.apply(&versions());
    });
}

#[test]
fn instances_of_a_scale_set_are_found_by_its_id() {
    scenario(|s| {
        s.unrecorded();
        s.emulator.set(&json!({"agent_seconds": 0})).unwrap();
        s.apply(&versions());
        let (old, new) = (s.version("web", "1.0.0"), s.version("web", "1.0.1"));
        let set = |name: &str| vm(s, name).replace("virtualMachines", "virtualMachineScaleSets");
        let model = |orchestration: &str| {
            json!({"location": "westus", "properties": {"orchestrationMode": orchestration,
                "upgradePolicy": {"mode": "Manual"}, "virtualMachineProfile": {"securityProfile": refers(&new)}}})
        };
        s.emulator.put(&set("uniform"), &model("Uniform")).unwrap();
        let instance = json!({"location": "westus", "properties": {"securityProfile": refers(&old)}});
        s.emulator.put(&format!("{}/virtualMachines/0", set("uniform")), &instance).unwrap();
        s.emulator.put(&set("flexible"), &model("Flexible")).unwrap();
        for name in ["flexible_1", "flexible_2"] {
            put(s, name, refers(&old));
            let member = json!({"properties": {"virtualMachineScaleSet": {"id": set("flexible")}}});
            s.emulator.edit(&vm(s, name), &member).unwrap();
        }
        put(s, "alone", json!({}));
        let of = |id: &str| {
            format!(
                "{}\ndata \"gallery_invm_access_machines\" \"fleet\" {{\n  machine_id = {id:?}\n}}\noutput \"fleet\" {{\n  \
                 value = data.gallery_invm_access_machines.fleet\n}}\n",
                versions()
            )
        };
        s.apply(&of(&set("uniform")));
        let found = fleet(s);
        assert_eq!(found["complete"], true, "{}", found["incomplete"]);
        assert_eq!(names(&found["machines"]), ["uniform_0"]);
        let machine = &found["machines"][0];
        assert_eq!(
            (&machine["scale_set_id"], &machine["latest_model"]),
            (&json!(set("uniform")), &json!(false))
        );
        assert_eq!(machine["imds"]["loaded_version_id"], json!(old));
        let of_set = &found["scale_sets"][0];
        assert_eq!((&of_set["upgrade_mode"], &of_set["lagging"]), (&json!("Manual"), &json!(1)));
        assert_eq!(of_set["imds"]["profile_version_id"], json!(new));

        s.apply(&of(&set("flexible")));
        assert_eq!(names(&fleet(s)["machines"]), ["flexible_1", "flexible_2"]);

        // The whole group: lists have the views of scale sets, so no machine is read singly.
        s.requests();
        s.apply(&watched(""));
        let reads: Vec<_> =
            s.requests().into_iter().filter(|one| one.path.contains("virtualMachine")).collect();
        assert_eq!(reads.len(), 2 * 4, "{reads:?}");
        let found = fleet(s);
        assert_eq!(names(&found["machines"]), ["alone", "flexible_1", "flexible_2", "uniform_0"]);
        assert_eq!(names(&found["scale_sets"]), ["flexible", "uniform"]);
        s.apply(&versions());
    });
}
