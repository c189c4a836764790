//! Faults that only lists can have: absent lists, equal names, unknown words.

use super::super::{Collapsed, DefaultAccess, Document, List, Mode};
use super::quote::quoted;
use super::{FindingId, Findings, Subject};

/// L01, L03 (equal names) and L05. The caller passes in the conflicts that the keyed form dropped.
pub(super) fn check(document: &Document, collapsed: Vec<Collapsed>, findings: &mut Findings) {
    if let Some(word) = &document.mode
        && word.parse::<Mode>().is_err()
    {
        let message = format!(
            "{} is not a mode; the guest agent reads it as Disabled and allows everything.",
            quoted(word)
        );
        findings.error(
            FindingId::L05,
            Subject::Mode,
            message,
            Some("Write \"Audit\", \"Enforce\" or \"Disabled\".".into()),
        );
    }
    if let Some(word) = &document.default_access
        && word.parse::<DefaultAccess>().is_err()
    {
        let message = format!("{} is not a default access; the guest agent reads it as Deny.", quoted(word));
        findings.error(
            FindingId::L05,
            Subject::DefaultAccess,
            message,
            Some("Write \"Deny\" or \"Allow\".".into()),
        );
    }
    let Some(lists) = &document.rules else { return };
    let absent = lists.absent();
    if absent.len() < List::ALL.len() {
        for list in absent {
            let message =
                "is absent, so the guest agent ignores all rules and only the default access counts.";
            let instead = "Write an empty list; the rules are in force from then on.".to_owned();
            findings.error(FindingId::L01, Subject::List(list), message, Some(instead));
        }
    }
    for collapsed in collapsed {
        let Collapsed::LastOfEqualNames { list, name, times } = collapsed else { continue };
        let message = format!("occurs {times} times; the guest agent keeps the last and drops the others.");
        let subject = match list {
            List::Privileges => Subject::Privilege(name),
            List::Roles => Subject::Role(name),
            List::Identities => Subject::Identity(name),
            List::RoleAssignments => Subject::RoleAssignment(name),
        };
        findings.error(FindingId::L03, subject, message, None);
    }
}
