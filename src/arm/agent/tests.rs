//! Whole views.

use super::*;
use crate::allowlist::{Endpoint, Mode};
use serde_json::json;

const VERSION: &str = "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG/PROVIDERS/\
    MICROSOFT.COMPUTE/GALLERIES/G/INVMACCESSCONTROLPROFILES/WEB/VERSIONS/1.0.0";
const NOBODY: &str = "proxy failed auth summary is empty";

fn status() -> Value {
    json!({
        "version": "1.0.48",
        "status": "SUCCESS",
        "monitorStatus": {"status": "RUNNING", "message": "Monitor thread has not started yet."},
        "keyLatchStatus": {"status": "RUNNING", "message": "Found key details.", "states": {
            "secureChannelState": "WireServer Disabled -  IMDS Audit - HostGA Disabled",
            "imdsRuleId": VERSION, "wireServerRuleId": "", "hostGARuleId": "", "keyIncarnationId": "1",
        }},
        "ebpfProgramStatus": {"status": "STOPPED", "message": "no maps"},
        "proxyConnectionsCount": 3,
    })
}

fn view(status: &str, denied: &str) -> Value {
    let part = |name: &str, message: &str| json!({"code": format!("ComponentStatus/{name}/succeeded"), "level": "Info", "message": message});
    json!({
        "vmAgent": {"statuses": [{"code": "ProvisioningState/succeeded", "level": "Info"}]},
        "extensions": [
            {"name": "other", "substatuses": [{"code": "ComponentStatus/Other/succeeded", "message": "{}"}]},
            {
                "name": "AzureProxyAgentExtension",
                "statuses": [{"code": "ProvisioningState/succeeded", "time": "2026-11-30T08:00:00Z"}],
                "substatuses": [
                    part("ProxyAgentConnectionSummary", "proxy connection summary is empty"),
                    part(STATUS, status), part(DENIED, denied), null,
                ],
            },
        ],
        "statuses": [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/Running"}],
    })
}

fn report(view: Value) -> AgentReport {
    AgentReport::of(&serde_json::from_value(view).unwrap())
}

#[test]
fn a_healthy_agent_is_reported_in_full() {
    let report = report(view(&status().to_string(), NOBODY));
    assert_eq!(report.gaps, []);
    assert!(report.is_complete());
    assert_eq!(report.power_state.as_deref(), Some("running"));
    assert_eq!((report.version.as_deref(), report.status.as_deref()), (Some("1.0.48"), Some("SUCCESS")));
    assert_eq!((report.channel.imds, report.channel.wire_server), (Some(Mode::Audit), Some(Mode::Disabled)));
    assert_eq!(report.imds.version(), Some(&VERSION.to_lowercase().parse().unwrap()));
    assert_eq!(report.wire_server, LoadedRules::default());
    let components: Vec<_> =
        report.components.iter().map(|part| (part.name.as_str(), part.status.as_str())).collect();
    assert_eq!(
        components,
        [("monitorStatus", "RUNNING"), ("keyLatchStatus", "RUNNING"), ("ebpfProgramStatus", "STOPPED")]
    );
}

#[test]
fn refused_callers_are_counted_by_user_and_path_and_not_by_command_line() {
    let caller = |user: &str, ip: &str, port: u16, line: &str, count: u64| {
        json!({"userName": user, "ip": ip, "port": port, "processCmdLine": line, "responseStatus": "403 Forbidden",
            "count": count, "userGroups": [user], "processFullPath": "/usr/bin/curl"})
    };
    let denied = json!([
        caller("web", "169.254.169.254", 80, "curl -H one", 2),
        caller("root", "168.63.129.16", 80, "curl", 1),
        caller("root", "168.63.129.16", 32526, "curl", 1),
        caller("web", "169.254.169.254", 80, "curl -H two", 7),
        caller("web", "None", 0, "curl", 1),
        {"count": 4},
    ]);
    let report = report(view(&status().to_string(), &denied.to_string()));
    assert!(report.is_complete(), "{:?}", report.gaps);
    let callers: Vec<_> = report
        .denied
        .iter()
        .map(|one| (one.endpoint.map(Endpoint::as_str), one.user_name.as_str(), one.count))
        .collect();
    assert_eq!(
        callers,
        [
            (Some("IMDS"), "web", 9),
            (None, "", 4),
            (None, "web", 1),
            (Some("WireServer"), "root", 1),
            (Some("HostGAPlugin"), "root", 1),
        ]
    );
}

#[test]
fn unknown_parts_are_named() {
    let good = status().to_string();
    let without_states = json!({"version": "1.0.20", "status": "ERROR"}).to_string();
    let gaps = |view: Value| report(view).gaps.iter().map(ToString::to_string).collect::<Vec<_>>();
    let named = |view: Value, part: &str| {
        let gaps = gaps(view);
        assert!(gaps.len() == 1 && gaps[0].contains(part), "{part}: {gaps:?}");
    };
    named(view("Proxy agent aggregate status file is stale.", NOBODY), "status file is stale");
    named(view(&without_states, NOBODY), "keyLatchStatus.states");
    named(view("", NOBODY), "it is empty");
    named(view("[]", NOBODY), "ProxyAgentStatus of the guest proxy agent cannot be read: []");
    // Cut off at the extension's limit of bytes.
    named(view(&good, "[{\"userName\":\"web\",\"ip\":\"169.2"), "ProxyAgentFailedAuthenticationSummary");
    let many: Vec<_> = (0..50).map(|count| json!({"userName": format!("u{count}"), "count": 1})).collect();
    named(view(&good, &json!(many).to_string()), "50 groups");

    let mut off = view(&good, NOBODY);
    off["statuses"][1]["code"] = "PowerState/deallocated".into();
    named(off.clone(), "the machine is deallocated");
    assert_eq!(
        report(off).imds,
        LoadedRules::default(),
        "its report from before it was switched off is ignored"
    );
    let mut unready = view(&good, NOBODY);
    unready["vmAgent"]["statuses"][0] =
        json!({"code": "ProvisioningState/Unavailable", "level": "Warning", "message": "not yet populated"});
    named(unready, "VM agent is not ready: not yet populated");
    let mut silent = view(&good, NOBODY);
    silent["extensions"] = Value::Null;
    named(silent, "no extension");
    named(json!({}), "no extension");
    let mut partly = view(&good, NOBODY);
    partly["extensions"][1]["substatuses"] = json!([partly["extensions"][1]["substatuses"][1]]);
    named(partly, "it is missing");
}

#[test]
fn texts_of_a_machine_cannot_disturb_a_terminal() {
    let report = report(view("\u{1b}[31m::error::\n##vso[task]", NOBODY));
    let text = report.gaps[0].to_string();
    assert!(!text.contains('\u{1b}') && !text.contains('\n') && !text.contains("##vso"), "{text}");
}
