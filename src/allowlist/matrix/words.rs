//! The texts of the cells of a matrix, for every format.

use std::collections::{BTreeMap, BTreeSet};

use super::super::picture::{NAMED, listed, visible};
use super::super::{DefaultAccess, Mode};
use super::{Cell, CellOutcome, Column, Matrix, Reached, Row, Section};

/// A cell in words. Invisible characters are made visible; nothing is escaped for a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// A word or two; for an allowed request, the role.
    pub short: String,
    /// A clause.
    pub long: String,
}

/// The text of a cell.
pub fn shown(cell: &Cell, row: Option<&Row>, column: Option<&Column>) -> Shown {
    if let Some(part) = &cell.in_part {
        let rest = shown(&Cell { in_part: None, ..cell.clone() }, row, column);
        let (role, privilege) = (visible(&part.role), visible(&part.privilege));
        return Shown {
            short: format!("part: {role}"),
            long: format!(
                "{}; some requests below are allowed through role {role} by privilege {privilege}",
                rest.long
            ),
        };
    }
    let (short, long) = match cell.outcome {
        CellOutcome::Allowed => return allowed(cell, row, column),
        CellOutcome::ByDefault => {
            ("default", "allowed: no privilege matches, and the default access is Allow")
        }
        CellOutcome::NotEvaluated => ("open", "let through: the rules are not evaluated"),
        CellOutcome::Recorded => ("recorded", "not allowed: recorded, but let through by Audit"),
        CellOutcome::Denied => ("denied", "denied"),
        CellOutcome::NotAllowed => ("not allowed", "not allowed by the rules; the mode is not known"),
        CellOutcome::Unknown => ("?", "not known yet"),
        CellOutcome::Impossible => ("none", "no such request, or no such process"),
    };
    Shown { short: short.to_owned(), long: long.to_owned() }
}

fn allowed(cell: &Cell, row: Option<&Row>, column: Option<&Column>) -> Shown {
    let Some(by) = &cell.by else {
        return Shown { short: "allowed".to_owned(), long: "allowed".to_owned() };
    };
    let role = visible(&by.role);
    let mut long = format!("allowed through role {role}");
    if row.is_none_or(|row| row.privilege.as_ref() != Some(&by.privilege)) {
        long.push_str(&format!(" by privilege {}", visible(&by.privilege)));
    }
    if column.is_none_or(|column| column.identity.as_ref() != Some(&by.identity)) {
        long.push_str(&format!(" as identity {}", visible(&by.identity)));
    }
    Shown { short: role.into_owned(), long }
}

/// The heading of a column.
pub fn column_name(column: &Column) -> String {
    column
        .identity
        .as_deref()
        .map_or_else(|| "any other process".to_owned(), |name| visible(name).into_owned())
}

/// The heading of a row: its privilege if it has one, and the request.
pub fn row_name(row: &Row) -> (Option<String>, String) {
    let name = row.privilege.as_deref().map(|name| visible(name).into_owned());
    if row.section == Section::Rest {
        return (None, "every other request".to_owned());
    }
    (name, request_text(&row.request))
}

/// A request as a rule writes it.
pub fn request_text(request: &super::RowRequest) -> String {
    let mut text = visible(&request.path).into_owned();
    for (number, (key, value)) in request.query_parameters.iter().enumerate() {
        text.push_str(if number == 0 { " with " } else { " and " });
        text.push_str(&format!("{}={}", visible(key), visible(value)));
    }
    text
}

/// Who reaches something: a clause for each, those without further conditions first.
pub fn reachers(reached: &Reached) -> Vec<String> {
    if let Some(everybody) = reached.by.iter().find(|one| one.identity.is_none() && one.only.is_none()) {
        return vec![match everybody.outcome {
            CellOutcome::Unknown => "not known yet".to_owned(),
            outcome => {
                let cell = Cell { by: everybody.by.clone(), ..Cell::plain(outcome) };
                format!("every process, {}", shown(&cell, None, None).long)
            }
        }];
    }
    // Those who get it on the same terms are listed together, in the order of their first.
    let mut terms = BTreeMap::<&str, Vec<&super::Reacher>>::new();
    for one in &reached.by {
        terms.entry(one.identity.as_deref().unwrap_or("")).or_default().push(one);
    }
    let mut together = Vec::<(String, Vec<String>)>::new();
    let mut places = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for one in &reached.by {
        let key = one.identity.as_deref().unwrap_or("");
        if !seen.insert(key) {
            continue;
        }
        let who = one
            .identity
            .as_deref()
            .map_or_else(|| "any other process".to_owned(), |name| visible(name).into_owned());
        let of = term(reached, terms.get(key).map(Vec::as_slice).unwrap_or_default());
        match places.get(&of).and_then(|place: &usize| together.get_mut(*place)) {
            Some((_, names)) => names.push(who),
            None => {
                places.insert(of.clone(), together.len());
                together.push((of, vec![who]));
            }
        }
    }
    together.into_iter().map(|(term, names)| format!("{}{term}", listed(&names))).collect()
}

/// The terms on which an identity gets something: the form of the request, and the role.
fn term(reached: &Reached, reachers: &[&super::Reacher]) -> String {
    let mut by_role = Vec::<(String, Vec<String>)>::new();
    let mut places = BTreeMap::new();
    for one in reachers {
        let only = one.only.as_ref().map(|only| {
            let more: Vec<_> = only
                .query_parameters
                .iter()
                .filter(|(key, _)| !reached.request.query_parameters.contains_key(*key))
                .map(|(key, value)| format!("{}={}", visible(key), visible(value)))
                .collect();
            match (more.is_empty(), only.path.len() > reached.request.path.len()) {
                (false, _) => format!("for {}", more.join(" and ")),
                (true, true) => format!("below {}", visible(&only.path)),
                (true, false) => "in part".to_owned(),
            }
        });
        let role = match (&one.by, one.outcome) {
            (_, CellOutcome::Unknown) => "not known yet".to_owned(),
            (Some(by), _) if one.identity.as_ref() != Some(&by.identity) => {
                format!("role {}, as {}", visible(&by.role), visible(&by.identity))
            }
            (Some(by), _) => format!("role {}", visible(&by.role)),
            (None, outcome) => shown(&Cell::plain(outcome), None, None).short,
        };
        match places.get(&role).and_then(|place: &usize| by_role.get_mut(*place)) {
            Some((_, all)) => all.extend(only),
            None => {
                places.insert(role.clone(), by_role.len());
                by_role.push((role, only.into_iter().collect()));
            }
        }
    }
    let of = |(role, only): (String, Vec<String>)| match only.is_empty() {
        true => format!(" ({role})"),
        false => format!(" {} ({role})", listed(&only)),
    };
    let more = by_role.len().saturating_sub(NAMED);
    let terms = by_role.into_iter().take(NAMED).map(of).collect::<Vec<_>>().join(";");
    if more > 0 { format!("{terms}; and through {more} more roles") } else { terms }
}

/// The outcome for everybody else who requests something sensitive, if they get it nevertheless.
pub fn others(reached: &Reached) -> Option<&'static str> {
    match reached.others {
        CellOutcome::Recorded => Some("everybody else too, which Audit records"),
        _ => None,
    }
}

/// The headings of the sections.
pub const fn heading(section: Section, mode: Option<Mode>) -> &'static str {
    match (section, mode) {
        (Section::Sensitive, _) => "Tokens, certificates and the like",
        (Section::Closed, Some(Mode::Audit)) => "Granted to nobody, which Audit only records",
        (Section::Closed, None) => "Granted to nobody",
        (Section::Closed, _) => "Closed to everybody",
        (Section::Granted, _) => "Everything else that the rules name",
        (Section::Rest, _) => "Every other request",
    }
}

/// The meaning of the cells, for a line below a matrix. It explains only those that occur.
pub fn legend(matrix: &Matrix, denied: &str) -> Vec<String> {
    let cells = || matrix.rows.iter().flat_map(|row| &row.cells);
    let has = |outcome: CellOutcome| cells().any(|cell| cell.outcome == outcome && cell.in_part.is_none());
    let mut legend = Vec::new();
    if has(CellOutcome::Allowed) {
        legend.push("a name: allowed, through that role".to_owned());
    }
    if cells().any(|cell| cell.in_part.is_some()) {
        legend.push("part: only some of these requests, through that role".to_owned());
    }
    for (outcome, text) in [
        (CellOutcome::ByDefault, "default: allowed by the default access".to_owned()),
        (CellOutcome::NotEvaluated, "open: let through, the rules are not evaluated".to_owned()),
        (CellOutcome::Recorded, "recorded: not allowed, but recorded and let through".to_owned()),
        (CellOutcome::Denied, format!("{denied}: denied")),
        (CellOutcome::NotAllowed, "not allowed: what follows depends on the mode".to_owned()),
        (CellOutcome::Unknown, "?: not known yet".to_owned()),
        (CellOutcome::Impossible, "none: there is no such request or process".to_owned()),
    ] {
        if has(outcome) {
            legend.push(text);
        }
    }
    legend
}

/// What was left out, one sentence each.
pub fn left_out(matrix: &Matrix) -> Vec<String> {
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 more {one}"),
        _ => format!("{count} more {many}"),
    };
    let mut sentences = Vec::new();
    match (matrix.privileges_left_out, matrix.identities_left_out) {
        (0, 0) => {}
        (rows, 0) => sentences.push(format!("{} have no row here.", count(rows, "request", "requests"))),
        (0, columns) => {
            sentences.push(format!("{} have no column here.", count(columns, "identity", "identities")));
        }
        (rows, columns) => sentences.push(format!(
            "{} have no row here, and {} no column.",
            count(rows, "request", "requests"),
            count(columns, "identity", "identities")
        )),
    }
    if matrix.identities_not_checked > 0 {
        sentences.push(format!(
            "{} were not checked for tokens and certificates.",
            count(matrix.identities_not_checked, "identity", "identities")
        ));
    }
    if matrix.privileges_not_checked > 0 {
        sentences.push(format!(
            "{} for tokens and certificates were not checked.",
            count(matrix.privileges_not_checked, "privilege", "privileges")
        ));
    }
    sentences
}

/// The mode, as far as a matrix shows it.
pub fn mode_of(document: &super::Document) -> Option<Mode> {
    document.mode.as_deref().map(Mode::as_agent_reads)
}

/// The default access, likewise.
pub fn access_of(document: &super::Document) -> Option<DefaultAccess> {
    document.default_access.as_deref().map(DefaultAccess::as_agent_reads)
}
