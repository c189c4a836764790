//! Many equal findings told as one, so that forty privileges do not print forty paragraphs.

use std::fmt;

use super::{Finding, FindingId, Severity};

/// How many subjects a group names before it counts the rest.
const NAMED: usize = 5;

/// Findings of one check and one severity. `Display` is the whole text to show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The check.
    pub id: FindingId,
    /// Its severity.
    pub severity: Severity,
    /// The findings, at least one, in the order they came.
    pub findings: Vec<Finding>,
}

impl Group {
    /// One line for a heading, under 60 characters: the check's title.
    pub fn summary(&self) -> &'static str {
        self.id.entry().title
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().take(NAMED).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {}", finding.subject, finding.message)?;
            if let Some(suggestion) = &finding.suggestion {
                write!(f, " {suggestion}")?;
            }
        }
        match self.findings.len().saturating_sub(NAMED) {
            0 => Ok(()),
            1 => f.write_str("\nand 1 more of this kind."),
            more => write!(f, "\nand {more} more of this kind."),
        }
    }
}

/// Puts findings of the same check and severity together, in the order of their first.
pub fn group(findings: impl IntoIterator<Item = Finding>) -> Vec<Group> {
    let mut groups = Vec::<Group>::new();
    for finding in findings {
        let alike = |group: &&mut Group| (group.id, group.severity) == (finding.id, finding.severity);
        match groups.iter_mut().find(alike) {
            Some(group) => group.findings.push(finding),
            None => {
                groups.push(Group { id: finding.id, severity: finding.severity, findings: vec![finding] });
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::Subject;
    use super::*;

    fn finding(name: usize) -> Finding {
        Finding {
            id: FindingId::L15,
            severity: Severity::Warning,
            high: false,
            subject: Subject::Path { privilege: format!("p{name}") },
            message: "has capital letters.".into(),
            suggestion: None,
        }
    }

    #[test]
    fn forty_alike_are_one_that_names_five() {
        let groups = group((0..40).map(finding));
        assert_eq!(groups.len(), 1);
        let text = groups[0].to_string();
        assert_eq!(text.lines().count(), 6);
        assert!(text.starts_with("rules.privileges[\"p0\"].path: has capital letters.\n"));
        assert!(text.ends_with("and 35 more of this kind."), "{text}");
    }

    #[test]
    fn other_checks_and_severities_stay_apart() {
        let milder = Finding { severity: Severity::Info, ..finding(1) };
        let other = Finding { id: FindingId::L12, ..finding(2) };
        assert_eq!(group([finding(0), milder, other, finding(3)]).len(), 3);
        assert_eq!(group([finding(0)])[0].to_string(), "rules.privileges[\"p0\"].path: has capital letters.");
    }
}
