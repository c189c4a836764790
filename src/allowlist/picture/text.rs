//! A page for a terminal.

use std::collections::BTreeMap;

use super::super::{Finding, Privilege, Severity};
use super::{
    EVERYBODY, NOT_BY_NAME, Picture, UnknownParts, conditions, listed, parameters, through, visible,
};

/// An allowlist as text: its title if it has one, the meaning of the modes, who may call what, what is
/// closed, the outcome of every other request, and the findings. A matrix, if there is one, comes before the
/// lists.
pub fn text(picture: &Picture, matrix: Option<&str>, findings: &[Finding]) -> String {
    let mut page = Page::default();
    if !picture.title.is_empty() {
        page.line(0, &visible(&picture.title));
    }
    for sentence in picture.sentences() {
        page.line(1, &visible(&sentence));
    }
    if picture.unknown == UnknownParts::Rules {
        page.findings(picture, findings);
        return page.0;
    }
    if let Some(matrix) = matrix {
        page.0.push('\n');
        page.0.push_str(matrix);
    }
    let granted = who_may(picture);
    if !granted.is_empty() {
        page.heading(if picture.is_in_force() {
            "Who may call what"
        } else {
            "Who might call what, were the rules in force"
        });
        let all: usize = granted.values().map(Vec::len).sum();
        let mut left = MOST;
        for (identity, privileges) in granted {
            if left == 0 {
                break;
            }
            page.line(2, &format!("{}: {}", name(identity), processes(picture, identity)));
            for (privilege, by) in privileges.into_iter().take(left) {
                left -= 1;
                page.privilege(picture, privilege, &by);
            }
        }
        page.more(all);
    }
    let mut closed = BTreeMap::<_, Vec<_>>::new();
    for (privilege, one) in &picture.rules.privileges {
        let heading = match (picture.is_closed(privilege), picture.is_granted(privilege)) {
            (_, true) => continue,
            (true, false) if picture.is_partly_known() => capitalised(NOT_BY_NAME),
            (true, false) if picture.is_in_force() => capitalised(&picture.closed(one)),
            (true, false) => "Granted to nobody".to_owned(),
            (false, false) => "Granted to nobody, but reached all the same".to_owned(),
        };
        closed.entry(heading).or_default().push((privilege, one));
    }
    for (heading, privileges) in closed {
        page.heading(&heading);
        let all = privileges.len();
        for (privilege, one) in privileges.into_iter().take(MOST) {
            page.line(2, &format!("{}: {}", name(privilege), requests(one)));
            if !picture.is_closed(privilege) {
                page.line(3, &through(picture, privilege));
            }
        }
        page.more(all);
    }
    let idle: Vec<_> =
        picture.rules.identities.keys().filter(|name| picture.roles_of(name).next().is_none()).collect();
    if !idle.is_empty() {
        page.heading("Identities without a role");
        for identity in idle.iter().take(MOST) {
            page.line(2, &format!("{}: {}", name(identity), processes(picture, identity)));
        }
        page.more(idle.len());
    }
    page.heading("Every other request");
    page.line(2, picture.everything_else());
    page.findings(picture, findings);
    page.0
}

/// By identity, the privileges whose requests it may make, and how it gets them.
fn who_may(picture: &Picture) -> BTreeMap<&String, Vec<(&String, String)>> {
    let mut granted = BTreeMap::<_, Vec<_>>::new();
    for privilege in picture.rules.privileges.keys() {
        for (holder, roles) in picture.holders(privilege) {
            let roles: Vec<_> = roles.iter().map(|role| name(role)).collect();
            let roles = listed(&roles);
            let by = match (&holder.through, holder.in_part) {
                (None, _) => format!(" (by {roles})"),
                (Some(other), false) => format!(" (by {roles}, through {})", name(other)),
                (Some(other), true) => format!(" (by {roles}, in part, through {})", name(other)),
            };
            granted.entry(&holder.identity).or_default().push((privilege, by));
        }
    }
    granted
}

fn processes(picture: &Picture, identity: &str) -> String {
    let Some(identity) = picture.rules.identities.get(identity) else { return String::new() };
    if identity.is_everybody() {
        return EVERYBODY.to_uppercase();
    }
    let conditions: Vec<_> =
        conditions(identity).into_iter().map(|(what, text)| format!("{what} {text}")).collect();
    conditions.join(", ")
}

fn requests(privilege: &Privilege) -> String {
    let parameters = parameters(privilege);
    let with =
        if parameters.is_empty() { String::new() } else { format!(" with {}", parameters.join(" and ")) };
    format!("{}{with}", visible(&privilege.path))
}

/// A name, in quotes if it would otherwise run into the text around it.
fn name(text: &str) -> String {
    let plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "\":,()".contains(c));
    if plain { visible(text).into_owned() } else { format!("\"{}\"", visible(text)) }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, depth: usize, text: &str) {
        self.0.push_str(&"  ".repeat(depth));
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.0.push('\n');
        self.line(1, text);
    }

    fn privilege(&mut self, picture: &Picture, privilege: &str, by: &str) {
        let Some(one) = picture.rules.privileges.get(privilege) else { return };
        self.line(3, &format!("{}: {}{by}", name(privilege), requests(one)));
        if let Some(reached) = picture.reaches(one) {
            self.line(4, &format!("reaches {reached}"));
        }
    }

    fn findings(&mut self, picture: &Picture, findings: &[Finding]) {
        let count = |severity| findings.iter().filter(|one| one.severity == severity).count();
        if findings.is_empty() {
            self.heading(match picture.unknown {
                UnknownParts::Nothing => "No findings",
                _ => "Checked as far as it is known",
            });
            return;
        }
        let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
        let counts: Vec<_> = counts
            .into_iter()
            .map(|(severity, word)| (count(severity), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        self.heading(&format!("Findings: {}", counts.join(", ")));
        for finding in findings.iter().take(MOST) {
            let subject = finding.subject.to_string();
            self.line(2, &format!("{} {} {}", finding.severity, finding.id, visible(&subject)));
            self.line(3, &visible(&finding.message));
            if let Some(suggestion) = &finding.suggestion {
                self.line(3, &visible(suggestion));
            }
        }
        self.more(findings.len());
    }

    /// The text for the rest of a list.
    fn more(&mut self, all: usize) {
        if all > MOST {
            self.line(2, &format!("and {} more", all - MOST));
        }
    }
}

/// The maximum number of lines of a list.
const MOST: usize = 200;
