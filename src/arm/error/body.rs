//! Reading the body of an error, in any form.
//!
//! The contract says `{"error": {"code", "message", "target", "details", "additionalInfo", "innererror"}}`.
//! Other forms that occur: no wrapper, a byte order mark, an error as JSON text inside a `message`, an HTML
//! page of a proxy, a body cut in the middle, nothing.

use super::arm::{AdditionalInfo, ArmError, ErrorDetail, RequestLine};
use serde_json::{Map, Value};

/// How much of a body that is not JSON is kept for the message.
const EXCERPT: usize = 1_000;

/// How deep nested errors are followed; a hostile body must not exhaust the stack.
const DEPTH: usize = 16;

/// The largest body that is read as an error; of a larger one the beginning is kept.
const LARGEST: usize = 256 << 10;

/// Builds the error from a body and from what is known about the exchange.
pub(in crate::arm) fn read(status: u16, body: &[u8], request: RequestLine) -> ArmError {
    let mut error = ArmError { status, request, ..ArmError::default() };
    match if body.len() <= LARGEST { object(body) } else { None } {
        Some(object) => fill(&mut error, &object),
        None => error.message = excerpt(body),
    }
    error
}

/// Reads an error that is already JSON: the `error` member of a failed operation.
pub(in crate::arm) fn fill(error: &mut ArmError, object: &Map<String, Value>) {
    let object = unwrapped(object);
    let detail = detail(object, DEPTH);
    error.code = detail.code;
    error.message = detail.message;
    error.target = detail.target;
    error.details = detail.details;
    error.inner = member(object, "innererror").filter(|inner| !inner.is_null()).map(plain);
    error.additional_info = member(object, "additionalInfo")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|entry| AdditionalInfo {
            kind: text(entry, "type").unwrap_or_default(),
            info: member(entry, "info").map(plain).unwrap_or_default(),
        })
        .collect();
    if error.code.is_none() && error.message.is_none() && error.details.is_empty() {
        error.message = excerpt(Value::Object(object.clone()).to_string().as_bytes());
    }
}

/// The body as a JSON object, with or without a byte order mark.
pub(in crate::arm) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(without_mark(body)) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The body without a byte order mark, which .NET services like to send.
pub(in crate::arm) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The beginning of a text as one line, safe to print; `None` if there is none.
pub(in crate::arm) fn excerpt(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(without_mark(body).get(..EXCERPT * 4).unwrap_or(without_mark(body)));
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    if line.is_empty() {
        return None;
    }
    let mut short: String = line.chars().take(EXCERPT).collect();
    if short.len() < line.len() || body.len() > EXCERPT * 4 {
        short.push_str(" ...");
    }
    Some(short)
}

/// The object with code and message: under `error`, under `error` as JSON text, or at the top level.
fn unwrapped(object: &Map<String, Value>) -> &Map<String, Value> {
    match member(object, "error") {
        Some(Value::Object(inner)) => inner,
        _ => object,
    }
}

fn detail(object: &Map<String, Value>, depth: usize) -> ErrorDetail {
    let mut detail = ErrorDetail {
        code: text(object, "code"),
        message: text(object, "message"),
        target: text(object, "target"),
        details: Vec::new(),
    };
    // OAuth and some gateways: {"error": "word", "error_description": "text"}.
    if detail.code.is_none() {
        detail.code = text(object, "error");
    }
    if detail.message.is_none() {
        detail.message = text(object, "error_description");
    }
    if depth == 0 {
        return detail;
    }
    let beneath = match member(object, "details") {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(entry @ Value::Object(_)) => vec![entry],
        _ => Vec::new(),
    };
    for entry in beneath {
        match entry {
            Value::Object(entry) => detail.details.push(self::detail(unwrapped(entry), depth - 1)),
            Value::String(message) if !message.trim().is_empty() => {
                detail.details.push(ErrorDetail { message: Some(message.clone()), ..ErrorDetail::default() });
            }
            _ => {}
        }
    }
    unpack_message(&mut detail, depth - 1);
    detail
}

/// A message that is itself an error in JSON becomes a nested error, and its own message replaces the JSON.
fn unpack_message(detail: &mut ErrorDetail, depth: usize) {
    let Some(message) = detail.message.as_deref().map(str::trim).filter(|text| text.starts_with('{')) else {
        return;
    };
    let Some(object) = object(message.as_bytes()) else { return };
    let inner = self::detail(unwrapped(&object), depth);
    if inner.code.is_none() && inner.message.is_none() {
        return;
    }
    detail.message.clone_from(&inner.message);
    detail.details.insert(0, inner);
}

/// A member by its name; ARM's services do not agree on the case.
pub(in crate::arm) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A member as text; numbers count, since some gateways send `"code": 429`.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    match member(object, name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Any JSON as text, a string without its quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
