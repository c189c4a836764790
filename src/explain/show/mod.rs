//! The result in each format.

mod change_markdown;
mod change_text;
mod html;
mod json;
mod words;

use super::Report;
#[cfg(test)]
pub(super) use html::page_data;

use super::arguments::Format;
use super::version::Explained;
use crate::allowlist::{
    Matrix, MatrixSource, Size, UnknownParts, graphviz, markdown, matrix_markdown, matrix_text, matrix_words,
    mermaid, text,
};

/// How many versions are shown; the others are only named.
const MOST_PAGES: usize = 50;
/// How many of the versions that are not shown are named.
const MOST_NAMED: usize = 20;

/// A report in a format. Text is at most this wide where possible.
pub(super) fn report(report: &Report, format: Format, width: usize) -> String {
    let pictures = || report.versions.iter().map(|one| one.picture.clone()).collect::<Vec<_>>();
    let shown = || report.versions.iter().take(MOST_PAGES);
    let differences = report.differences.as_deref();
    match format {
        Format::Json => json::json(report),
        Format::Html => html::html(report),
        _ if report.versions.is_empty() && differences.is_none() => String::new(),
        Format::Text => {
            let differences = differences.map(|all| change_text::differences(all, report.code, width));
            let pages = shown().map(|one| {
                let matrix = matrix(one, TEXT).map(|matrix| matrix_text(&matrix, mode(one), width));
                text(&one.picture, matrix.as_deref(), &one.findings)
            });
            differences.into_iter().chain(pages).chain(more(report)).collect::<Vec<_>>().join("\n")
        }
        Format::Markdown => {
            let differences = differences.map(|all| change_markdown::differences(all, report.code));
            let pages = shown().map(|one| {
                let matrix = matrix(one, MARKDOWN).map(|matrix| matrix_markdown(&matrix, mode(one)));
                markdown(&one.picture, matrix.as_deref(), &one.findings)
            });
            differences.into_iter().chain(pages).chain(more(report)).collect::<Vec<_>>().join("\n")
        }
        Format::Mermaid => mermaid(&pictures()),
        Format::Dot => graphviz(&pictures()),
    }
}

const TEXT: Size = Size { rows: 120, columns: 20 };
const MARKDOWN: Size = Size { rows: 80, columns: 20 };
const HTML: Size = Size { rows: 300, columns: 60 };
const JSON: Size = Size { rows: 500, columns: 100 };

/// The matrix of a version; `None` if its rules are not known, or contain nothing to ask about.
fn matrix(one: &Explained, size: Size) -> Option<Matrix> {
    if one.extent == UnknownParts::Rules {
        return None;
    }
    let source = MatrixSource {
        document: &one.document,
        endpoint: one.profile.endpoint,
        os_type: one.profile.os_type,
        is_open: &|text| one.is_placeholder(text),
    };
    Some(Matrix::new(&source, size))
}

fn mode(one: &Explained) -> Option<crate::allowlist::Mode> {
    matrix_words::mode_of(&one.document)
}

/// The sentence about versions that are not shown.
fn more(report: &Report) -> Option<String> {
    let rest = report.versions.get(MOST_PAGES..).filter(|rest| !rest.is_empty())?;
    let names: Vec<_> = rest.iter().take(MOST_NAMED).map(|one| words::plain(&one.title)).collect();
    let dots = if rest.len() > MOST_NAMED { ", \u{2026}" } else { "" };
    Some(format!("{} more versions are not shown: {}{dots}\n", rest.len(), names.join(", ")))
}
