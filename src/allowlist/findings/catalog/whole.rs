//! Findings about the rules as a whole.

use super::super::Severity::{Info, Warning};
use super::{CatalogEntry, FindingId, Needs};

pub(super) const ENTRIES: [CatalogEntry; 4] = [
    CatalogEntry {
        id: FindingId::L50,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Who reaches sensitive data",
        explanation: "Lists the identities that reach tokens of managed identities, attested data, \
            certificates or the goal state. Under `Enforce` and `Allow` it also says what every \
            process reaches because no privilege matches.",
        advice: "Review the list. Check that each identity in it needs the access.",
    },
    CatalogEntry {
        id: FindingId::L51,
        severities: &[Warning, Info],
        high: false,
        needs: Needs::Endpoint,
        title: "Platform caller is refused",
        explanation: "The guest agent, cloud-init, the Azure Monitor agent and VmssRuntimeAgent call the \
            endpoints by themselves. This finding asks the decision whether `Enforce` refuses them \
            what they need. A machine whose guest agent is refused its goal state or its health \
            report is likely to fail. Without the profile's endpoint and operating system the check \
            goes by the rules. The list of callers is advice and not complete.",
        advice: "Grant the requests to an identity of the caller, best learned from an audit log. The \
            Linux guest agent and cloud-init are Python programs: name the interpreter.",
    },
    CatalogEntry {
        id: FindingId::L52,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "Audit log is incomplete",
        explanation: "The guest agent records one event in 15 minutes for each process, user and status. \
            The URL is not part of the key: of ten URLs that a process reads, one is recorded.",
        advice: "Learn from `ProxyAgent.Connection.log` at level Trace, or from a long time. Released agents do not write \
            that file: set `logFolder`, and `fileLogLevel` to `Trace`, in `/etc/azure/proxy-agent.json` (on Windows \
            `GuestProxyAgent.json` next to the program), and restart the agent.",
    },
    CatalogEntry {
        id: FindingId::L53,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "Recorded requests change",
        explanation: "The new rules decide some of the recorded requests differently from the old rules.",
        advice: "Check each of them before machines refer to the new version.",
    },
];
