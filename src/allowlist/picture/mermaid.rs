//! A Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>): what GitHub, GitLab and Azure DevOps draw in
//! Markdown.

use std::fmt::Write as _;

use super::super::DefaultAccess;
use super::{EVERYBODY, Picture, conditions, parameters, visible};

/// From how many arrows on Mermaid refuses to draw unless its `maxEdges` is raised.
const ARROWS: usize = 500;

/// A flowchart of these allowlists: identities, roles, privileges from left to right; privileges that are closed and
/// what falls to the default access are marked in words, and in colour.
pub fn mermaid(pictures: &[Picture]) -> String {
    let mut chart = String::from("flowchart LR\n");
    let mut arrows = 0;
    for (number, picture) in pictures.iter().enumerate() {
        arrows += Chart { picture, prefix: format!("v{number}"), lines: &mut chart }.draw();
    }
    for style in [
        "classDef granted fill:#e6f2e6,stroke:#2d6a2d,color:#000",
        "classDef closed fill:#fbe3e4,stroke:#a4262c,color:#000",
        "classDef open fill:#fff0c8,stroke:#8a5a00,color:#000",
        "classDef idle fill:#f3f3f3,stroke:#767676,color:#444,stroke-dasharray:4 3",
    ] {
        line(&mut chart, style);
    }
    if arrows > ARROWS {
        let note = format!(
            "%% {arrows} arrows: Mermaid draws {ARROWS} unless its maxEdges is raised, Graphviz has no limit"
        );
        line(&mut chart, &note);
    }
    chart
}

struct Chart<'a> {
    picture: &'a Picture,
    prefix: String,
    lines: &'a mut String,
}

impl Chart<'_> {
    /// Gives the number of arrows.
    fn draw(mut self) -> usize {
        let picture = self.picture;
        let title = if picture.title.is_empty() { "allowlist" } else { &*picture.title };
        let title = label([&*visible(title), &*heading(picture)]);
        let prefix = self.prefix.clone();
        self.put(&format!("subgraph {prefix}[\"{title}\"]"));
        self.put("direction LR");
        self.identities();
        self.roles();
        self.privileges();
        let default = label(["every other request", picture.everything_else()]);
        let class = match picture.default_access {
            _ if picture.everything_else() == "let through" => "open",
            Some(DefaultAccess::Deny) => "closed",
            _ => "idle",
        };
        self.put(&format!("{prefix}d{{{{\"{default}\"}}}}:::{class}"));
        let arrows = self.arrows();
        self.put("end");
        arrows
    }

    fn identities(&mut self) {
        for (number, (name, identity)) in self.picture.rules.identities.iter().enumerate() {
            let conditions = conditions(identity).into_iter().map(|(what, text)| format!("{what} {text}"));
            let mut lines: Vec<_> = std::iter::once(visible(name).into_owned()).chain(conditions).collect();
            if identity.is_everybody() {
                lines.push(EVERYBODY.to_owned());
            }
            let class = match self.picture.roles_of(name).next() {
                None => "idle",
                Some(_) if identity.is_everybody() => "open",
                Some(_) => "granted",
            };
            let prefix = &self.prefix;
            self.put(&format!("{prefix}i{number}([\"{}\"]):::{class}", label(&lines)));
        }
    }

    fn roles(&mut self) {
        for (number, name) in self.picture.rules.roles.keys().enumerate() {
            let assigned = self.picture.rules.role_assignments.get(name);
            let known = |name: &String| self.picture.rules.identities.contains_key(name);
            let class =
                if assigned.is_some_and(|one| one.identities.iter().any(known)) { "granted" } else { "idle" };
            let prefix = &self.prefix;
            self.put(&format!("{prefix}r{number}[\"{}\"]:::{class}", label([&*visible(name)])));
        }
    }

    fn privileges(&mut self) {
        for (number, (name, privilege)) in self.picture.rules.privileges.iter().enumerate() {
            let mut lines = vec![visible(name).into_owned(), visible(&privilege.path).into_owned()];
            lines.extend(parameters(privilege));
            let is_closed = self.picture.holders(name).is_none();
            if is_closed {
                lines.push(self.picture.closed().to_owned());
            } else if let Some(reached) = self.picture.reaches(privilege) {
                lines.push(format!("reaches {reached}"));
            }
            let class = match (self.picture.is_in_force(), is_closed) {
                (false, _) => "idle",
                (true, true) => "closed",
                (true, false) => "granted",
            };
            let prefix = &self.prefix;
            self.put(&format!("{prefix}p{number}[[\"{}\"]]:::{class}", label(&lines)));
        }
    }

    fn arrows(&mut self) -> usize {
        let (rules, prefix) = (&self.picture.rules, self.prefix.clone());
        let mut arrows = 0;
        for (number, name) in rules.roles.keys().enumerate() {
            let assigned = rules.role_assignments.get(name);
            let identities = rules.identities.keys().enumerate();
            for (identity, _) in
                identities.filter(|(_, name)| assigned.is_some_and(|one| one.identities.contains(*name)))
            {
                self.put(&format!("{prefix}i{identity} --> {prefix}r{number}"));
                arrows += 1;
            }
        }
        for (number, role) in rules.roles.values().enumerate() {
            let privileges = rules.privileges.keys().enumerate();
            for (privilege, _) in privileges.filter(|(_, name)| role.privileges.contains(*name)) {
                self.put(&format!("{prefix}r{number} --> {prefix}p{privilege}"));
                arrows += 1;
            }
        }
        arrows
    }

    fn put(&mut self, text: &str) {
        line(self.lines, text);
    }
}

/// One line about an allowlist as a whole.
pub(super) fn heading(picture: &Picture) -> String {
    let mode = picture.mode.map_or("mode not known", |mode| mode.as_str());
    let access = picture.default_access.map_or("not known", |access| access.as_str());
    let force = if picture.absent.is_empty() { "" } else { ", rules not in force" };
    format!("{mode}, default {access}{force}")
}

/// Lines as one label. Mermaid reads labels as Markdown and as HTML, so everything that could be either, or ends the
/// label, is written as the number of its character.
fn label<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> String {
    let mut label = String::new();
    for (number, line) in lines.into_iter().enumerate() {
        if number > 0 {
            label.push_str("<br/>");
        }
        for (place, c) in line.as_ref().chars().enumerate() {
            if c.is_alphanumeric() || c == '/' || (place > 0 && matches!(c, ' ' | ',' | '=' | '-')) {
                label.push(c);
            } else {
                // Writing to a string cannot fail.
                let _ = write!(label, "#{};", u32::from(c));
            }
        }
    }
    label
}

fn line(lines: &mut String, text: &str) {
    lines.push_str("  ");
    lines.push_str(text);
    lines.push('\n');
}
