//! A log with one record per line: bare JSON, JSON after the header of a log file, of syslog or of the
//! journal, or JSON as a text inside other JSON. The Trace lines of the connection log may come in between.

use serde_json::error::Category;

use super::super::Endpoint;
use super::json;
use super::trace::Trace;
use super::{LineReader, Reading, Record};

/// The system log's text for each request that Audit mode would deny (`proxy_authorizer.rs`, lines 71, 107
/// and 147).
const DENIED: &str = " denied in audit mode";

/// How many braces of a line are tried as the beginning of a record.
const MAX_BRACES: usize = 4;

/// Accepts lines of any of these forms.
#[derive(Default)]
pub(super) struct Lines {
    trace: Trace,
}

impl LineReader for Lines {
    fn line(&mut self, line: &str, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading)) {
        if self.trace.line(line, reading, on_record) {
            return;
        }
        // In any form, a record contains this word.
        if !line.contains("processFullPath") {
            match denied(line) {
                Some((endpoint, url)) => reading.count_denied(endpoint, url),
                None => reading.not_understood += usize::from(!line.trim().is_empty()),
            }
            return;
        }
        let time = time_of(line);
        let mut braces = line.match_indices('{').map(|(at, _)| at);
        let mut worst = None;
        for at in braces.by_ref().take(MAX_BRACES) {
            let mut records = 0_usize;
            let mut on_fields = |fields: super::fields::Fields| {
                if let Some(mut record) = fields.record() {
                    record.time = record.time.or_else(|| time.map(str::to_owned));
                    records += 1;
                    on_record(record, reading);
                }
            };
            let result = match at.checked_sub(1).filter(|before| line.as_bytes().get(*before) == Some(&b'"'))
            {
                // The brace begins a text of other JSON, of which this line is a part.
                Some(quote) => inside_text(line.get(quote..).unwrap_or_default(), &mut on_fields),
                None => json::text(line.get(at..).unwrap_or_default(), 0, &mut on_fields).map(|_| ()),
            };
            match result {
                _ if records > 0 => return,
                Ok(()) => {}
                Err(error) => worst = worst.or(Some(error.classify())),
            }
        }
        match worst {
            Some(Category::Eof) => reading.truncated += 1,
            Some(_) => reading.malformed += 1,
            None => reading.not_understood += 1,
        }
    }

    fn end(&mut self, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading)) {
        self.trace.end(reading, on_record);
    }
}

/// The endpoint and the target of a request that Audit mode would deny, if a line reports one.
fn denied(line: &str) -> Option<(Endpoint, &str)> {
    let (before, _) = line.split_once(DENIED)?;
    [Endpoint::Imds, Endpoint::WireServer, Endpoint::HostGaPlugin].into_iter().find_map(|endpoint| {
        let (_, url) = before.rsplit_once(&format!("{endpoint} request "))?;
        let is_target = !url.is_empty() && !url.contains(char::is_whitespace);
        is_target.then_some((endpoint, url))
    })
}

fn inside_text(quoted: &str, on_fields: json::OnFields<'_>) -> Result<(), serde_json::Error> {
    let mut texts = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
    match texts.next() {
        Some(text) => json::text(&text?, 1, on_fields).map(|_| ()),
        None => Ok(()),
    }
}

/// The time at the beginning of a line, such as `2026-07-22T14:27:45.123`.
fn time_of(line: &str) -> Option<&str> {
    let first = line.split([' ', '\t']).next()?;
    let bytes = first.as_bytes();
    let dated = bytes.len() >= 19 && bytes.get(4) == Some(&b'-') && bytes.get(10) == Some(&b'T');
    (dated && bytes.first().is_some_and(u8::is_ascii_digit)).then_some(first)
}
