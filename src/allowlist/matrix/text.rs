//! A matrix for a terminal of some width.

use super::super::Mode;
use super::words::{heading, left_out, legend, others, reachers};
use super::{Cell, CellOutcome, Column, Matrix, Row, Section, column_name, row_name, shown};

/// The narrowest supported terminal.
const NARROWEST: usize = 40;
/// The widest cell.
const WIDEST_CELL: usize = 16;
/// The narrowest cell.
const NARROWEST_CELL: usize = 6;

/// A matrix as text, at most so wide. Columns that do not fit next to each other follow below.
pub fn matrix_text(matrix: &Matrix, mode: Option<Mode>, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut page = Page { text: String::new(), width };
    if !matrix.reached.is_empty() {
        page.line(2, "Who gets tokens, certificates and the like");
        for reached in &matrix.reached {
            let mut who = reachers(reached);
            who.extend(others(reached).map(str::to_owned));
            if who.is_empty() {
                who.push("nobody".to_owned());
            }
            page.wrapped(4, &format!("{} ({}):", reached.what, super::words::request_text(&reached.request)));
            who.iter().for_each(|one| page.wrapped(6, one));
        }
        page.text.push('\n');
    }
    page.line(2, "Who may send what");
    let labels: Vec<String> = matrix.rows.iter().map(label).collect();
    let longest = labels.iter().map(|label| size(label)).max().unwrap_or_default();
    let first = longest.min(width * 2 / 5).max(12);
    let cells: Vec<usize> = matrix
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let texts =
                matrix.rows.iter().filter_map(|row| Some(size(&text(row.cells.get(place)?, row, column))));
            let widest = texts.chain([size(&column_name(column))]).max().unwrap_or_default();
            widest.clamp(NARROWEST_CELL, WIDEST_CELL)
        })
        .collect();
    let mut start = 0;
    while start < matrix.columns.len() {
        let mut end = start;
        let mut used = 4 + first;
        while let Some(cell) = cells.get(end).filter(|cell| end == start || used + 2 + **cell <= width) {
            used += 2 + cell;
            end += 1;
        }
        page.block(matrix, mode, &labels, first, start..end, &cells);
        start = end;
    }
    page.text.push('\n');
    page.wrapped(4, &format!("{}.", legend(matrix, "-").join("; ")));
    for sentence in left_out(matrix) {
        page.wrapped(4, &sentence);
    }
    page.text
}

fn label(row: &Row) -> String {
    match row_name(row) {
        (Some(name), request) => format!("{name}: {request}"),
        (None, request) => request,
    }
}

fn text(cell: &Cell, row: &Row, column: &Column) -> String {
    match (cell.outcome, &cell.in_part) {
        (CellOutcome::Denied, None) => "-".to_owned(),
        _ => shown(cell, Some(row), Some(column)).short,
    }
}

/// The number of terminal cells of a text, as far as this is known without tables: letters of East Asian
/// writing have two.
fn size(text: &str) -> usize {
    text.chars().map(wide).sum()
}

fn wide(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// A text of exactly so many cells: padded, or with its middle omitted.
fn fitted(text: &str, cells: usize) -> String {
    let all = size(text);
    if all <= cells {
        return format!("{text}{}", " ".repeat(cells - all));
    }
    let room = cells.saturating_sub(1);
    let (mut head, mut tail) = (String::new(), Vec::new());
    let mut used = 0;
    for c in text.chars() {
        if used + wide(c) > room.div_ceil(2) {
            break;
        }
        used += wide(c);
        head.push(c);
    }
    for c in text.chars().rev() {
        if used + wide(c) > room {
            break;
        }
        used += wide(c);
        tail.push(c);
    }
    let tail: String = tail.into_iter().rev().collect();
    format!("{head}\u{2026}{tail}{}", " ".repeat(room.saturating_sub(used)))
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&" ".repeat(depth));
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A sentence, wrapped to the width.
    fn wrapped(&mut self, depth: usize, text: &str) {
        let room = self.width.saturating_sub(depth + 2);
        let mut line = String::new();
        let mut at = depth;
        for word in text.split(' ') {
            if !line.is_empty() && size(&line) + 1 + size(word) > room {
                self.line(at, &std::mem::take(&mut line));
                at = depth + 2;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(at, &line);
    }

    fn block(
        &mut self,
        matrix: &Matrix,
        mode: Option<Mode>,
        labels: &[String],
        first: usize,
        columns: std::ops::Range<usize>,
        cells: &[usize],
    ) {
        let all = || columns.clone().zip(cells.get(columns.clone()).unwrap_or_default());
        self.text.push('\n');
        let mut head = fitted("", first);
        for (place, cell) in all() {
            let Some(column) = matrix.columns.get(place) else { continue };
            head.push_str(&format!("  {}", fitted(&column_name(column), *cell)));
        }
        self.line(4, &head);
        let mut section = None;
        for (row, label) in matrix.rows.iter().zip(labels) {
            if section.replace(row.section) != Some(row.section) && row.section != Section::Rest {
                self.line(3, fitted(heading(row.section, mode), self.width - 4).trim_end());
            }
            let mut line = fitted(label, first);
            for (place, cell) in all() {
                let (Some(one), Some(column)) = (row.cells.get(place), matrix.columns.get(place)) else {
                    continue;
                };
                line.push_str(&format!("  {}", fitted(&text(one, row, column), *cell)));
            }
            self.line(4, &line);
        }
    }
}
