//! A matrix as tables in GitHub's Markdown.

use super::super::Mode;
use super::super::picture::{clipped, code, prose, visible};
use super::words::{heading, left_out, legend, others, reachers};
use super::{Cell, CellOutcome, Column, Matrix, Row, column_name, row_name, shown};

/// A matrix in Markdown: who reaches tokens and certificates, and who may send which request.
pub fn matrix_markdown(matrix: &Matrix, mode: Option<Mode>) -> String {
    let mut page = String::new();
    if !matrix.reached.is_empty() {
        page.push_str("| Who gets | |\n| --- | --- |\n");
        for reached in &matrix.reached {
            let mut who = reachers(reached);
            who.extend(others(reached).map(str::to_owned));
            let who = match who.as_slice() {
                [] => "**nobody**".to_owned(),
                who => who.iter().map(|one| prose(one)).collect::<Vec<_>>().join("<br>"),
            };
            let request = code(&super::words::request_text(&reached.request));
            page.push_str(&format!("| **{}** {request} | {who} |\n", reached.what));
        }
        page.push('\n');
    }
    page.push_str("| Request |");
    for column in &matrix.columns {
        page.push_str(&format!(" {} |", name(column)));
    }
    page.push_str("\n| --- |");
    page.push_str(&" --- |".repeat(matrix.columns.len()));
    page.push('\n');
    let mut section = None;
    for row in &matrix.rows {
        if section.replace(row.section) != Some(row.section) && row.section != super::Section::Rest {
            page.push_str(&format!("| ***{}*** |", heading(row.section, mode)));
            page.push_str(&" |".repeat(matrix.columns.len()));
            page.push('\n');
        }
        page.push_str(&format!("| {} |", request(row, mode)));
        for (cell, column) in row.cells.iter().zip(&matrix.columns) {
            page.push_str(&format!(" {} |", self::cell(cell, row, column)));
        }
        page.push('\n');
    }
    let mut notes = vec![format!("{}.", legend(matrix, "–").join("; "))];
    notes.extend(left_out(matrix));
    page.push_str(&format!("\n{}\n", notes.iter().map(|one| prose(one)).collect::<Vec<_>>().join(" ")));
    page
}

fn name(column: &Column) -> String {
    let name = column_name(column);
    match (&column.identity, column.is_everybody) {
        (None, _) => format!("*{name}*"),
        (Some(_), true) => format!("{} (**every process**)", code(&name)),
        (Some(_), false) => code(&name),
    }
}

fn request(row: &Row, mode: Option<Mode>) -> String {
    let (name, request) = row_name(row);
    let request = if row.section == super::Section::Rest { format!("*{request}*") } else { code(&request) };
    let name = name.map_or_else(String::new, |name| format!("{}: ", code(&name)));
    let closed = match (row.is_closed, mode) {
        (false, _) => "",
        (true, Some(Mode::Enforce)) => "<br>**closed to everybody**",
        (true, _) => "<br>**granted to nobody**",
    };
    format!("{name}{request}{closed}")
}

fn cell(cell: &Cell, row: &Row, column: &Column) -> String {
    let by = |by: &super::AllowedBy| code(&clipped(&visible(&by.role)));
    match (cell.outcome, &cell.in_part, &cell.by) {
        (_, Some(part), _) => format!("part: {}", by(part)),
        (CellOutcome::Allowed, _, Some(allowed)) => {
            let other = row.privilege.as_ref() != Some(&allowed.privilege) && row.privilege.is_some();
            let through = if other {
                format!(" via {}", code(&clipped(&visible(&allowed.privilege))))
            } else {
                String::new()
            };
            format!("**{}**{through}", by(allowed))
        }
        (CellOutcome::Denied, ..) => "–".to_owned(),
        (CellOutcome::ByDefault | CellOutcome::NotEvaluated, ..) => {
            format!("**{}**", shown(cell, Some(row), Some(column)).short)
        }
        _ => shown(cell, Some(row), Some(column)).short,
    }
}
