//! Findings about privileges.

use super::super::Severity::{Error, Info, Warning};
use super::{CatalogEntry, FindingId, Needs};

pub(super) const ENTRIES: [CatalogEntry; 17] = [
    CatalogEntry {
        id: FindingId::L10,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Unusable path",
        explanation: "The guest agent compares a path as plain text with the beginning of the decoded, \
            lower-case path of the request. So a path must start with `/`. There are no wildcards, \
            placeholders, schemes or hosts. A query belongs in `query_parameters`. Requests with \
            `//` or `..` are refused before any rule is checked. An empty path matches every \
            request.",
        advice: "Write the plain path, such as `/metadata/instance`. A privilege that matched nothing so \
            far starts to close its path when it is corrected, so grant it to all who need it.",
    },
    CatalogEntry {
        id: FindingId::L11,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Percent-encoded text",
        explanation: "The guest agent decodes the request but not the rule. A rule with `%20` matches only a \
            request that was encoded twice.",
        advice: "Write the decoded text.",
    },
    CatalogEntry {
        id: FindingId::L12,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path ends inside a segment",
        explanation: "Paths are compared as text, so `/a` also matches `/ab`. The guest agent's coming matcher \
            compares whole segments and will no longer match `/ab`.",
        advice: "End the path at the end of a segment. Add a privilege for the other path if you need it.",
    },
    CatalogEntry {
        id: FindingId::L13,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path misses the bare path",
        explanation: "The path `/machine/` does not match a request for `/machine`. Clients use both: the \
            proxy agent itself requests `/machine?comp=goalstate`, others request \
            `/machine/?comp=goalstate`.",
        advice: "Remove the slash at the end, or add a privilege for the bare path.",
    },
    CatalogEntry {
        id: FindingId::L14,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path covers everything",
        explanation: "The paths `/`, `/metadata` and `/machine` without query parameters grant everything at \
            their endpoint: at IMDS the tokens of managed identities and attested data, at the \
            WireServer certificates and the goal state.",
        advice: "Name the narrower paths that are needed.",
    },
    CatalogEntry {
        id: FindingId::L15,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Path has capital letters",
        explanation: "Guest agents before version 1.0.40 convert the request to lower case but not the rule. \
            Such a path never matches there.",
        advice: "Write the path in lower case. It means the same to newer agents.",
    },
    CatalogEntry {
        id: FindingId::L16,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unusual characters",
        explanation: "Control characters, characters beyond ASCII, `;`, `\\` and `.` segments match in \
            surprising ways today. The guest agent's coming matcher drops rules with them and \
            refuses requests with a control character, such as `%0D` after a value.",
        advice: "Write plain segments and plain values.",
    },
    CatalogEntry {
        id: FindingId::L17,
        severities: &[Error, Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unusable query parameter",
        explanation: "Two keys that differ only in case become one in the guest agent, and which value remains \
            is random. An empty key never matches. An empty value means that the parameter is \
            present and empty, not that any value will do. `*` is the character itself.",
        advice: "Keep one key. Write the exact value, or leave the parameter out if any value will do.",
    },
    CatalogEntry {
        id: FindingId::L18,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Ambiguous query value",
        explanation: "The guest agent decodes `%20` to a blank but keeps `+`, so `a+b` and `a%20b` are \
            different values.",
        advice: "Write the value as the client sends it, or add a privilege for each spelling.",
    },
    CatalogEntry {
        id: FindingId::L19,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Bound to an API version",
        explanation: "With `api-version` among its query parameters, a privilege does not match requests for \
            other API versions. `Allow` opens those and `Deny` refuses them.",
        advice: "Leave `api-version` out.",
    },
    CatalogEntry {
        id: FindingId::L20,
        severities: &[Warning],
        high: true,
        needs: Needs::Access,
        title: "Narrowing can be evaded",
        explanation: "A caller can avoid a privilege that has query parameters: by repeating a key \
            (`?comp=x&comp=certificates`), by omitting it, or by spelling it differently. Then no \
            privilege matches and the default access `Allow` lets the request pass.",
        advice: "Use `default_access = \"Deny\"` when the rules grant everything that the machine needs. \
            Until then close the bare path with a privilege of its own. At the WireServer grant that \
            privilege to the guest agent, which sends other requests under the same path; otherwise \
            the machine fails.",
    },
    CatalogEntry {
        id: FindingId::L21,
        severities: &[Warning, Info],
        high: true,
        needs: Needs::Access,
        title: "Default access is Allow",
        explanation: "The host accepts spellings of a path that the guest agent does not recognise (`/./`, \
            `;x`, `%2F/`, double encoding, letters beyond ASCII). No privilege matches them, so the \
            default access decides.",
        advice: "Use `Allow` for the rollout. Learn from an audit log what the machine needs, grant it, \
            and then set `default_access = \"Deny\"`.",
    },
    CatalogEntry {
        id: FindingId::L22,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Undoes a narrower privilege",
        explanation: "A request is allowed if any privilege that matches it is granted to the caller. So \
            whoever has the broader path also has the narrower one, even if that is granted to few.",
        advice: "Narrow the broad privilege, or accept that its identities reach everything below it.",
    },
    CatalogEntry {
        id: FindingId::L23,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Redundant privilege",
        explanation: "Two privileges match the same requests; or one matches only requests of another that is \
            granted to the same identities.",
        advice: "Keep one of them.",
    },
    CatalogEntry {
        id: FindingId::L24,
        severities: &[Warning],
        high: false,
        needs: Needs::Endpoint,
        title: "Does not fit the endpoint",
        explanation: "A WireServer profile also decides about HostGAPlugin (port 32526), which the guest agent \
            and extensions need: `/vmSettings`, `/extensionArtifact`, `/status`, `/health`, \
            `/vmAgentLog`. Paths of the other endpoint are never requested here.",
        advice: "Add privileges for HostGAPlugin and grant them to the guest agent. Move paths of IMDS to \
            a profile for IMDS.",
    },
    CatalogEntry {
        id: FindingId::L25,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Methods are not compared",
        explanation: "A privilege has no method: GET, HEAD, POST, PUT, DELETE, OPTIONS and PATCH all match. \
            Elevated callers may always send `PUT /vmAgentLog` and `POST \
            /machine/?comp=telemetrydata`.",
        advice: "Do not rely on a name such as `read` to prevent writing.",
    },
    CatalogEntry {
        id: FindingId::L26,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Any managed-identity token",
        explanation: "The query of a token request says for which resource the token is, and of which \
            identity. A privilege for the token path without these parameters grants tokens for any \
            resource, of every identity of the machine. Terraform drops a misspelt attribute, such \
            as `queryParameters`, without an error, so the parameters may be missing although they \
            were written.",
        advice: "Add `query_parameters` with `resource`, and with `client_id`, `object_id` or `mi_res_id` \
            where the machine has several identities. If every token is meant, turn this finding off \
            by its id.",
    },
];
