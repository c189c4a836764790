//! The text for people: what happened, then everything that a support case needs, one item per line.

use super::LastResponse;
use super::{ArmError, Error, ErrorDetail, LoginError, Missing, TransportKind};
use crate::plain;
use std::fmt::Write as _;
use std::time::Duration;

/// How many nested errors are shown.
const DETAILS: usize = 20;

impl Error {
    /// What happened in a sentence, then code, message, target, details, status and ids, each on its own
    /// line.
    pub fn report(&self) -> String {
        let mut lines = Lines::default();
        match self {
            Error::Service(error) => {
                lines.sentence(&refusal_sentence(error));
                lines.arm(error);
            }
            Error::Operation(error) => {
                let status = error.final_status();
                lines.sentence(&format!("Azure accepted the request, but the operation ended as {status}"));
                lines.arm(error);
            }
            Error::Login(error) => {
                lines.sentence(&self.to_string());
                lines.login(error);
            }
            Error::Timeout(timeout) => {
                lines.sentence(&timeout.to_string());
                lines.last(&timeout.last);
            }
            Error::Forgotten { last, .. } => {
                lines.sentence(&self.to_string());
                lines.last(last);
            }
            Error::TooLarge { request_id, .. } => {
                lines.sentence(&self.to_string());
                lines.field("Request id", request_id.as_deref());
            }
            other => lines.sentence(&other.to_string()),
        }
        if self.is_untrusted_certificate() {
            lines.sentence(
                "If there is a proxy or a private certificate authority in between, add its certificate to \
                 the system's store, or set SSL_CERT_FILE or SSL_CERT_DIR to it",
            );
        } else if self.transport().is_some_and(|error| error.kind == TransportKind::Proxy) {
            lines.sentence(
                "Put the user name and password, percent-encoded, into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
            );
        } else if self.transport().is_some_and(|error| error.kind == TransportKind::Connect) {
            lines.sentence("Check the network, and HTTPS_PROXY and NO_PROXY if a proxy is needed");
        }
        lines.0
    }
}

/// The first sentence about a refused request.
fn refusal_sentence(error: &ArmError) -> String {
    let what = match super::classify::missing(error) {
        Some(Missing::Leaf) => "the object does not exist",
        Some(Missing::Parent) => "the gallery or profile that holds the object does not exist",
        Some(Missing::ResourceGroup) => "the resource group does not exist",
        Some(Missing::Subscription) => "the subscription does not exist, or this login cannot see it",
        _ => "Azure refused the request",
    };
    format!("{what}: {} returned status {}", error.request, status_text(error.status))
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A sentence on its own line, capitalised and with a full stop.
    fn sentence(&mut self, text: &str) {
        self.gap();
        let line = plain::line(text);
        let mut letters = line.chars();
        if let Some(first) = letters.next() {
            self.0.extend(first.to_uppercase());
            self.0.push_str(letters.as_str());
        }
        // A last line such as "Timestamp: 2026-11-22 07:01:46Z" is not a sentence, and a full stop would get
        // into a copied id.
        let ends_with_a_field = text.trim().lines().skip(1).last().is_some_and(|line| line.contains(": "));
        if !ends_with_a_field && !self.0.ends_with(['.', ':', '!', '?']) {
            self.0.push('.');
        }
    }

    fn field(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value.map(plain::line).filter(|value| !value.is_empty()) else { return };
        self.gap();
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{name}: {value}");
    }

    fn last(&mut self, last: &LastResponse) {
        self.field("Last state", last.progress.as_deref());
        self.field("Last failure", last.transport.as_deref());
        match &last.error {
            Some(error) => {
                self.sentence("The last error from Azure was:");
                self.arm(error);
            }
            None => {
                self.field("Last status", last.status.map(status_text).as_deref());
                self.field("Request id", last.request_id.as_deref());
                self.field("Correlation id", last.correlation_id.as_deref());
            }
        }
    }

    fn arm(&mut self, error: &ArmError) {
        self.field("Code", error.code.as_deref());
        self.field("Message", error.message.as_deref());
        self.field("Target", error.target.as_deref());
        if !error.details.is_empty() {
            self.gap();
            self.0.push_str("Details:");
            self.details(&error.details, 1);
        }
        self.field("Inner error", error.inner.as_deref());
        for info in &error.additional_info {
            self.field("Additional information", Some(&format!("{} {}", info.kind, info.info)));
        }
        self.field("Status", Some(&status_text(error.status)));
        self.field("Request", Some(&error.request.to_string()));
        self.field("Request id", error.request_id.as_deref());
        self.field("Correlation id", error.correlation_id.as_deref());
    }

    fn details(&mut self, details: &[ErrorDetail], depth: usize) {
        for detail in details.iter().take(DETAILS) {
            self.gap();
            self.0.push_str(&"  ".repeat(depth));
            self.0.push_str("- ");
            let parts: Vec<String> =
                detail.code.iter().chain(&detail.message).map(|text| plain::line(text)).collect();
            self.0.push_str(&parts.join(": "));
            if let Some(target) = &detail.target {
                let _ = write!(self.0, " (target {})", plain::line(target));
            }
            self.details(&detail.details, depth + 1);
        }
        if let Some(more) = details.len().checked_sub(DETAILS).filter(|more| *more > 0) {
            self.gap();
            let _ = write!(self.0, "{}- and {more} more", "  ".repeat(depth));
        }
    }

    fn login(&mut self, error: &LoginError) {
        // Entra's own text ends with its ids, which need not be shown twice.
        let is_in_description = |id: &&str| error.description.as_ref().is_some_and(|text| text.contains(*id));
        self.field("Error", error.error.as_deref());
        self.field("Trace id", error.trace_id.as_deref().filter(|id| !is_in_description(id)));
        self.field("Correlation id", error.correlation_id.as_deref().filter(|id| !is_in_description(id)));
        if let Some(choice) = &error.choice {
            self.gap();
            self.gap();
            self.0.push_str(choice);
        }
    }

    fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }
}

/// A status with its name: `404 Not Found`.
pub(in crate::arm) fn status_text(status: u16) -> String {
    match reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()) {
        Some(reason) => format!("{status} {reason}"),
        None => status.to_string(),
    }
}

/// A duration in words: `350 ms`, `12 seconds`, `30 minutes`, `1 hour 5 minutes`.
pub fn duration_text(duration: Duration) -> String {
    fn with_unit(count: u64, unit: &str) -> Option<String> {
        match count {
            0 => None,
            1 => Some(format!("1 {unit}")),
            _ => Some(format!("{count} {unit}s")),
        }
    }
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    let seconds = duration.as_secs();
    let parts = [
        with_unit(seconds / 3600, "hour"),
        with_unit(seconds / 60 % 60, "minute"),
        with_unit(seconds % 60, "second"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
