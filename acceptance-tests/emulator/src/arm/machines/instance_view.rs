//! The instance view of a machine: its power state, and the report of the guest proxy agent's extension.
//!
//! Source: the agent's and its extension's code for names, texts and JSON; Microsoft's page of questions about the
//! metadata security protocol for ids in capitals; the SDKs for the members of the view. Their codes are assumed.

use serde_json::{Map, Value, json};

use crate::arm::id::Kind;
use crate::arm::machines::agent::{self, Agent};
use crate::arm::machines::proxy_agent;
use crate::clock::azure_time;
use crate::emulator::Emulator;
use crate::store::Object;

/// The maximum number of groups of callers in a summary.
const MOST_DENIED: usize = 50;
const MOST_CONNECTIONS: usize = 100;
/// The maximum size of both summaries together, in bytes.
const MOST_BYTES: usize = 80 * 1024;

/// The view.
pub fn view(emulator: &Emulator, machine: &Object) -> Value {
    let agent = emulator.agents.of(&machine.id);
    let windows = is_windows(machine);
    let settings = proxy_agent::of(Kind::Machine, &machine.body);
    let mut view = json!({
        "computerName": machine.id.name(),
        "osName": if windows { "Windows Server 2025 Datacenter" } else { "ubuntu" },
        "vmAgent": {
            "vmAgentVersion": if windows { "2.7.41491.1172" } else { "2.15.0.1" },
            "statuses": [status("ProvisioningState/succeeded", "Ready", emulator, Some("Guest Agent is running"))],
            "extensionHandlers": [],
        },
        "statuses": [
            status("ProvisioningState/succeeded", "Provisioning succeeded", emulator, None),
            {"code": format!("PowerState/{}", agent.power), "level": "Info",
                "displayStatus": format!("VM {}", agent.power)},
        ],
    });
    if agent.power != agent::RUNNING {
        if let Value::Object(members) = &mut view {
            members.remove("vmAgent");
        }
        return view;
    }
    if reports(&agent, settings, windows)
        && let Value::Object(members) = &mut view
    {
        members.insert("extensions".to_owned(), json!([extension(emulator, &agent, settings, windows)]));
    }
    view
}

/// Whether the extension is installed: on Windows with the agent, on Linux if it was requested.
fn reports(agent: &Agent, settings: Option<&Map<String, Value>>, windows: bool) -> bool {
    let is_installed = |settings: &Map<String, Value>| {
        windows || settings.get("addProxyAgentExtension").and_then(Value::as_bool).unwrap_or(false)
    };
    let by_settings = settings.is_some_and(|settings| agent::is_enabled(settings) && is_installed(settings));
    agent.reports.unwrap_or(by_settings)
}

fn is_windows(machine: &Object) -> bool {
    let member = |first: &str, second: &str| machine.properties()?.get(first)?.get(second);
    let system = member("storageProfile", "osDisk").and_then(|disk| disk.get("osType")?.as_str());
    system.is_some_and(|system| system.eq_ignore_ascii_case("Windows"))
        || member("osProfile", "windowsConfiguration").is_some()
}

fn extension(
    emulator: &Emulator,
    agent: &Agent,
    settings: Option<&Map<String, Value>>,
    windows: bool,
) -> Value {
    let (denied, connections) = summaries(agent);
    let part = |name: &str, message: String| {
        json!({
            "code": format!("ComponentStatus/{name}/succeeded"), "level": "Info",
            "displayStatus": "Provisioning succeeded", "message": message,
        })
    };
    json!({
        "name": "AzureProxyAgentExtension",
        "type": format!("Microsoft.CPlat.ProxyAgent.ProxyAgent{}", if windows { "Windows" } else { "Linux" }),
        "typeHandlerVersion": agent.version,
        "substatuses": [
            part("ProxyAgentConnectionSummary", connections),
            part("ProxyAgentStatus", agent_status(emulator, agent, settings)),
            part("ProxyAgentFailedAuthenticationSummary", denied),
        ],
        "statuses": [status(
            "ProvisioningState/succeeded", "Provisioning succeeded", emulator,
            Some("ProxyAgent extension is reporting successful status."),
        )],
    })
}

fn status(code: &str, display: &str, emulator: &Emulator, message: Option<&str>) -> Value {
    let mut status = json!({"code": code, "level": "Info", "displayStatus": display,
        "time": azure_time(emulator.shown_time(), 0)});
    if let (Some(message), Value::Object(members)) = (message, &mut status) {
        members.insert("message".to_owned(), json!(message));
    }
    status
}

/// The agent's report about itself, as text: JSON within JSON.
fn agent_status(emulator: &Emulator, agent: &Agent, settings: Option<&Map<String, Value>>) -> String {
    let mode =
        |endpoint: &str| agent::mode_of(agent.loaded.get(endpoint), settings, endpoint, &emulator.store);
    let loaded = |endpoint: &str| agent.loaded.get(endpoint).cloned().unwrap_or_default();
    let on = settings.is_some_and(agent::is_enabled);
    // The agent's own text has two blanks before IMDS.
    let channel = if on {
        format!("WireServer {0} -  IMDS {1} - HostGA {0}", mode("wireServer"), mode("imds"))
    } else {
        "disabled".to_owned()
    };
    let incarnation = settings.and_then(|settings| settings.get("keyIncarnationId")).and_then(Value::as_i64);
    let part = |message: &str| json!({"status": "RUNNING", "message": message});
    json!({
        "version": agent.version,
        "status": "SUCCESS",
        "monitorStatus": part("Monitor thread has not started yet."),
        "keyLatchStatus": {
            "status": "RUNNING",
            "message": "Found key details from local and ready to use.",
            "states": {
                "secureChannelState": channel,
                "keyGuid": "7e4a0000-0000-4000-8000-0000000000f0",
                "wireServerRuleId": loaded("wireServer"),
                "imdsRuleId": loaded("imds"),
                "hostGARuleId": loaded("wireServer"),
                "keyIncarnationId": incarnation.unwrap_or(0).to_string(),
            },
        },
        "ebpfProgramStatus": part("Started Redirector with eBPF maps - 143"),
        "proxyListenerStatus": part("Started proxy listener 127.0.0.1:3080, ready to accept request - 27"),
        "telemetryLoggerStatus": part("Telemetry event logger thread started."),
        "proxyConnectionsCount": agent.connections.len(),
    })
    .to_string()
}

/// The two summaries as texts: a sentence for an empty one, as in the extension.
fn summaries(agent: &Agent) -> (String, String) {
    let denied = summary(&agent.denied, MOST_DENIED, "proxy failed auth summary is empty");
    let connections = summary(&agent.connections, MOST_CONNECTIONS, "proxy connection summary is empty");
    if denied.len() + connections.len() <= MOST_BYTES {
        return (denied, connections);
    }
    let dropped = "Substatus of proxy agent connection message and failed auth message size exceeds max size, \
                   dropping connection summary";
    let mut cut = denied;
    while cut.len() > MOST_BYTES {
        cut.pop();
    }
    (cut, dropped.to_owned())
}

/// The groups with the largest counts.
fn summary(groups: &[Value], most: usize, empty: &str) -> String {
    if groups.is_empty() {
        return empty.to_owned();
    }
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| group.get("count").and_then(Value::as_u64).unwrap_or(0));
    let first = groups.len().saturating_sub(most);
    Value::Array(groups.split_off(first)).to_string()
}
