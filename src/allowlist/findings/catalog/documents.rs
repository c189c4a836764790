//! Findings about the shape of the rules and references in them.

use super::super::Severity::{Error, Warning};
use super::{CatalogEntry, FindingId, Needs};

/// The first entry of the catalog.
pub(super) const FIRST: CatalogEntry = ENTRIES[0];

pub(super) const ENTRIES: [CatalogEntry; 8] = [
    CatalogEntry {
        id: FindingId::L01,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "A list is missing",
        explanation: "If one of `privileges`, `roles`, `identities` and `roleAssignments` is missing or null, \
            the guest agent ignores the other three too, and only the default access counts: `Allow` \
            opens everything, `Deny` refuses everything.",
        advice: "Write the empty list `[]`. The rules are in force from then on, so check first that they \
            grant what the machine needs. This provider always sends all four lists.",
    },
    CatalogEntry {
        id: FindingId::L02,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Undefined reference",
        explanation: "Names are compared exactly, including case and blanks. The guest agent silently drops a \
            privilege that a role lists and nobody defines, an undefined identity in an assignment, \
            and the whole assignment of an undefined role. Whoever was meant has no access.",
        advice: "Correct the name, or add what it refers to. The finding offers the closest existing \
            name.",
    },
    CatalogEntry {
        id: FindingId::L03,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Duplicate name",
        explanation: "If two elements of a list have the same name, the guest agent silently keeps the last \
            one. Names that differ only in case are two different names to it. Readers, and Azure, \
            where names ignore case, take them for one.",
        advice: "Give each element its own name.",
    },
    CatalogEntry {
        id: FindingId::L04,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unused or granted to nobody",
        explanation: "A privilege that nobody has still matches requests, and so refuses them to everybody, \
            even if the default access is `Allow`. The exception is a caller who has another \
            privilege that matches the same request; the finding names such privileges. A role \
            without an assignment, an empty role, an empty assignment and an unused identity have no \
            effect.",
        advice: "Assign it or remove it. Under `Allow`, a privilege that nobody has is a good way to \
            block a path. If that is what you want, turn this finding off by its id.",
    },
    CatalogEntry {
        id: FindingId::L05,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Unknown mode or access",
        explanation: "The guest agent reads an unknown mode as `Disabled` and allows everything. It reads an \
            unknown default access as `Deny`. It does not trim blanks.",
        advice: "Write `Audit`, `Enforce` or `Disabled`, and `Allow` or `Deny`.",
    },
    CatalogEntry {
        id: FindingId::L06,
        severities: &[Warning],
        high: false,
        needs: Needs::Access,
        title: "Production is not enforced",
        explanation: "Under `Audit`, a request that is not allowed is recorded and passes. Under `Disabled`, \
            no request is checked.",
        advice: "Set `mode = \"Enforce\"` when the audit log shows nothing unexpected.",
    },
    CatalogEntry {
        id: FindingId::L07,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "A version changes in place",
        explanation: "The guest agent loads rules only when the id of the version changes. A machine that has \
            loaded a version does not notice when its mode, its default access or its rules change.",
        advice: "Publish a new version and point the machines to it. If `name` is set, leave it out and \
            the provider takes the next version, or set it to a number that no version of the \
            profile has had.",
    },
    CatalogEntry {
        id: FindingId::L08,
        severities: &[Error, Warning],
        high: false,
        needs: Needs::Rules,
        title: "Empty or blank name",
        explanation: "An empty or blank name is usually the result of a variable that is not set. A blank at \
            the end of a name, or a control character in it, must be repeated exactly wherever the \
            name is used.",
        advice: "Give each element a readable name.",
    },
];
