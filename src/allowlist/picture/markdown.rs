//! Tables in GitHub's Markdown (<https://github.github.com/gfm/>), for a pull request.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Finding, group};
use super::{EVERYBODY, Holder, NOT_BY_NAME, Picture, UnknownParts, conditions, listed, parameters, visible};

/// How many privileges and identities have a row.
const MOST: usize = 150;
/// How many of a kind are named in one place.
const NAMED: usize = 20;

/// An allowlist as Markdown: a heading if it has a title, the meaning of the modes, a table of privileges
/// with who may use each, a table of identities, and the findings. Texts of the rules are code, so that
/// nothing in them is a link, a mention or markup. A matrix, if there is one, comes before the tables.
pub fn markdown(picture: &Picture, matrix: Option<&str>, findings: &[Finding]) -> String {
    let mut page = String::new();
    if !picture.title.is_empty() {
        page.push_str(&format!("### {}\n\n", code(&visible(&picture.title))));
    }
    // The sentences are ours, but a note may contain a quotation.
    page.push_str(&picture.sentences().iter().map(|one| prose(one)).collect::<Vec<_>>().join(" "));
    page.push_str("\n\n");
    if let Some(matrix) = matrix {
        page.push_str(matrix);
        page.push('\n');
    }
    match picture.unknown {
        UnknownParts::Rules => page.push_str("**The rules are not known.**\n"),
        _ => page.push_str(&privileges(picture)),
    }
    if !picture.rules.identities.is_empty() {
        page.push('\n');
        page.push_str(&identities(picture));
    }
    if !findings.is_empty() {
        page.push('\n');
        page.push_str(&list(findings));
    }
    page
}

fn privileges(picture: &Picture) -> String {
    let who = if picture.is_in_force() { "Who may" } else { "Who might, were the rules in force" };
    let mut table = format!("| Privilege | Requests | {who} |\n| --- | --- | --- |\n");
    for (name, privilege) in picture.rules.privileges.iter().take(MOST) {
        let mut requests = code(&visible(&privilege.path));
        let parameters: Vec<_> = parameters(privilege).iter().map(|one| code(one)).collect();
        if !parameters.is_empty() {
            requests.push_str(" with ");
            requests.push_str(&parameters.join(" and "));
        }
        if let Some(reached) = picture.reaches(privilege) {
            requests.push_str(&format!("<br>reaches {reached}"));
        }
        let all = picture.holders(name).count();
        let mut holders: Vec<_> =
            picture.holders(name).take(NAMED).map(|(one, roles)| holder(picture, one, roles)).collect();
        if all > NAMED {
            holders.push(format!("and {} more", all - NAMED));
        }
        let who = match (picture.is_closed(name), holders.is_empty()) {
            (true, _) if picture.is_partly_known() => NOT_BY_NAME.to_owned(),
            (true, _) => format!("**{}**", picture.closed(privilege)),
            (false, true) => "granted to nobody".to_owned(),
            (false, false) => holders.join("<br>"),
        };
        table.push_str(&format!("| {} | {requests} | {who} |\n", code(&visible(name))));
    }
    if let Some(more @ 1..) = picture.rules.privileges.len().checked_sub(MOST) {
        table.push_str(&format!("| *and {more} more* | | |\n"));
    }
    table.push_str(&format!("| *every other request* | | **{}** |\n", picture.everything_else()));
    table
}

fn holder(picture: &Picture, holder: &Holder, roles: &BTreeSet<String>) -> String {
    let identity = &holder.identity;
    let everybody = picture.rules.identities.get(identity).is_some_and(super::Identity::is_everybody);
    let roles: Vec<_> = roles.iter().map(|role| code(&visible(role))).collect();
    let part = if holder.in_part { "in part " } else { "" };
    let roles = listed(&roles);
    let who = if everybody { format!(" (**{EVERYBODY}**)") } else { String::new() };
    let through = holder.through.as_deref();
    let through = through.map_or_else(String::new, |name| format!(", through {}", code(&visible(name))));
    format!("{part}{}{who} by {roles}{through}", code(&visible(identity)))
}

fn identities(picture: &Picture) -> String {
    let mut table = String::from("| Identity | Processes | Roles |\n| --- | --- | --- |\n");
    for (name, identity) in picture.rules.identities.iter().take(MOST) {
        let conditions: Vec<_> =
            conditions(identity).iter().map(|(what, text)| format!("{what} {}", code(text))).collect();
        let processes = match conditions.is_empty() {
            true => format!("**{EVERYBODY}**"),
            false => conditions.join("<br>"),
        };
        let roles: Vec<_> = picture.roles_of(name).map(|role| code(&visible(role))).collect();
        let roles = if roles.is_empty() { "*none*".to_owned() } else { listed(&roles) };
        table.push_str(&format!("| {} | {processes} | {roles} |\n", code(&visible(name))));
    }
    if let Some(more @ 1..) = picture.rules.identities.len().checked_sub(MOST) {
        table.push_str(&format!("| *and {more} more* | | |\n"));
    }
    table
}

fn list(findings: &[Finding]) -> String {
    let mut counts = BTreeMap::<_, usize>::new();
    for finding in findings {
        *counts.entry(finding.severity).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(severity, count)| format!("{severity} {count}")).collect();
    let mut list = format!("Findings ({}):\n\n", counts.join(", "));
    for group in group(findings.iter().cloned()) {
        let (severity, id, title) = (group.severity, group.id, group.id.entry().title);
        for finding in group.findings.iter().take(NAMED) {
            let suggestion =
                finding.suggestion.as_deref().map_or_else(String::new, |text| format!(" {}", prose(text)));
            list.push_str(&format!(
                "- **{severity}** {id} {}: {} {}{suggestion}\n",
                prose(title),
                code(&visible(&finding.subject.to_string())),
                prose(&finding.message)
            ));
        }
        if let Some(more @ 1..) = group.findings.len().checked_sub(NAMED) {
            list.push_str(&format!("- and {more} more of {id}\n"));
        }
    }
    list
}

/// A text as code: between more backticks than it has in a row, and with bars escaped, since a table's cells
/// are split before anything else is read.
pub(crate) fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // One blank at each end is removed again, unless the text is all blanks.
    let apart = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if apart && !text.trim_matches(' ').is_empty() { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// A sentence that may contain a quotation: whatever could be markup, a link, a mention or a reference is
/// broken. The last three are recognised after backslashes and entities are read, so only a comment breaks
/// them.
pub(crate) fn prose(text: &str) -> String {
    const PARTED: &str = "<!-- -->";
    let mut escaped = String::new();
    let mut last = String::new();
    for c in visible(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '>' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
        if matches!(c, '@' | '#') || (c == '/' && last.ends_with(':')) || (c == '.' && last.ends_with("www"))
        {
            escaped.push_str(PARTED);
        }
        last.extend(c.to_lowercase());
    }
    escaped
}
