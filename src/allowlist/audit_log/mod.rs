//! Reads the logs of guest agents, in every form in which they occur.
//!
//! One connection summary is a JSON object (`proxy_summary.rs`, lines 12-31). It occurs:
//! - bare, one to a line;
//! - after a header, in `ProxyAgent.Connection.log` and in syslog or journal lines;
//! - as a text inside other JSON, in Windows events and telemetry;
//! - split into columns, in results of Log Analytics: as JSON, or as a table with commas, semicolons or tabs.
//!
//! At level Trace the connection log also has every request in several lines, which this module combines. The
//! system log has a line for each request that Audit mode would deny, but does not name the caller.
//!
//! The reader looks at the beginning to distinguish lines, tables and JSON documents. It never keeps more
//! than one line or one value in memory. It accepts garbage, truncated lines and bytes that are not UTF-8,
//! and counts what it does not understand. It is generic over [`BufRead`] and opens nothing itself.

mod csv;
mod fields;
mod json;
mod line;
mod record;
mod time;
mod trace;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Cursor, Read};

use super::Endpoint;

pub use record::{Outcome, Record};

use csv::Csv;
use line::Lines;

/// The longest line that is read; longer ones are skipped and counted. A record is far shorter.
pub const LONGEST_LINE: usize = 1 << 20;

/// How many different requests that Audit mode would deny are kept.
const MOST_DENIED: usize = 10_000;

/// The result of reading a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The number of lines, or of elements of a document.
    pub lines: usize,
    /// The connection summaries. The agent thins these out.
    pub summaries: usize,
    /// Requests combined from a Trace log. These are complete.
    pub traced: usize,
    /// Lines that begin a record but break off.
    pub truncated: usize,
    /// Lines that look like a record but are not well-formed.
    pub malformed: usize,
    /// Lines longer than [`LONGEST_LINE`].
    pub too_long: usize,
    /// Other lines that are not blank, rows and elements in which nothing was understood.
    pub not_understood: usize,
    /// Whether it is a table or a list, which may be empty.
    pub is_table: bool,
    /// Requests that Audit mode would deny according to the system log, by endpoint and target, and their
    /// number.
    pub denied: BTreeMap<(Endpoint, String), usize>,
    /// The earliest time, as it was written.
    pub first_time: Option<String>,
    /// The latest time.
    pub last_time: Option<String>,
}

impl Reading {
    /// The number of records found.
    pub const fn records(&self) -> usize {
        self.summaries + self.traced
    }

    /// Why nothing was read from the log; nothing if something was, or if it is a table without rows.
    pub fn problem(&self) -> Option<String> {
        if self.records() > 0 || !self.denied.is_empty() {
            return None;
        }
        let lines = self.truncated + self.malformed + self.too_long + self.not_understood;
        if lines == 0 {
            return (!self.is_table).then(|| "it is empty".to_owned());
        }
        let lines =
            if lines == 1 { "1 line or element".to_owned() } else { format!("{lines} lines or elements") };
        Some(format!(
            "nothing in it was understood ({lines}). It accepts the agent's connection summaries: as lines \
             of ProxyAgent.Connection.log, of syslog or the journal, as events in JSON, or as a result of \
             Log Analytics in JSON or as a table with its heading"
        ))
    }

    fn count_denied(&mut self, endpoint: Endpoint, url: &str) {
        let key = (endpoint, url.to_owned());
        if self.denied.len() < MOST_DENIED || self.denied.contains_key(&key) {
            *self.denied.entry(key).or_default() += 1;
        }
    }

    fn count_record(&mut self, record: &Record) {
        if record.traced {
            self.traced += 1;
        } else {
            self.summaries += 1;
        }
        let Some(time) = &record.time else { return };
        if self.first_time.as_ref().is_none_or(|first| time_is(Ordering::Less, time, first)) {
            self.first_time = Some(time.clone());
        }
        if self.last_time.as_ref().is_none_or(|last| time_is(Ordering::Greater, time, last)) {
            self.last_time = Some(time.clone());
        }
    }
}

/// Whether a time is before or after another. A text that is not a time loses against one that is.
fn time_is(direction: Ordering, one: &str, other: &str) -> bool {
    match (time::key(one), time::key(other)) {
        (Some(one), Some(other)) => one.cmp(&other) == direction,
        (None, None) => one.cmp(other) == direction,
        (known, _) => known.is_some(),
    }
}

/// Reads a log and passes every record on. The only errors are those of the reader itself.
pub fn read(mut log: impl BufRead, mut on_record: impl FnMut(Record)) -> io::Result<Reading> {
    let mut reading = Reading::default();
    let mut start = Vec::new();
    // Blank lines at the beginning do not show the form, nor does the line that PowerShell puts before a
    // heading.
    while start.trim_ascii().is_empty() || start.starts_with(b"#TYPE ") || start.starts_with(b"sep=") {
        start.clear();
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        if (&mut log).take(limit).read_until(b'\n', &mut start)? == 0 {
            return Ok(reading);
        }
    }
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).to_vec();
    let mut count_and_pass = |record: Record, reading: &mut Reading| {
        reading.count_record(&record);
        on_record(record);
    };
    let form = Form::of(&start);
    let mut log = Cursor::new(start).chain(log);
    if form == Form::Document {
        json::documents(&mut log, &mut reading, &mut count_and_pass)?;
    }
    match form {
        Form::Csv(separator) => {
            reading.is_table = true;
            read_lines(log, &mut Csv::new(separator), &mut reading, &mut count_and_pass)?;
        }
        Form::Lines | Form::Document => {
            read_lines(log, &mut Lines::default(), &mut reading, &mut count_and_pass)?
        }
    }
    Ok(reading)
}

/// The layout of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A record, or a piece of one, in each line.
    Lines,
    /// Values with a heading, and their separator.
    Csv(char),
    /// One JSON value over many lines, or in one very long one.
    Document,
}

impl Form {
    fn of(first_line: &[u8]) -> Self {
        let text = first_line.trim_ascii();
        match text.first() {
            Some(b'[') => Self::Document,
            Some(b'{') if serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err() => Self::Document,
            Some(b'{') if json::is_container(text) => Self::Document,
            Some(b'{') => Self::Lines,
            _ => csv::separator(&String::from_utf8_lossy(text)).map_or(Self::Lines, Self::Csv),
        }
    }
}

/// Accepts a log line by line.
trait LineReader {
    /// Accepts one line, without its end.
    fn line(&mut self, line: &str, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading));

    /// The log ends.
    fn end(&mut self, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading));
}

fn read_lines(
    mut log: impl BufRead,
    reader: &mut dyn LineReader,
    reading: &mut Reading,
    on_record: &mut dyn FnMut(Record, &mut Reading),
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        if (&mut log).take(limit).read_until(b'\n', &mut line)? == 0 {
            reader.end(reading, on_record);
            return Ok(());
        }
        reading.lines += 1;
        if line.len() >= LONGEST_LINE && line.last() != Some(&b'\n') {
            reading.too_long += 1;
            skip_line(&mut log)?;
            continue;
        }
        reader.line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']), reading, on_record);
    }
}

fn skip_line(log: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = log.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|&byte| byte == b'\n') {
            Some(end) => {
                log.consume(end + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                log.consume(length);
            }
        }
    }
}

#[cfg(test)]
mod tests;
