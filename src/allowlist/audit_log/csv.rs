//! Results of Log Analytics as a table (RFC 4180, also with semicolons or tabs): columns by the names of a record's members,
//! or one column with the whole event.

use super::fields::{FieldText, Fields, Member};
use super::json::row_of;
use super::{LONGEST_LINE, LineReader, Reading, Record};

/// The separator of such a table's cells, if a line is its heading.
pub(super) fn separator(line: &str) -> Option<char> {
    [',', '\t', ';'].into_iter().find(|separator| is_heading(line, *separator))
}

fn is_heading(line: &str, separator: char) -> bool {
    let names = cells(line, separator).unwrap_or_default();
    let whole = ["RenderedDescription", "SyslogMessage", "Message", "EventData"];
    let has = |member| names.iter().any(|name| Member::named(name) == member);
    !line.contains('{')
        && ((has(Member::Url) && has(Member::ExePath))
            || names.iter().any(|name| whole.iter().any(|whole| name.trim().eq_ignore_ascii_case(whole))))
}

/// Accepts the lines of such a file; a quoted cell may span several.
pub(super) struct Csv {
    separator: char,
    heading: Option<Vec<String>>,
    /// The lines whose last cell is not closed, and their number.
    open: String,
    lines: usize,
}

impl Csv {
    pub(super) fn new(separator: char) -> Self {
        Self { separator, heading: None, open: String::new(), lines: 0 }
    }

    /// Drops a row that is still open.
    fn drop_open_row(&mut self, reading: &mut Reading) {
        reading.truncated += usize::from(!self.open.trim().is_empty());
        reading.not_understood += self.lines.saturating_sub(1);
        self.open.clear();
        self.lines = 0;
    }
}

impl LineReader for Csv {
    fn line(&mut self, line: &str, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading)) {
        if self.lines > 0 {
            self.open.push('\n');
        }
        self.open.push_str(line);
        self.lines += 1;
        let Some(row) = cells(&self.open, self.separator) else {
            if self.open.len() > LONGEST_LINE || self.lines > LONGEST_CELL {
                self.drop_open_row(reading);
            }
            return;
        };
        let is_blank = self.open.trim().is_empty();
        self.open.clear();
        self.lines = 0;
        if is_blank {
            return;
        }
        let Some(heading) = &self.heading else {
            self.heading = Some(row);
            return;
        };
        let cut = row.len() < heading.len() && row.iter().any(|cell| !cell.is_empty());
        let mut records = 0;
        let mut on_fields = |fields: Fields| {
            if let Some(record) = fields.record() {
                records += 1;
                on_record(record, reading);
            }
        };
        let values = row.into_iter().map(|cell| FieldText(Some(cell)));
        row_of(heading.iter().map(String::as_str), values, &mut on_fields);
        match (records, cut) {
            (0, true) => reading.truncated += 1,
            (0, false) => reading.not_understood += 1,
            _ => {}
        }
    }

    fn end(&mut self, reading: &mut Reading, _: &mut dyn FnMut(Record, &mut Reading)) {
        self.drop_open_row(reading);
    }
}

/// How many lines a cell may span.
const LONGEST_CELL: usize = 200;

/// The cells of a line, or nothing while a quoted one is still open. A quote is special only at the beginning
/// of a cell.
fn cells(line: &str, separator: char) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut fresh) = (false, true);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if fresh => quoted = true,
            letter if letter == separator && !quoted => cells.push(String::new()),
            letter => cell.push(letter),
        }
        fresh = !quoted && letter == separator;
    }
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_may_contain_commas_quotes_and_line_ends() {
        assert_eq!(cells("a,\"b,\"\"c\",,d", ',').unwrap(), ["a", "b,\"c", "", "d"]);
        assert_eq!(cells("a,\"b", ','), None);
        assert_eq!(cells("a,\"b\nc\"", ',').unwrap(), ["a", "b\nc"]);
        assert_eq!(cells("a\tsh -c \"x\tb", '\t').unwrap(), ["a", "sh -c \"x", "b"]);
        assert_eq!(cells("a;\"b;c\";d", ';').unwrap(), ["a", "b;c", "d"]);
    }

    #[test]
    fn headings_are_distinguished_from_log_lines() {
        assert_eq!(separator("TimeGenerated [UTC],url,ip,port,processFullPath,method"), Some(','));
        assert_eq!(separator("TimeGenerated [UTC]\turl\tip\tport\tprocessFullPath\tmethod"), Some('\t'));
        assert_eq!(separator("\"TimeGenerated\";\"url\";\"processFullPath\""), Some(';'));
        assert_eq!(separator("\"TimeGenerated\",\"SyslogMessage\""), Some(','));
        assert_eq!(separator("2026-07-22T14:27:45.123 [INFO]    started, url unknown"), None);
        assert_eq!(separator("{\"url\":1,\"processFullPath\":2}"), None);
    }
}
