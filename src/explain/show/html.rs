//! One HTML page that contains everything it needs. It has one script, which is always the same and is
//! allowed by its hash alone. Text from the rules is never markup or code.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::Report;
use super::super::difference::{ChangeKind, VersionDifference};
use super::super::version::Explained;
use super::words::{MOST, heading, merged_changes, plain, verdict};
use super::{HTML, MOST_PAGES, matrix, mode, more};
use crate::allowlist::{
    Cell, CellOutcome, Column, Finding, Matrix, MatrixSource, Row, Section, Severity, Table, UnknownParts,
    column_name, escaped, group, matrix_words, row_name, shown, svg,
};
use crate::allowlist::{clipped, listed};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// From this number of columns on, their names are written vertically.
const MANY: usize = 9;
/// How many findings of a kind are listed.
const FINDINGS: usize = 20;
/// How many cells the matrices of all versions have together.
const MOST_CELLS: usize = 60_000;

/// The page.
pub(super) fn html(report: &Report) -> String {
    let mut body = String::new();
    if let Some(differences) = &report.differences {
        body.push_str(&changes(differences, report.code));
    }
    let mut data = Vec::new();
    let mut remaining_cells = MOST_CELLS;
    for (number, one) in report.versions.iter().take(MOST_PAGES).enumerate() {
        body.push_str(&version(one, number, &mut data, &mut remaining_cells));
    }
    if let Some(more) = more(report) {
        body.push_str(&format!("<p>{}</p>\n", escaped(&more)));
    }
    if !report.unread.is_empty() {
        body.push_str("<section><h2>What cannot be read</h2><ul>\n");
        for what in report.unread.iter().take(MOST) {
            body.push_str(&format!("<li>{}</li>\n", escaped(&plain(what))));
        }
        body.push_str("</ul></section>\n");
    }
    let name = escaped(&plain(&report.name));
    // Nothing in a data block can end it.
    let data =
        json!(data).to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Who may call what: {name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Who may call what</h1><p class=\"dim\">{name}</p>{}</header>\n<main>\n{body}</main>\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        hash(STYLE),
        hash(SCRIPT),
        contents(report)
    )
}

/// The hash of a text, as a policy names it.
fn hash(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    format!("sha256-{}", STANDARD.encode(digest.as_ref()))
}

fn contents(report: &Report) -> String {
    if report.versions.len() < 2 {
        return String::new();
    }
    let of = |(number, one): (usize, &Explained)| {
        format!("<li><a href=\"#v{number}\">{}</a></li>", escaped(&plain(&one.title)))
    };
    let links: String = report.versions.iter().take(MOST_PAGES).enumerate().map(of).collect();
    format!("<nav aria-label=\"Versions\"><ul>{links}</ul></nav>")
}

fn version(one: &Explained, number: usize, data: &mut Vec<Value>, remaining_cells: &mut usize) -> String {
    let id = format!("v{number}");
    let mut page = format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{}</h2>\n",
        escaped(&plain(&one.title))
    );
    for sentence in one.picture.sentences() {
        page.push_str(&format!("<p>{}</p>\n", escaped(&plain(&sentence))));
    }
    let size = crate::allowlist::Size { rows: HTML.rows.min(*remaining_cells / HTML.columns + 10), ..HTML };
    match matrix(one, size) {
        Some(matrix) => {
            *remaining_cells = remaining_cells.saturating_sub(matrix.rows.len() * matrix.columns.len());
            page.push_str(&reached(&matrix));
            page.push_str(&table(&matrix, one, &id));
            page.push_str(&tester(one, &matrix, &id, data));
        }
        None => page.push_str("<p><strong>The rules are not known.</strong></p>\n"),
    }
    page.push_str(&findings(one));
    if one.extent != UnknownParts::Rules {
        page.push_str(&format!("<h3>Diagram</h3>\n<div class=\"drawing\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram\">{}</div>\n", svg(&one.picture)));
    }
    page.push_str("</section>\n");
    page
}

/// Who gets tokens and certificates.
fn reached(matrix: &Matrix) -> String {
    if matrix.reached.is_empty() {
        return String::new();
    }
    let mut page = "<h3>Who gets tokens, certificates and the like</h3>\n<div class=\"cards\">\n".to_owned();
    for one in &matrix.reached {
        let mut who = matrix_words::reachers(one);
        who.extend(matrix_words::others(one).map(str::to_owned));
        let more = who.len().saturating_sub(MOST);
        let class = if who.is_empty() { "card nobody" } else { "card" };
        page.push_str(&format!(
            "<div class=\"{class}\"><h4>{}</h4><code>{}</code><ul>",
            escaped(&one.what.to_string()),
            escaped(&matrix_words::request_text(&one.request))
        ));
        match who.as_slice() {
            [] => page.push_str("<li>nobody</li>"),
            who => who.iter().take(MOST).for_each(|one| page.push_str(&format!("<li>{}</li>", escaped(one)))),
        }
        if more > 0 {
            page.push_str(&format!("<li>and {more} more</li>"));
        }
        page.push_str("</ul></div>\n");
    }
    page.push_str("</div>\n");
    page
}

fn table(matrix: &Matrix, one: &Explained, id: &str) -> String {
    let many = if matrix.columns.len() >= MANY { " many" } else { "" };
    let mut page = format!(
        "<h3 id=\"{id}-matrix\">Who may send which request</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-labelledby=\"{id}-matrix\">\n<table class=\"matrix{many}\">\n<thead><tr><th scope=\"col\" class=\"what\">Request</th>"
    );
    for column in &matrix.columns {
        let name = escaped(&column_name(column));
        let more = match (&column.identity, column.is_everybody, column.is_idle) {
            (_, true, _) => " (every process)",
            (Some(_), _, true) => " (no role)",
            _ => "",
        };
        page.push_str(&format!(
            "<th scope=\"col\" class=\"who\" title=\"{name}{more}\"><span>{name}{more}</span></th>"
        ));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    let all = matrix.columns.len() + 1;
    let mut section = None;
    for row in &matrix.rows {
        if section.replace(row.section) != Some(row.section) && row.section != Section::Rest {
            let heading = escaped(matrix_words::heading(row.section, mode(one)));
            page.push_str(&format!(
                "<tr class=\"section\"><th colspan=\"{all}\" scope=\"rowgroup\">{heading}</th></tr>\n"
            ));
        }
        page.push_str(&format!("<tr><th scope=\"row\" class=\"what\">{}</th>", request(row)));
        for (cell, column) in row.cells.iter().zip(&matrix.columns) {
            page.push_str(&self::cell(cell, row, column));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
    let mut notes = vec![format!("{}.", matrix_words::legend(matrix, "\u{2013}").join("; "))];
    notes.extend(matrix_words::left_out(matrix));
    page.push_str(&format!("<p class=\"dim\">{}</p>\n", escaped(&notes.join(" "))));
    page
}

fn request(row: &Row) -> String {
    let (name, request) = row_name(row);
    let mut text = name.map_or_else(String::new, |name| format!("<b>{}</b> ", escaped(&name)));
    text.push_str(&match row.section {
        Section::Rest => format!("<b>{request}</b>"),
        _ => format!("<code>{}</code>", escaped(&request)),
    });
    for what in &row.reaches {
        text.push_str(&format!("<span class=\"tag secret\">{}</span>", escaped(&what.to_string())));
    }
    if row.is_closed {
        text.push_str("<span class=\"tag shut\">closed</span>");
    }
    let refused = row.cells.iter().filter(|cell| class(cell) == "no").count();
    if refused > 0 {
        let all = if refused == row.cells.len() { "everybody".to_owned() } else { refused.to_string() };
        text.push_str(&format!("<span class=\"sum\">denied to {all}</span>"));
    }
    text
}

fn class(cell: &Cell) -> &'static str {
    match (cell.outcome, &cell.in_part) {
        (_, Some(_)) => "part",
        (CellOutcome::Allowed, _) => "yes",
        (CellOutcome::ByDefault | CellOutcome::NotEvaluated, _) => "open",
        (CellOutcome::Recorded, _) => "rec",
        (CellOutcome::Denied, _) => "no",
        (CellOutcome::NotAllowed | CellOutcome::Unknown | CellOutcome::Impossible, _) => "dont",
    }
}

fn cell(cell: &Cell, row: &Row, column: &Column) -> String {
    let words = shown(cell, Some(row), Some(column));
    let class = class(cell);
    let short = if class == "no" { "\u{2013}".to_owned() } else { escaped(&clipped(&words.short)) };
    let via = match &cell.by {
        Some(by) if row.privilege.is_some() && row.privilege.as_ref() != Some(&by.privilege) => {
            format!("<span class=\"via\"> via {}</span>", escaped(&clipped(&plain(&by.privilege))))
        }
        _ => String::new(),
    };
    let name = escaped(&clipped(&column_name(column)));
    let long = escaped(&clipped(&words.long));
    // A screen reader reads the clause and not the dash.
    format!(
        "<td class=\"{class}\" data-who=\"{name}\" title=\"{name}: {long}\"><span aria-hidden=\"true\">{short}{via}</span>\
         <span class=\"sr\">{long}</span></td>"
    )
}

/// The form that asks who may send a request, and its data.
fn tester(one: &Explained, matrix: &Matrix, id: &str, data: &mut Vec<Value>) -> String {
    let source = MatrixSource {
        document: &one.document,
        endpoint: one.profile.endpoint,
        os_type: one.profile.os_type,
        is_open: &|text| one.is_placeholder(text),
    };
    let Some(table) = Table::new(&source, matrix) else {
        return "<p class=\"dim onscreen\">Requests cannot be tried here: not everything is known, or there is too much of it.</p>\n"
            .to_owned();
    };
    let example = matrix.rows.first().and_then(|row| row.target.as_deref()).unwrap_or("/metadata/instance");
    let note = match matrix.identities_left_out {
        0 => String::new(),
        more => format!("<p class=\"dim\">{more} more identities are not checked.</p>\n"),
    };
    let page = format!(
        "<div class=\"onscreen\"><h3 id=\"{id}-who\">Who may GET this path?</h3>\n<form class=\"tester\" id=\"{id}-tester\" hidden>\
         <input type=\"text\" aria-labelledby=\"{id}-who\" spellcheck=\"false\" autocomplete=\"off\" autocapitalize=\"off\" \
         value=\"{}\"><button type=\"submit\">Decide</button></form>\n<noscript><p>This part needs scripts.</p></noscript>\n{note}\
         <div class=\"result\" id=\"{id}-result\" role=\"status\" aria-live=\"polite\"></div></div>\n",
        escaped(example)
    );
    data.push(page_data(id, &table));
    page
}

/// The table for the script.
pub(in crate::explain) fn page_data(id: &str, table: &Table) -> Value {
    let privileges: Vec<_> = table
        .privileges
        .iter()
        .map(|one| {
            let by: BTreeMap<String, [&String; 2]> = one
                .by
                .iter()
                .map(|(column, (role, identity))| (column.to_string(), [role, identity]))
                .collect();
            let query: Vec<[&String; 2]> = one.query.iter().map(|(key, value)| [key, value]).collect();
            json!({ "name": one.name, "path": one.path, "query": query, "by": by })
        })
        .collect();
    json!({
        "id": id, "columns": table.columns, "evaluated": table.is_evaluated, "otherwise": table.otherwise.as_str(),
        "refused": table.refused.as_str(), "privileges": privileges,
    })
}

fn findings(one: &Explained) -> String {
    let count = |severity| one.findings.iter().filter(|one| one.severity == severity).count();
    let counts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
            .into_iter()
            .map(|(severity, word)| (count(severity), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
    if counts.is_empty() {
        let is_known = one.unknown.is_empty() && one.missing.is_empty();
        return format!(
            "<h3>{}</h3>\n",
            if is_known { "No findings" } else { "Checked as far as it is known" }
        );
    }
    let mut page = format!("<h3>Findings: {}</h3>\n<ul class=\"findings\">\n", counts.join(", "));
    for group in group(one.findings.iter().cloned()) {
        for finding in group.findings.iter().take(FINDINGS) {
            page.push_str(&self::finding(finding));
        }
        if let Some(more @ 1..) = group.findings.len().checked_sub(FINDINGS) {
            page.push_str(&format!("<li>and {more} more of {}</li>\n", group.id));
        }
    }
    page.push_str("</ul>\n");
    page
}

fn finding(one: &Finding) -> String {
    let fix = one
        .suggestion
        .as_deref()
        .map_or_else(String::new, |text| format!("<span class=\"fix\">{}</span>", escaped(&plain(text))));
    format!(
        "<li><span class=\"tag {0}\">{0}</span><b>{1}</b> {2}: <code>{3}</code> {4}{fix}</li>\n",
        one.severity,
        one.id,
        escaped(one.id.entry().title),
        escaped(&plain(&one.subject.to_string())),
        escaped(&plain(&one.message))
    )
}

fn changes(all: &[VersionDifference], code: u8) -> String {
    let is_bad = all.iter().any(|one| one.loses() || one.opens()) || code == 1;
    let bad = if is_bad { " bad" } else { "" };
    let mut page = format!(
        "<section id=\"changes\"><h2>What changes</h2>\n<p class=\"verdict{bad}\">{}</p>\n",
        escaped(&verdict(all, code))
    );
    for one in all.iter().filter(|one| one.kind != ChangeKind::Unchanged).take(MOST_PAGES) {
        page.push_str(&format!("<h3>{}</h3>\n", escaped(&heading(one))));
        for note in one.notes.iter().chain(&one.unknown) {
            page.push_str(&format!("<p>{}</p>\n", escaped(&plain(note))));
        }
        if !one.consequences.is_empty() {
            page.push_str("<ul class=\"findings\">\n");
            for one in one.consequences.iter().take(MOST) {
                let (class, word) = if one.is_loss { ("warning", "loss") } else { ("error", "danger") };
                page.push_str(&format!(
                    "<li><span class=\"tag {class}\">{word}</span>{}</li>\n",
                    escaped(&plain(&one.text))
                ));
            }
            page.push_str("</ul>\n");
            page.push_str(&cut(one.consequences.len()));
        }
        page.push_str(&decisions(one));
        for (heading, sign, grants) in
            [("Grants gained", '+', &one.gained), ("Grants lost", '\u{2212}', &one.lost)]
        {
            if grants.is_empty() {
                continue;
            }
            page.push_str(&format!("<h4>{heading} ({})</h4>\n<ul class=\"grants\">\n", grants.len()));
            for grant in grants.iter().take(MOST) {
                page.push_str(&format!("<li>{sign} {}</li>\n", escaped(&plain(grant))));
            }
            page.push_str("</ul>\n");
            page.push_str(&cut(grants.len()));
        }
    }
    let shown = all.iter().filter(|one| one.kind != ChangeKind::Unchanged).count();
    if let Some(more @ 1..) = shown.checked_sub(MOST_PAGES) {
        page.push_str(&format!("<p>{more} more changes are not shown.</p>\n"));
    }
    page.push_str("</section>\n");
    page
}

fn decisions(one: &VersionDifference) -> String {
    let changes = &one.compared.changes;
    if changes.is_empty() {
        return String::new();
    }
    let mut page = "<table class=\"plain\"><thead><tr><th scope=\"col\">Change</th><th scope=\"col\">Request</th>\
                    <th scope=\"col\">By</th><th scope=\"col\">Before</th><th scope=\"col\">After</th></tr></thead>\n<tbody>\n"
        .to_owned();
    let rows = merged_changes(changes);
    for one in rows.iter().take(MOST) {
        let lower = one.word.to_lowercase();
        let secrets: String = one
            .sensitive
            .iter()
            .map(|what| format!("<span class=\"tag secret\">{}</span>", escaped(&what.to_string())))
            .collect();
        page.push_str(&format!(
            "<tr><td><span class=\"tag {}\">{lower}</span></td><td><code>{}</code>{secrets}</td><td data-who=\"by\">{}</td>\
             <td data-who=\"before\">{}</td><td data-who=\"after\">{}</td></tr>\n",
            one.word,
            escaped(&one.request),
            escaped(&listed(&one.callers)),
            escaped(&one.before),
            escaped(&one.after)
        ));
    }
    page.push_str("</tbody></table>\n");
    page.push_str(&cut(rows.len() + one.compared.more));
    page
}

fn cut(count: usize) -> String {
    if count > MOST { format!("<p>and {} more</p>\n", count - MOST) } else { String::new() }
}
