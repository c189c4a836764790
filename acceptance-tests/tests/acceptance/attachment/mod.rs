//! Versions attached to machines and scale sets, while other tools change the same machines.

mod drift;
mod imports;
mod interrupts;
mod life;
mod mistakes;
mod scale_sets;

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::Scenario;
use serde_json::{Value, json};

use crate::configurations::{PROFILE, RULES, version_of};

/// The address of the attachment.
pub(crate) const A: &str = "gallery_invm_access_attachment.a";

/// The versions 1.0.0 and 1.0.1 of the profile, as `v` and `w`.
pub(crate) fn versions() -> String {
    let named = |label: &str, name: &str| version_of(label, &format!("  name = \"{name}\"\n{RULES}"));
    format!("{PROFILE}{}{}", named("v", "1.0.0"), named("w", "1.0.1").replace("\"Enforce\"", "\"Audit\""))
}

/// An attachment to a machine of the group, with this in its block.
pub(crate) fn attachment(machine: &str, more: &str) -> String {
    format!(
        "\nresource \"gallery_invm_access_attachment\" \"a\" {{\n  machine_id = \"${{split(\"/galleries/\", \
         local.gallery_id)[0]}}/{machine}\"\n{more}\n}}\n"
    )
}

/// The same with the version of this label for IMDS.
pub(crate) fn imds(machine: &str, label: &str, more: &str) -> String {
    let id = format!("  imds_profile_version_id = gallery_invm_access_profile_version.{label}.id\n{more}");
    format!("{}{}", versions(), attachment(machine, &id))
}

/// The id of a machine or scale set in the group.
pub(crate) fn id(s: &Scenario, machine: &str) -> String {
    let group = s.gallery().split("/galleries/").next().unwrap();
    format!("{group}/{machine}")
}

/// The body of a machine with many other members, and these settings of the proxy agent.
pub(crate) fn body(settings: &Value) -> Value {
    json!({
        "location": "westus", "tags": {"team": "web"}, "zones": ["1"],
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "osDisk": {"osType": "Linux", "createOption": "FromImage", "diskSizeGB": 30},
                "dataDisks": [{"lun": 0, "name": "data", "createOption": "Attach"}],
            },
            "securityProfile": {
                "encryptionAtHost": true, "securityType": "TrustedLaunch",
                "uefiSettings": {"secureBootEnabled": true, "vTpmEnabled": true},
                "proxyAgentSettings": settings,
            },
        },
    })
}

/// Creates a machine as another tool does, and returns its id.
pub(crate) fn machine(s: &Scenario, name: &str, settings: &Value) -> String {
    let id = id(s, &format!("virtualMachines/{name}"));
    other_tool(s, "PUT", &id, &body(settings));
    id
}

/// The settings of a machine with the agent switched on, and with an inline mode at the endpoint that the
/// attachment does not use.
pub(crate) fn on() -> Value {
    json!({"enabled": true, "keyIncarnationId": 7, "wireServer": {"mode": "Enforce"}})
}

/// A request of another tool, which must succeed.
pub(crate) fn other_tool(s: &Scenario, method: &str, path: &str, body: &Value) {
    let (status, answer) = s.emulator.ask(method, &format!("{path}?api-version=2025-04-01"), body).unwrap();
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
}

/// The settings of the proxy agent that a machine has.
pub(crate) fn settings(s: &Scenario, id: &str) -> Value {
    s.emulator.object(id).unwrap()["properties"]["securityProfile"]["proxyAgentSettings"].clone()
}

/// The mode or reference for IMDS.
pub(crate) fn of_imds(s: &Scenario, id: &str) -> Value {
    settings(s, id)["imds"].clone()
}

/// The member with this version's id.
pub(crate) fn refers(s: &Scenario, version: &str) -> Value {
    json!({"inVMAccessControlProfileReferenceId": s.version("web", version)})
}

/// The writes to machines since the last query.
pub(crate) fn writes(s: &Scenario) -> Vec<Request> {
    let of_machines = |one: &Request| one.path.contains("virtualMachine") && one.method != "GET";
    s.requests().into_iter().filter(of_machines).collect()
}

/// Everything of a machine except the settings of its proxy agent.
pub(crate) fn others(s: &Scenario, id: &str) -> Value {
    let mut object = s.emulator.object(id).unwrap();
    object["properties"]["securityProfile"].as_object_mut().unwrap().remove("proxyAgentSettings");
    object
}
