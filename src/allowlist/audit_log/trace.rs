//! The Trace lines of `ProxyAgent.Connection.log`. Each request has several lines that begin with
//! `<http id>[<tcp id>] - `, written together when the request ends. Combined, they have every request with
//! its claims; the thinned-out summaries do not.

use super::super::decoding::lowered;
use super::fields::Fields;
use super::record::{Outcome, Record};
use super::{Reading, json};

/// The request whose lines are being read.
#[derive(Default)]
pub(super) struct Trace {
    ids: Option<(u64, u64)>,
    request: Option<(String, String)>,
    destination: Option<(String, String)>,
    claims: Option<Fields>,
    denied: bool,
    forwarded: bool,
    status: Option<u16>,
    time: Option<String>,
}

impl Trace {
    /// Accepts a line if it belongs to a request, and returns whether it did. Other readers handle a complete
    /// summary in such a line.
    pub(super) fn line(
        &mut self,
        line: &str,
        reading: &mut Reading,
        on_record: &mut dyn FnMut(Record, &mut Reading),
    ) -> bool {
        let Some((header, ids, message)) = split_line(line) else { return false };
        let begins = message.strip_prefix("Got request from ");
        // Only the system log has this line of a request.
        if message.contains("denied in audit mode") && self.ids != Some(ids) {
            return false;
        }
        if self.ids != Some(ids) || begins.is_some() {
            self.end(reading, on_record);
            self.ids = Some(ids);
            self.time = header.split(' ').next().filter(|time| time.contains('T')).map(str::to_owned);
        }
        if let Some((_, request)) = begins.and_then(|rest| rest.split_once(" for ")) {
            let mut words = request.split_whitespace();
            if let (Some(method), Some(url)) = (words.next(), words.next()) {
                self.request = Some((method.to_owned(), url.to_owned()));
            }
        } else if let Some((_, value)) = message.split_once("Use lookup value:") {
            let value = value.trim().trim_end_matches('.');
            self.destination = value.split_once(':').map(|(ip, port)| (ip.to_owned(), port.to_owned()));
        } else if message.starts_with("Forwarding request to target server") {
            self.forwarded = true;
        } else if message.starts_with("Block unauthorized request") {
            self.denied = true;
        } else if message.contains("processFullPath") {
            return self.claims(message);
        } else if message.contains("denied in audit mode") || message.contains("deny the access") {
            // In Audit mode it is forwarded nevertheless, and the status shows it.
            self.denied = !message.contains("audit mode");
        } else if let Some(status) = status_in(message) {
            self.status = Some(status);
        }
        true
    }

    /// The request is complete.
    pub(super) fn end(&mut self, reading: &mut Reading, on_record: &mut dyn FnMut(Record, &mut Reading)) {
        let done = std::mem::take(self);
        let (Some((method, url)), Some(claims)) = (done.request, done.claims) else { return };
        let mut fields = claims.with_request(&method, &url);
        if let Some((ip, port)) = done.destination {
            fields = fields.with_destination(&ip, &port);
        }
        let Some(mut record) = fields.record() else { return };
        record.outcome = match done.status {
            _ if done.denied => Outcome::NotAllowed,
            // The agent's own refusal: a refusal by the host would come after forwarding.
            Some(403) if !done.forwarded => Outcome::NotAllowed,
            Some(status) => Outcome::Answered(status),
            None => Outcome::Unknown,
        };
        record.time = done.time;
        record.traced = true;
        on_record(record, reading);
    }

    fn claims(&mut self, message: &str) -> bool {
        let start = message.find('{').and_then(|start| message.get(start..)).unwrap_or_default();
        let mut claims = None;
        let result = json::text(start, 0, &mut |fields| claims = Some(fields));
        match claims {
            Some(fields) if result.is_ok() && fields.has_claims() && fields.clone().record().is_none() => {
                self.claims = Some(fields);
                true
            }
            _ => false,
        }
    }
}

/// Header, ids and message of a line `<header><http id>[<tcp id>] - <message>`.
fn split_line(line: &str) -> Option<(&str, (u64, u64), &str)> {
    let (before, message) = line.split_once("] - ")?;
    let (before, tcp) = before.rsplit_once('[')?;
    let digits = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (header, http) = before.split_at_checked(digits)?;
    Some((header, (http.parse().ok()?, tcp.parse().ok()?), message))
}

/// The status in a message such as `Http connection finished with status code: 200 OK.` (`proxy_server.rs`).
/// There are two if Audit lets a request pass; the last one counts.
fn status_in(message: &str) -> Option<u16> {
    let lower = lowered(message);
    let speaks = lower.contains("http") || lower.contains("status");
    let code = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u16>().ok();
    let mut words = message.split_whitespace();
    let first = words.clone().next().and_then(code);
    let named = words.find_map(|word| code(word).filter(|status| (100..600).contains(status)));
    if speaks { named } else { first.filter(|status| (100..600).contains(status)) }
}
