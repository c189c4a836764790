//! Combines equal findings in one message, so that forty privileges do not print forty paragraphs.

use std::fmt;

use super::{Finding, FindingId, Severity};

/// How many subjects a group names; it counts the rest.
const NAMED: usize = 5;

/// The maximum length of a summary.
const SUMMARY: usize = 59;

/// A text of at most this many characters. It keeps the end, which distinguishes names, rather than the
/// middle.
fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let head = most / 2;
    let tail = most.saturating_sub(head + 1);
    let start = text.chars().take(head);
    start.chain(['\u{2026}']).chain(text.chars().skip(length - tail)).collect()
}

/// A name without characters that a terminal would interpret.
fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Findings of one check and one severity. `Display` is the whole text to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingGroup {
    /// The check.
    pub id: FindingId,
    /// Its severity.
    pub severity: Severity,
    /// The findings, at least one, in the order they came.
    pub findings: Vec<Finding>,
}

impl FindingGroup {
    /// One line for a heading, under 60 characters: the check's title and its object, with the version if
    /// there is room.
    pub fn summary(&self, version: Option<&str>) -> String {
        let title = self.id.entry().title;
        let Some(first) = self.findings.first().and_then(|first| first.subject.object()) else {
            return match version {
                Some(version) => shortened(&format!("{title}: version {version}"), SUMMARY),
                None => title.to_owned(),
            };
        };
        let more = match self.findings.len() {
            0 | 1 => String::new(),
            all => format!(" and {} more", all - 1),
        };
        let (kind, name) = first;
        let room = SUMMARY.saturating_sub(title.len() + ": ".len() + kind.len() + " \"\"".len() + more.len());
        let summary = format!("{title}: {kind} \"{}\"{more}", shortened(&shown(name), room.max(5)));
        match version.map(|version| format!("{summary} ({version})")) {
            Some(longer) if longer.chars().count() <= SUMMARY => longer,
            _ => summary,
        }
    }
}

impl fmt::Display for FindingGroup {
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

/// Groups findings of the same check and severity, in the order of their first.
pub fn group(findings: impl IntoIterator<Item = Finding>) -> Vec<FindingGroup> {
    let mut groups = Vec::<FindingGroup>::new();
    for finding in findings {
        let alike = |group: &&mut FindingGroup| (group.id, group.severity) == (finding.id, finding.severity);
        match groups.iter_mut().find(alike) {
            Some(group) => group.findings.push(finding),
            None => {
                groups.push(FindingGroup {
                    id: finding.id,
                    severity: finding.severity,
                    findings: vec![finding],
                });
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
    fn forty_equal_findings_are_one_that_names_five() {
        let groups = group((0..40).map(finding));
        assert_eq!(groups.len(), 1);
        let text = groups[0].to_string();
        assert_eq!(text.lines().count(), 6);
        assert!(text.starts_with("rules.privileges[\"p0\"].path: has capital letters.\n"));
        assert!(text.ends_with("and 35 more of this kind."), "{text}");
    }

    #[test]
    fn a_summary_names_its_object_in_under_sixty_characters() {
        let one = |name: &str| Finding { subject: Subject::Path { privilege: name.into() }, ..finding(0) };
        let summary = |findings: Vec<Finding>, version| group(findings)[0].summary(version);
        let title = FindingId::L15.entry().title;
        assert_eq!(summary(vec![one("p")], None), format!("{title}: privilege \"p\""));
        assert_eq!(summary(vec![one("p")], Some("1.0.0")), format!("{title}: privilege \"p\" (1.0.0)"));
        assert_eq!(summary(vec![one("p"), one("q")], None), format!("{title}: privilege \"p\" and 1 more"));
        let (a, b) = (format!("{}a", "long".repeat(50)), format!("{}b", "long".repeat(50)));
        let (a, b) = (summary(vec![one(&a)], None), summary(vec![one(&b)], None));
        assert!(a != b && a.chars().count() < 60, "{a}");
        for entry in super::super::CATALOG.iter().copied().flatten() {
            let long = Finding { id: entry.id, ..one(&"name".repeat(20)) };
            let summary = summary(vec![long.clone(), long], Some("1.0.0"));
            assert!(summary.chars().count() < 60, "{summary}");
        }
    }

    #[test]
    fn other_checks_and_severities_stay_separate() {
        let milder = Finding { severity: Severity::Info, ..finding(1) };
        let other = Finding { id: FindingId::L12, ..finding(2) };
        assert_eq!(group([finding(0), milder, other, finding(3)]).len(), 3);
        assert_eq!(group([finding(0)])[0].to_string(), "rules.privileges[\"p0\"].path: has capital letters.");
    }
}
