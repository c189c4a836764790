//! Findings about privileges.

use super::super::Severity::{Error, Info, Warning};
use super::{Entry, FindingId, Needs};

pub(super) const ENTRIES: [Entry; 16] = [
    Entry {
        id: FindingId::L10,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Unusable path",
        explanation: "A path is compared as plain text with the beginning of the decoded, lower-cased request \
            path. It has to start with `/`; there are no wildcards, placeholders, schemes or hosts, a \
            query belongs into `query_parameters`, and requests with `//` or `..` are refused before \
            any rule. An empty path matches every request.",
        advice: "Write the plain path, such as `/metadata/instance`.",
    },
    Entry {
        id: FindingId::L11,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Percent-encoded text",
        explanation: "The guest agent decodes the request and not the rule, so a rule with `%20` matches only a \
            request that was encoded twice.",
        advice: "Write the decoded text.",
    },
    Entry {
        id: FindingId::L12,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path ends inside a segment",
        explanation: "Paths are compared as text, so `/a` matches `/ab` as well. The guest agent's coming \
            matcher compares whole segments and will no longer match there.",
        advice: "End the path at a segment, and add a privilege for the other path if it is wanted.",
    },
    Entry {
        id: FindingId::L13,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path misses the bare path",
        explanation: "The path `/machine/` does not match a request for `/machine`, and both spellings occur in \
            practice: the proxy agent itself asks for `/machine?comp=goalstate`, others for \
            `/machine/?comp=goalstate`.",
        advice: "Leave the final slash out, or add a privilege for the bare path.",
    },
    Entry {
        id: FindingId::L14,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path covers everything",
        explanation: "The paths `/`, `/metadata` and `/machine` without query parameters grant managed-identity \
            tokens, certificates and the goal state along with everything else.",
        advice: "Name the narrower paths that are needed.",
    },
    Entry {
        id: FindingId::L15,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path has capital letters",
        explanation: "Guest agents before 1.0.40 lower-case the request and not the rule: there such a path \
            never matches.",
        advice: "Write the path in lower case; it means the same to newer agents.",
    },
    Entry {
        id: FindingId::L16,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unusual characters",
        explanation: "Characters beyond ASCII, control characters, `;`, `\\`, and `.` segments match in \
            surprising ways today, and the guest agent's coming matcher drops or refuses them.",
        advice: "Write plain segments.",
    },
    Entry {
        id: FindingId::L17,
        severities: &[Error, Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unusable query parameter",
        explanation: "Two keys that differ only in case collapse into one at the guest agent, and which value \
            survives is random. An empty key never matches. An empty value means present and empty, \
            not any value, and `*` is the character itself.",
        advice: "Keep one key; write the exact value; leave the parameter out if any value will do.",
    },
    Entry {
        id: FindingId::L18,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Ambiguous query value",
        explanation: "The guest agent decodes `%20` into a blank and leaves `+` as it is, so that `a+b` and \
            `a%20b` are different values.",
        advice: "Write it the way the client sends it, or add a privilege for each spelling.",
    },
    Entry {
        id: FindingId::L19,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Bound to an API version",
        explanation: "With `api-version` among its query parameters, the privilege does not match a request for \
            any other API version: those are open under the default access `Allow` and refused under \
            `Deny`.",
        advice: "Leave `api-version` out.",
    },
    Entry {
        id: FindingId::L20,
        severities: &[Warning],
        high: true,
        needs: Needs::Access,
        title: "Narrowing can be evaded",
        explanation: "A caller leaves a privilege with query parameters by repeating the key \
            (`?comp=x&comp=certificates`), omitting it or spelling it otherwise; then the default \
            access `Allow` lets the request through.",
        advice: "Use `default_access = \"Deny\"`, or add a privilege for the bare path that is assigned to \
            nobody, or to few.",
    },
    Entry {
        id: FindingId::L21,
        severities: &[Warning, Info],
        high: true,
        needs: Needs::Access,
        title: "Default access is Allow",
        explanation: "Every spelling that the host accepts and the guest agent does not recognise (`/./`, `;x`, \
            `%2F/`, double encoding, letters beyond ASCII) falls through to the default access.",
        advice: "Use `Allow` to roll out, then `default_access = \"Deny\"`.",
    },
    Entry {
        id: FindingId::L22,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Undoes a narrower privilege",
        explanation: "A request is allowed when any privilege that matches it is granted to the caller. Whoever \
            has the broader path also has the narrower one, however few that one is granted to.",
        advice: "Narrow the broad privilege, or accept that its identities reach everything below it.",
    },
    Entry {
        id: FindingId::L23,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Redundant privilege",
        explanation: "Two privileges match the same requests, or one matches only requests of another that is \
            granted to the same identities.",
        advice: "Keep one of them.",
    },
    Entry {
        id: FindingId::L24,
        severities: &[Warning],
        high: false,
        needs: Needs::Endpoint,
        title: "Does not fit the endpoint",
        explanation: "A WireServer profile also decides about HostGAPlugin (port 32526), which the guest agent \
            and extensions need: `/vmSettings`, `/extensionArtifact`, `/status`, `/health`, \
            `/vmAgentLog`. Paths of the other endpoint are never asked for here.",
        advice: "Add privileges for HostGAPlugin; move paths of IMDS into a profile for IMDS.",
    },
    Entry {
        id: FindingId::L25,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Methods are not compared",
        explanation: "A privilege has no method: GET, HEAD, POST, PUT, DELETE, OPTIONS and PATCH all pass. `PUT \
            /vmAgentLog` and `POST /machine/?comp=telemetrydata` are always open to elevated callers, \
            whatever the rules say.",
        advice: "Do not rely on a name such as `read` to keep writing out.",
    },
];
