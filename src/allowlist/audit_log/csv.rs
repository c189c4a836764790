//! Comma-separated results of Log Analytics (RFC 4180): columns by the names of a record's members, or one column
//! with the whole event.

use super::fields::{Fields, Member, Text};
use super::walk::row_of;
use super::{LONGEST_LINE, Reading, Record, TakesLines};

/// Whether a line is the heading of such a file.
pub(super) fn is_heading(line: &str) -> bool {
    let names = cells(line).unwrap_or_default();
    let whole = ["RenderedDescription", "SyslogMessage", "Message", "EventData"];
    let has = |member| names.iter().any(|name| Member::named(name) == member);
    !line.contains('{')
        && ((has(Member::Url) && has(Member::ExePath))
            || names.iter().any(|name| whole.iter().any(|whole| name.eq_ignore_ascii_case(whole))))
}

/// Takes the lines of such a file; a quoted cell may go over several.
#[derive(Default)]
pub(super) struct Csv {
    heading: Option<Vec<String>>,
    open: String,
    /// Whether a quoted cell is open at the end of `open`.
    quoted: bool,
}

impl TakesLines for Csv {
    fn line(&mut self, line: &str, reading: &mut Reading, found: &mut dyn FnMut(Record, &mut Reading)) {
        if self.quoted {
            self.open.push('\n');
        }
        self.open.push_str(line);
        self.quoted ^= line.bytes().filter(|&byte| byte == b'"').count() % 2 == 1;
        if self.quoted && self.open.len() > LONGEST_LINE {
            reading.too_long += 1;
            (self.quoted, self.open) = (false, String::new());
        }
        if self.quoted || self.open.is_empty() {
            return;
        }
        let row = cells(&std::mem::take(&mut self.open)).unwrap_or_default();
        let Some(heading) = &self.heading else {
            self.heading = Some(row);
            return;
        };
        let cut = row.len() < heading.len() && row.iter().any(|cell| !cell.is_empty());
        let mut records = 0;
        let mut each = |fields: Fields| {
            if let Some(record) = fields.record() {
                records += 1;
                found(record, reading);
            }
        };
        let values = row.into_iter().map(|cell| Text(Some(cell)));
        row_of(heading.iter().map(String::as_str), values, &mut each);
        if cut && records == 0 {
            reading.truncated += 1;
        }
    }

    fn end(&mut self, reading: &mut Reading, _: &mut dyn FnMut(Record, &mut Reading)) {
        reading.truncated += usize::from(!self.open.is_empty());
    }
}

/// The cells of a line, or nothing while a quoted one is still open.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            letter => cell.push(letter),
        }
    }
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted_and_hold_commas_quotes_and_ends_of_lines() {
        assert_eq!(cells("a,\"b,\"\"c\",,d").unwrap(), ["a", "b,\"c", "", "d"]);
        assert_eq!(cells("a,\"b"), None);
        assert_eq!(cells("a,\"b\nc\"").unwrap(), ["a", "b\nc"]);
    }

    #[test]
    fn headings_are_told_from_log_lines() {
        assert!(is_heading("TimeGenerated [UTC],url,ip,port,processFullPath,method"));
        assert!(is_heading("\"TimeGenerated\",\"SyslogMessage\""));
        assert!(!is_heading("2026-07-22T14:27:45.123 [INFO]    started, url unknown"));
        assert!(!is_heading("{\"url\":1,\"processFullPath\":2}"));
    }
}
