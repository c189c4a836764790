//! L07: rules that machines would not notice.

use super::super::{Allowlist, Finding, FindingId, Severity, Subject};

/// A finding if another allowlist would replace one under the same version name: the guest agent loads rules
/// only when the id of the version changes (`key_keeper.rs`, lines 476-590). Names are those of the versions,
/// compared without case as in Azure.
pub fn unnoticed_change(old: (&str, &Allowlist), new: (&str, &Allowlist)) -> Option<Finding> {
    let ((old_name, old), (name, new)) = (old, new);
    if !old_name.eq_ignore_ascii_case(name) || old == new {
        return None;
    }
    Some(Finding {
        id: FindingId::L07,
        severity: Severity::Warning,
        high: false,
        subject: Subject::Rules,
        message: format!(
            "change under the version name \"{name}\": machines that have loaded it do not notice."
        ),
        suggestion: Some(
            "Give the new rules a version number that no version of the profile has had.".into(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{DefaultAccess, Mode, Rules};
    use super::*;

    #[test]
    fn l07_reports_only_changed_rules_under_an_unchanged_name() {
        let audit =
            Allowlist { mode: Mode::Audit, default_access: DefaultAccess::Deny, rules: Rules::default() };
        let enforce = Allowlist { mode: Mode::Enforce, ..audit.clone() };
        let found = unnoticed_change(("1.0.9", &audit), ("1.0.9", &enforce)).unwrap();
        assert_eq!(found.id, FindingId::L07);
        // Which numbers are free is not known here, nor whether a name is set at all.
        assert!(!found.suggestion.unwrap().contains("1.0.10"));
        assert_eq!(unnoticed_change(("1.0.9", &audit), ("1.0.9", &audit)), None);
        assert_eq!(unnoticed_change(("1.0.9", &audit), ("1.1.0", &enforce)), None);
    }
}
