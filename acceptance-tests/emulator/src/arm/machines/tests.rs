//! Machines and scale sets, from the clients' point of view.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::settings::Settings;
use crate::testing::{self, BASE};

const NEW: &str = "2026-04-01";
const GROUP: &str = "/subscriptions/sub/resourceGroups/rg";
const GALLERY: &str = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";

struct World {
    emulator: Emulator,
    clock: Clock,
    token: String,
}

impl World {
    /// A profile with the versions 1.0.0 and 1.0.1 in westus, and a version 2.0.0 in eastus; then applies
    /// these settings.
    fn new(change: &Value) -> Self {
        let (emulator, clock, token) = testing::started(testing::identity());
        let mut world = Self { emulator, clock, token };
        world.call("PUT", GROUP, "2021-04-01", &json!({"location": "westus"}));
        world.call("PUT", GALLERY, "2024-03-03", &json!({"location": "westus"}));
        let profile = json!({"location": "westus", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}});
        world.call("PUT", &format!("{GALLERY}/inVMAccessControlProfiles/p"), "2024-03-03", &profile);
        for (name, region) in [("1.0.0", "westus"), ("1.0.1", "westus"), ("2.0.0", "eastus")] {
            let version =
                json!({"location": region, "properties": {"mode": "Audit", "defaultAccess": "Allow"}});
            assert_eq!(world.call("PUT", &version_id(name), "2024-03-03", &version).status, 201);
        }
        world.emulator.settings = Settings::default().changed(change).unwrap();
        world
    }

    fn call(&mut self, method: &str, path: &str, version: &str, body: &Value) -> Reply {
        let mark = if path.contains('?') { '&' } else { '?' };
        let address = if path.contains("api-version=") {
            path.to_owned()
        } else {
            format!("{path}{mark}api-version={version}")
        };
        testing::send(&mut self.emulator, &self.token, method, &address, body)
    }

    fn get(&mut self, path: &str) -> Value {
        self.call("GET", path, NEW, &Value::Null).value()
    }

    fn patch(&mut self, path: &str, settings: &Value) -> Reply {
        let body = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
        self.call("PATCH", path, NEW, &body)
    }

    /// Creates a machine with these settings of the proxy agent.
    fn machine(&mut self, name: &str, settings: &Value) -> String {
        let path = format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}");
        assert_eq!(self.call("PUT", &path, NEW, &machine(settings)).status, 201);
        path
    }

    fn settings_of(&mut self, path: &str) -> Value {
        self.get(path)["properties"]["securityProfile"]["proxyAgentSettings"].clone()
    }

    /// The version that the agent of a machine reports for IMDS.
    fn loaded(&mut self, path: &str) -> Value {
        self.states(path)["imdsRuleId"].clone()
    }

    fn states(&mut self, path: &str) -> Value {
        let view = self.get(&format!("{path}/instanceView"));
        let substatuses = view["extensions"][0]["substatuses"].as_array().cloned().unwrap_or_default();
        let status = substatuses
            .iter()
            .find(|one| one["code"] == "ComponentStatus/ProxyAgentStatus/succeeded")
            .unwrap();
        let message: Value = serde_json::from_str(status["message"].as_str().unwrap()).unwrap();
        message["keyLatchStatus"]["states"].clone()
    }

    fn wait(&self, seconds: f64) {
        self.clock.advance(Duration::from_secs_f64(seconds));
    }
}

fn version_id(name: &str) -> String {
    format!("{GALLERY}/inVMAccessControlProfiles/p/versions/{name}")
}

fn machine(settings: &Value) -> Value {
    json!({
        "location": "westus",
        "tags": {"team": "web"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "storageProfile": {"osDisk": {"osType": "Linux", "name": "disk"}, "dataDisks": [{"lun": 0}]},
            "securityProfile": {"encryptionAtHost": true, "proxyAgentSettings": settings},
        },
    })
}

fn attached(version: &str) -> Value {
    json!({"enabled": true, "addProxyAgentExtension": true, "imds": {"inVMAccessControlProfileReferenceId": version_id(version)}})
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.value()["error"]["code"].as_str().unwrap_or("").to_owned())
}

#[test]
fn a_patch_with_only_the_reference_keeps_everything_else() {
    let mut world = World::new(&json!({"operations": "none"}));
    let path =
        world.machine("vm", &json!({"enabled": true, "keyIncarnationId": 3, "imds": {"mode": "Audit"}}));
    let before = world.get(&path);
    let reply =
        world.patch(&path, &json!({"imds": {"inVMAccessControlProfileReferenceId": version_id("1.0.0")}}));
    assert_eq!(reply.status, 200);
    let mut after = world.get(&path);
    assert_eq!(
        after["properties"]["securityProfile"]["proxyAgentSettings"]["imds"],
        json!({"inVMAccessControlProfileReferenceId": version_id("1.0.0")}),
        "the mode is cleared"
    );
    after["properties"]["securityProfile"]["proxyAgentSettings"]["imds"] = json!({"mode": "Audit"});
    assert_eq!(after, before);
    // The other way round: a mode alone clears the reference.
    world.patch(&path, &json!({"imds": {"mode": "Enforce"}}));
    assert_eq!(world.settings_of(&path)["imds"], json!({"mode": "Enforce"}));
}

#[test]
fn mode_and_reference_exclude_each_other() {
    let mut world = World::new(&json!({"operations": "none"}));
    let both = json!({"enabled": true, "imds": {"mode": "Audit", "inVMAccessControlProfileReferenceId": version_id("1.0.0")}});
    let path = format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/vm");
    let refused = world.call("PUT", &path, NEW, &machine(&both));
    assert_eq!(code(&refused), (400, "InvalidParameterConflictingProperties".to_owned()));
    let target = refused.value()["error"]["target"].as_str().unwrap().to_owned();
    assert!(target.contains("proxyAgentSettings.imds.mode") && target.contains("ReferenceId"), "{target}");
    world.machine("vm", &json!({"enabled": true, "imds": {"mode": "Audit"}}));
    assert_eq!(code(&world.patch(&path, &both)).1, "InvalidParameterConflictingProperties");
    // If a PATCH does not clear the mode, the reference alone is a conflict as well.
    world.emulator.settings =
        world.emulator.settings.changed(&json!({"machine_patch_clears": false})).unwrap();
    let reference = json!({"imds": {"inVMAccessControlProfileReferenceId": version_id("1.0.0")}});
    assert_eq!(code(&world.patch(&path, &reference)).1, "InvalidParameterConflictingProperties");
    let named = json!({"imds": {"mode": null, "inVMAccessControlProfileReferenceId": version_id("1.0.0")}});
    assert_eq!(world.patch(&path, &named).status, 200);
    world.emulator.settings =
        world.emulator.settings.changed(&json!({"machine_patch_null": "ignore"})).unwrap();
    let named = json!({"imds": {"mode": "Audit", "inVMAccessControlProfileReferenceId": null}});
    assert_eq!(code(&world.patch(&path, &named)).1, "InvalidParameterConflictingProperties");
}

#[test]
fn a_reference_needs_an_existing_version_in_the_region() {
    let mut world = World::new(&json!({"operations": "none"}));
    let path = world.machine("vm", &json!({"enabled": true}));
    for (id, part) in [
        (format!("{GALLERY}/inVMAccessControlProfiles/p"), "not the id of a version"),
        ("1.0.0".to_owned(), "not the id of a version"),
        (version_id("9.9.9"), "was not found"),
        (version_id("2.0.0"), "not replicated to the region 'westus'"),
    ] {
        let refused = world.patch(&path, &json!({"imds": {"inVMAccessControlProfileReferenceId": id}}));
        assert_eq!(code(&refused), (400, "InvalidParameter".to_owned()), "{id}");
        assert!(refused.value()["error"]["message"].as_str().unwrap().contains(part), "{refused:?}");
    }
    world.patch(&path, &attached("1.0.0"));
    let deleted = world.call("DELETE", &version_id("1.0.0"), "2024-03-03", &Value::Null);
    assert_eq!(deleted.status, 204, "whether Azure refuses this is not known");
    // A machine whose version is deleted can be changed in other ways.
    assert_eq!(world.call("PATCH", &path, NEW, &json!({"tags": {"a": "b"}})).status, 200);
    world.patch(&path, &attached("1.0.1"));
    world.emulator.settings = world.emulator.settings.changed(&json!({"version_in_use": "refuse"})).unwrap();
    let refused = world.call("DELETE", &version_id("1.0.1"), "2024-03-03", &Value::Null);
    assert_eq!(code(&refused), (409, "OperationNotAllowed".to_owned()));
    assert!(refused.value()["error"]["message"].as_str().unwrap().contains("/virtualMachines/vm"));
}

#[test]
fn older_api_versions_hide_the_reference_and_their_put_loses_it() {
    let mut world = World::new(&json!({"operations": "none"}));
    let path = world.machine("vm", &attached("1.0.0"));
    let settings = |world: &mut World, version: &str| {
        let body = world.call("GET", &path, version, &Value::Null).value();
        (body["properties"]["securityProfile"]["proxyAgentSettings"].clone(), body)
    };
    assert_eq!(settings(&mut world, "2023-09-01").0, json!({"enabled": true}));
    assert_eq!(settings(&mut world, "2024-03-01").0, json!({"enabled": true, "imds": {}}));
    assert!(settings(&mut world, "2024-11-01").0["imds"]["inVMAccessControlProfileReferenceId"].is_string());
    assert_eq!(world.call("GET", &path, "2018-06-01", &Value::Null).status, 400);
    let whole = settings(&mut world, "2024-03-01").1;
    world.emulator.settings = world.emulator.settings.changed(&json!({"machine_put": "keep"})).unwrap();
    assert_eq!(world.call("PUT", &path, "2024-03-01", &whole).status, 200);
    assert_eq!(world.settings_of(&path), attached("1.0.0"), "kept if so set");
    world.emulator.settings = world.emulator.settings.changed(&json!({"machine_put": "replace"})).unwrap();
    assert_eq!(world.call("PUT", &path, "2024-03-01", &whole).status, 200);
    assert_eq!(world.settings_of(&path), json!({"enabled": true, "imds": {}}));
}

#[test]
fn an_agent_loads_a_version_after_a_while_and_reports_it_in_capitals() {
    let mut world = World::new(&json!({"operation_seconds": 10, "agent_seconds": 20}));
    let path = world.machine("vm", &attached("1.0.0"));
    world.wait(29.0);
    assert_eq!(world.loaded(&path), "", "the operation and then the agent take time");
    world.wait(1.0);
    assert_eq!(world.loaded(&path), version_id("1.0.0").to_uppercase());
    assert_eq!(
        world.states(&path)["secureChannelState"],
        "WireServer Disabled -  IMDS Audit - HostGA Disabled"
    );
    let patched =
        world.patch(&path, &json!({"imds": {"inVMAccessControlProfileReferenceId": version_id("1.0.1")}}));
    let address =
        patched.headers["azure-asyncoperation"].to_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    assert!(address.contains("/locations/westus/operations/"), "{address}");
    assert_eq!(world.get(&address)["status"], "InProgress");
    // A version that is deleted before the agent has loaded it is no longer available.
    world.wait(11.0);
    assert_eq!(world.get(&address)["status"], "Succeeded");
    world.call("DELETE", &version_id("1.0.1"), "2024-03-03", &Value::Null);
    world.wait(60.0);
    assert_eq!(world.loaded(&path), version_id("1.0.0").to_uppercase());
    world.patch(&path, &json!({"imds": {"inVMAccessControlProfileReferenceId": version_id("1.0.0"), "useLocalFileRules": true}}));
    world.wait(60.0);
    assert_eq!(world.loaded(&path), format!("{}-useLocalFileRules-true", version_id("1.0.0").to_uppercase()));
    // What was loaded stays loaded when its version is deleted.
    world.call("DELETE", &version_id("1.0.0"), "2024-03-03", &Value::Null);
    world.wait(60.0);
    assert!(world.loaded(&path).as_str().unwrap().contains("VERSIONS/1.0.0"));
    world.patch(&path, &json!({"enabled": false}));
    world.wait(60.0);
    assert!(world.get(&format!("{path}/instanceView")).get("extensions").is_none());
}

#[test]
fn a_test_sets_the_summaries_of_callers() {
    let mut world = World::new(&json!({"operations": "none"}));
    let path = world.machine("vm", &attached("1.0.0"));
    let message = |world: &mut World, name: &str| {
        let view = world.get(&format!("{path}/instanceView"));
        let all = view["extensions"][0]["substatuses"].as_array().unwrap().clone();
        assert_eq!(all.len(), 3);
        let code = format!("ComponentStatus/{name}/succeeded");
        all.iter().find(|one| one["code"] == code.as_str()).unwrap()["message"].as_str().unwrap().to_owned()
    };
    let (failed, connections) = ("ProxyAgentFailedAuthenticationSummary", "ProxyAgentConnectionSummary");
    assert_eq!(message(&mut world, failed), "proxy failed auth summary is empty");
    let control = format!("/emulator/agents{path}");
    let change = json!({"version": "1.0.47", "denied": [{"userName": "batch", "count": 3}, {"count": 2}]});
    let set = world.call("PUT", &control, "x", &change).value();
    assert_eq!(
        (&set["version"], &set["denied"][0]["processFullPath"]),
        (&json!("1.0.47"), &json!("/usr/bin/curl"))
    );
    let denied: Value = serde_json::from_str(&message(&mut world, failed)).unwrap();
    assert_eq!(
        denied.as_array().unwrap().iter().map(|one| one["count"].clone()).collect::<Vec<_>>(),
        [json!(2), json!(3)]
    );
    assert_eq!(denied[1]["userName"], "batch");
    let many: Vec<Value> =
        (0..120).map(|count| json!({ "count": count, "processCmdLine": "x".repeat(900) })).collect();
    world.call("PUT", &control, "x", &json!({ "connections": many }));
    assert!(message(&mut world, connections).contains("dropping connection summary"), "beyond 80 KB");
    let few: Vec<Value> = (0..120).map(|count| json!({ "count": count })).collect();
    world.call("PUT", &control, "x", &json!({ "connections": few, "denied": few }));
    let kept: Value = serde_json::from_str(&message(&mut world, connections)).unwrap();
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["count"]), (100, &json!(20)));
    let kept: Value = serde_json::from_str(&message(&mut world, failed)).unwrap();
    assert_eq!(kept.as_array().unwrap().len(), 50);
    assert_eq!(world.call("PUT", &control, "x", &json!({"denied": [{"url": "/"}]})).status, 400);
    world.call("PUT", &control, "x", &json!({"power": "deallocated"}));
    let view = world.get(&format!("{path}/instanceView"));
    assert_eq!(view["statuses"][1]["code"], "PowerState/deallocated");
    assert!(view.get("extensions").is_none() && view.get("vmAgent").is_none(), "no agent in it reports");
    assert_eq!(world.call("PUT", &control, "x", &json!({"rules": 1})).status, 400);
    assert_eq!(world.call("GET", &format!("/emulator/agents{path}x"), "x", &Value::Null).status, 404);
}

#[test]
fn machines_are_listed_by_group_by_subscription_and_by_scale_set() {
    let mut world = World::new(&json!({"operations": "none"}));
    world.call(
        "PUT",
        "/subscriptions/sub/resourceGroups/other",
        "2021-04-01",
        &json!({"location": "westus"}),
    );
    let path = world.machine("vm", &attached("1.0.0"));
    let second = path.replace("/rg/", "/other/");
    world.call("PUT", &second, NEW, &machine(&json!({})));
    let names = |list: &Value| -> Vec<String> {
        list["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_lowercase())
            .collect()
    };
    let all = "/subscriptions/sub/providers/Microsoft.Compute/virtualMachines";
    let listed = world.get(all);
    assert_eq!(names(&listed), [second.to_lowercase(), path.to_lowercase()]);
    assert!(
        listed["value"][1]["properties"]["vmId"].is_string()
            && listed["value"][1]["properties"].get("instanceView").is_none()
    );
    let group = format!("{GROUP}/providers/Microsoft.Compute/virtualMachines");
    assert_eq!(names(&world.get(&group)), [path.to_lowercase()]);
    assert_eq!(
        code(&world.call("GET", &group.replace("/rg/", "/none/"), NEW, &Value::Null)).1,
        "ResourceGroupNotFound"
    );
    assert_eq!(world.call("GET", &format!("{all}?$expand=instanceView"), NEW, &Value::Null).status, 400);
    let status_only = world.get(&format!("{all}?statusOnly=true"));
    let view = &status_only["value"][1]["properties"]["instanceView"];
    assert!(view["statuses"].is_array() && view.get("extensions").is_none());
    let expanded = world.get(&format!("{path}?$expand=instanceView"));
    assert!(expanded["properties"]["instanceView"]["extensions"].is_array());
    assert_eq!(
        code(&world.call("GET", &format!("{path}x"), NEW, &Value::Null)),
        (404, "ResourceNotFound".to_owned())
    );
    assert_eq!(world.call("DELETE", &path, NEW, &Value::Null).status, 204);
    assert_eq!(names(&world.get(&group)), [""; 0]);
}

fn scale_set(mode: &str, orchestration: &str, settings: &Value) -> Value {
    json!({
        "location": "westus", "sku": {"name": "Standard_B1s", "capacity": 2},
        "properties": {
            "orchestrationMode": orchestration, "upgradePolicy": {"mode": mode},
            "virtualMachineProfile": {
                "storageProfile": {"osDisk": {"osType": "Linux"}},
                "securityProfile": {"proxyAgentSettings": settings},
            },
        },
    })
}

const SET: &str =
    "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/set";

fn attach_to_set(version: &str) -> Value {
    json!({"properties": {"virtualMachineProfile": {"securityProfile": {"proxyAgentSettings": attached(version)}}}})
}

#[test]
fn instances_of_a_manual_set_lag_behind_until_upgraded() {
    let mut world = World::new(&json!({"operation_seconds": 5, "agent_seconds": 1}));
    assert_eq!(world.call("PUT", SET, NEW, &scale_set("Manual", "Uniform", &attached("1.0.0"))).status, 201);
    world.wait(6.0);
    let instances = format!("{SET}/virtualMachines");
    let latest = |world: &mut World| -> Vec<bool> {
        let list = world.get(&instances);
        list["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["properties"]["latestModelApplied"] == true)
            .collect()
    };
    assert_eq!(latest(&mut world), [true, true]);
    assert_eq!(world.get(&format!("{instances}/1"))["name"], "set_1");
    assert_eq!(world.loaded(&format!("{instances}/0")), version_id("1.0.0").to_uppercase());
    assert_eq!(world.call("PATCH", SET, NEW, &attach_to_set("1.0.1")).status, 200);
    world.wait(6.0);
    assert_eq!(latest(&mut world), [false, false]);
    assert_eq!(world.loaded(&format!("{instances}/0")), version_id("1.0.0").to_uppercase());
    let upgrade = format!("{SET}/manualupgrade");
    let reply = world.call("POST", &upgrade, NEW, &json!({"instanceIds": ["1"]}));
    assert_eq!(reply.status, 202);
    let address =
        reply.headers["azure-asyncoperation"].to_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    assert_eq!(world.get(&format!("{instances}/1"))["properties"]["provisioningState"], "Updating");
    world.wait(6.0);
    assert_eq!(world.get(&address)["status"], "Succeeded");
    assert_eq!(latest(&mut world), [false, true]);
    assert_eq!(world.loaded(&format!("{instances}/1")), version_id("1.0.1").to_uppercase());
    assert_eq!(world.call("POST", &upgrade, NEW, &json!({"instanceIds": ["7"]})).status, 400);
    assert_eq!(world.call("POST", &upgrade, NEW, &json!({"instanceIds": ["*"]})).status, 202);
    world.wait(6.0);
    assert_eq!(latest(&mut world), [true, true]);
    // More and fewer of them.
    for capacity in [3, 1] {
        world.call("PATCH", SET, NEW, &json!({"sku": {"capacity": capacity}}));
        world.wait(6.0);
        assert_eq!(latest(&mut world).len(), capacity);
    }
    assert_eq!(world.call("DELETE", SET, NEW, &Value::Null).status, 202);
    world.wait(6.0);
    assert_eq!(world.call("GET", &format!("{instances}/0"), NEW, &Value::Null).status, 404);
}

#[test]
fn instances_of_an_automatic_set_follow_its_model() {
    let mut world = World::new(&json!({"operation_seconds": 5, "agent_seconds": 1}));
    world.call(
        "PUT",
        SET,
        NEW,
        &scale_set("Automatic", "Uniform", &json!({"enabled": true, "addProxyAgentExtension": true})),
    );
    world.wait(6.0);
    world.call("PATCH", SET, NEW, &attach_to_set("1.0.1"));
    world.wait(7.0);
    let instance = format!("{SET}/virtualMachines/0");
    assert_eq!(world.get(&instance)["properties"]["latestModelApplied"], true);
    world.wait(1.0);
    assert_eq!(world.loaded(&instance), version_id("1.0.1").to_uppercase());
}

#[test]
fn the_members_of_a_flexible_set_are_machines() {
    let mut world = World::new(&json!({"operations": "none", "agent_seconds": 0}));
    world.call("PUT", SET, NEW, &scale_set("Manual", "Flexible", &attached("1.0.0")));
    let filter = format!("$filter='virtualMachineScaleSet/id'%20eq%20'{SET}'&$expand=instanceView");
    let list = world.get(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachines?{filter}"));
    let members = list["value"].as_array().unwrap();
    assert_eq!(members.len(), 2);
    assert!(members[0]["properties"]["instanceView"]["extensions"].is_array());
    let name = members[0]["name"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("{SET}/virtualMachines"))["value"].as_array().unwrap().len(), 2);
    world.call("PATCH", SET, NEW, &attach_to_set("1.0.1"));
    let path = format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}");
    let reference =
        |world: &mut World| world.settings_of(&path)["imds"]["inVMAccessControlProfileReferenceId"].clone();
    assert_eq!(reference(&mut world), version_id("1.0.0"));
    world.call("POST", &format!("{SET}/manualupgrade"), NEW, &json!({"instanceIds": [name]}));
    assert_eq!(reference(&mut world), version_id("1.0.1"));
}
