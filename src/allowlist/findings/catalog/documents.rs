//! Findings about the shape of the rules and references in them.

use super::super::Severity::{Error, Warning};
use super::{Entry, FindingId, Needs};

/// The first entry of the catalog.
pub(super) const FIRST: Entry = ENTRIES[0];

pub(super) const ENTRIES: [Entry; 7] = [
    Entry {
        id: FindingId::L01,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "A list is missing",
        explanation: "Where one of `privileges`, `roles`, `identities` and `roleAssignments` is absent or null, \
            the guest agent ignores the other three as well: only the default access counts. With \
            `Allow` everything is open, with `Deny` everything is refused.",
        advice: "Write the empty list `[]`. This provider always sends all four.",
    },
    Entry {
        id: FindingId::L02,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Undefined reference",
        explanation: "Names are compared exactly, case and blanks included. The guest agent silently drops a \
            role's unknown privilege, an assignment's unknown identity, and the whole assignment of an \
            unknown role, so whoever was meant has no access.",
        advice: "Correct the name, or add what it names. The finding offers the closest existing name.",
    },
    Entry {
        id: FindingId::L03,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Duplicate name",
        explanation: "Of equal names in one list the guest agent silently keeps the last. Names that differ only \
            in case are two different things to it, which readers, and Azure, where names ignore case, \
            will mistake for one.",
        advice: "Give each element a name of its own.",
    },
    Entry {
        id: FindingId::L04,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Unused or granted to nobody",
        explanation: "A privilege that nobody is assigned to is not inert: it closes its path for everybody, \
            also when the default access is `Allow`. A role without an assignment, an empty role, an \
            empty assignment and an unused identity have no effect.",
        advice: "Assign it or remove it. An unassigned privilege under `Allow` is a legitimate way to block \
            a path; then turn this finding off by its id.",
    },
    Entry {
        id: FindingId::L05,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Unknown mode or access",
        explanation: "The guest agent reads an unknown mode as `Disabled`, so that everything is allowed, and an \
            unknown default access as `Deny`. Blanks are not trimmed.",
        advice: "Write `Audit`, `Enforce` or `Disabled`, and `Allow` or `Deny`.",
    },
    Entry {
        id: FindingId::L06,
        severities: &[Warning],
        high: false,
        needs: Needs::Access,
        title: "Production is not enforced",
        explanation: "Under `Audit` a request that is not allowed is recorded and passes; under `Disabled` \
            nothing is even looked at.",
        advice: "Set `mode = \"Enforce\"` once the audit log shows nothing unexpected.",
    },
    Entry {
        id: FindingId::L07,
        severities: &[Warning],
        high: false,
        needs: Needs::History,
        title: "A version changes in place",
        explanation: "The guest agent loads rules only when the id of the version changes. Other rules under the \
            same version name are not noticed by a machine that has already loaded it.",
        advice: "Take the next version number, or leave `name` out, and point the machines to the new \
            version.",
    },
];
