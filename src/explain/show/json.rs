//! The output for programs. `docs/guides/policies-in-a-pipeline.md` documents the form: members are added,
//! and none is renamed or removed while `format_version` stays.

use serde_json::{Value, json};

use super::super::Report;
use super::super::difference::VersionDifference;
use super::super::version::{Explained, NotChecked};
use super::{JSON, MOST_PAGES, matrix, words};
use crate::allowlist::{
    AllowedBy, Cell, ChangedDecision, Finding, Matrix, Reached, Row, RowRequest, Sensitive, Size,
    UnknownParts,
};

/// The version of the form.
const FORMAT: &str = "1.0";
/// How many findings, grants and changes of a version are listed; `complete` shows whether that is all.
const MOST: usize = 1_000;
/// How many decisions are listed of all versions together.
const MOST_CELLS: usize = 100_000;

/// Everything, as JSON.
pub(super) fn json(report: &Report) -> String {
    let mut remaining_cells = MOST_CELLS;
    let versions: Vec<_> =
        report.versions.iter().take(MOST_PAGES).map(|one| version(one, &mut remaining_cells)).collect();
    let not_shown: Vec<_> =
        report.versions.iter().skip(MOST_PAGES).take(MOST).map(|one| one.title.as_str()).collect();
    let differences = report.differences.as_ref().map(|all| all.iter().map(difference).collect::<Vec<_>>());
    let differences = differences.map(|all| {
        let loses = report.differences.iter().flatten().any(VersionDifference::loses);
        let opens = report.differences.iter().flatten().any(VersionDifference::opens);
        json!({ "loses_access": loses, "opens_sensitive": opens, "versions": all })
    });
    let whole = json!({
        "format_version": FORMAT,
        "file": report.name,
        "exit_code": report.code,
        "complete": report.versions.len() <= MOST_PAGES,
        "versions": versions,
        "versions_not_shown": not_shown,
        "changes": differences,
        "not_read": report.unread,
    });
    format!("{whole:#}\n")
}

fn version(one: &Explained, remaining_cells: &mut usize) -> Value {
    let size = Size { rows: JSON.rows.min(*remaining_cells / JSON.columns + 10), ..JSON };
    let matrix = matrix(one, size);
    let cells = matrix.as_ref().map_or(0, |matrix| matrix.rows.len() * matrix.columns.len());
    *remaining_cells = remaining_cells.saturating_sub(cells);
    let is_known = one.unknown.is_empty() && one.missing.is_empty();
    let checks = |one: &NotChecked| {
        let ids: Vec<_> = one.ids.iter().map(ToString::to_string).collect();
        json!({ "needs": one.needs, "ids": ids })
    };
    let is_complete = matrix.as_ref().is_some_and(Matrix::is_complete) && one.findings.len() <= MOST;
    json!({
        "title": one.title,
        "mode": one.document.mode,
        "default_access": one.document.default_access,
        "applicable_host_endpoint": one.profile.endpoint.map(|one| one.as_str()),
        "os_type": one.profile.os_type.map(|one| one.as_str()),
        "known": is_known,
        "rules_known": one.extent != UnknownParts::Rules,
        "complete": is_complete,
        "unknown": one.unknown.iter().chain(&one.missing).collect::<Vec<_>>(),
        "findings": one.findings.iter().take(MOST).map(finding).collect::<Vec<_>>(),
        "not_checked": one.not_checked.iter().map(checks).collect::<Vec<_>>(),
        "sensitive": matrix.as_ref().map(sensitive),
        "decisions": matrix.as_ref().map(decisions),
        "not_listed": matrix.as_ref().map(|matrix| json!({
            "requests": matrix.privileges_left_out,
            "identities": matrix.identities_left_out,
            "identities_not_asked_about_sensitive": matrix.identities_not_checked,
            "privileges_not_asked_about_sensitive": matrix.privileges_not_checked,
        })),
    })
}

fn finding(one: &Finding) -> Value {
    json!({
        "id": one.id.to_string(), "severity": one.severity.as_str(), "high": one.high, "title": one.id.entry().title,
        "subject": one.subject.to_string(), "message": one.message, "suggestion": one.suggestion,
    })
}

/// Who reaches what: each request for it with the identities that are allowed to send it.
fn sensitive(matrix: &Matrix) -> Value {
    let of = |one: &Reached| {
        let by: Vec<_> = one
            .by
            .iter()
            .map(|reacher| {
                json!({
                    "identity": reacher.identity, "decision": reacher.outcome.as_str(), "by": reacher.by.as_ref().map(by),
                    "only": reacher.only.as_ref().map(request),
                })
            })
            .collect();
        json!({
            "what": kind(one.what), "request": request(&one.request), "allowed": by,
            "every_other_process": one.others.as_str(),
        })
    };
    matrix.reached.iter().map(of).collect()
}

fn decisions(matrix: &Matrix) -> Value {
    let row = |row: &Row| {
        let cells: Vec<_> = matrix
            .columns
            .iter()
            .zip(&row.cells)
            .map(|(column, one)| {
                let mut cell = cell(one);
                if let Some(object) = cell.as_object_mut() {
                    object.insert("identity".to_owned(), json!(column.identity));
                }
                cell
            })
            .collect();
        json!({
            "section": row.section.as_str(), "privilege": row.privilege, "request": request(&row.request),
            "target": row.target, "closed": row.is_closed,
            "reaches": row.reaches.iter().map(|what| kind(*what)).collect::<Vec<_>>(), "by_identity": cells,
        })
    };
    matrix.rows.iter().map(row).collect()
}

fn cell(cell: &Cell) -> Value {
    json!({
        "decision": cell.outcome.as_str(), "by": cell.by.as_ref().map(by), "in_part": cell.in_part.as_ref().map(by),
    })
}

fn by(by: &AllowedBy) -> Value {
    json!({ "role": by.role, "privilege": by.privilege, "identity": by.identity })
}

fn request(request: &RowRequest) -> Value {
    json!({ "path": request.path, "query_parameters": request.query_parameters })
}

/// The name of a kind of sensitive data.
const fn kind(what: Sensitive) -> &'static str {
    match what {
        Sensitive::ManagedIdentityToken => "managed_identity_token",
        Sensitive::AttestedData => "attested_data",
        Sensitive::Certificates => "certificates",
        Sensitive::GoalState => "goal_state",
    }
}

fn difference(one: &VersionDifference) -> Value {
    let change = |one: &ChangedDecision| {
        json!({
            "identity": one.identity, "identity_is_former": one.is_former, "request": request(&one.request),
            "target": one.target, "sensitive": one.sensitive.iter().map(|what| kind(*what)).collect::<Vec<_>>(),
            "before": cell(&one.before), "after": cell(&one.after), "opens": one.opens(), "closes": one.closes(),
        })
    };
    let listed = |all: &[String]| all.iter().take(MOST).cloned().collect::<Vec<_>>();
    json!({
        "title": one.title, "was": one.was, "kind": one.kind.as_str(),
        "loses_access": one.loses(), "opens_sensitive": one.opens(),
        "consequences": one.consequences.iter().take(MOST).map(|one| json!({
            "kind": if one.is_loss { "loss" } else { "danger" }, "message": one.text,
        })).collect::<Vec<_>>(),
        "decisions": one.compared.changes.iter().map(change).collect::<Vec<_>>(),
        "grants_gained": listed(&one.gained), "grants_lost": listed(&one.lost),
        "complete": one.compared.is_complete && one.compared.more == 0 && one.gained.len().max(one.lost.len()) <= MOST,
        "notes": one.notes, "unknown": one.unknown.iter().map(|text| words::plain(text)).collect::<Vec<_>>(),
    })
}
