//! Findings about the rules as a whole.

use super::super::Severity::{Info, Warning};
use super::{Entry, FindingId, Needs};

pub(super) const ENTRIES: [Entry; 4] = [
    Entry {
        id: FindingId::L50,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Who reaches sensitive data",
        explanation: "A list of the identities that the rules let reach managed-identity tokens, attested data, \
            certificates or the goal state.",
        advice: "Read it as a reviewer would, and ask whether everybody in it is supposed to be.",
    },
    Entry {
        id: FindingId::L51,
        severities: &[Warning, Info],
        high: false,
        needs: Needs::Endpoint,
        title: "Platform caller is refused",
        explanation: "Under `Enforce` and `Deny`, a machine whose guest agent, extensions or provisioning tools \
            are refused is likely to fail: no extensions, no scheduled events, no monitoring. The list \
            of such callers is this project's advice and not complete.",
        advice: "Add identities for them, best learned from an audit log.",
    },
    Entry {
        id: FindingId::L52,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "Audit log is incomplete",
        explanation: "Events are thinned out to one for each process, user and status in 15 minutes, and the URL \
            is not part of the key: of ten URLs read, one is recorded.",
        advice: "Learn from `ProxyAgent.Connection.log` at level Trace, or from a long time. Released agents do not write \
            that file: set `logFolder`, and `fileLogLevel` to `Trace`, in `/etc/azure/proxy-agent.json` (on Windows \
            `GuestProxyAgent.json` beside the program), and restart the agent.",
    },
    Entry {
        id: FindingId::L53,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "Recorded requests change",
        explanation: "Requests that the log shows get another decision from the new rules than from the old \
            ones.",
        advice: "Check each of them before the new version reaches machines.",
    },
];
