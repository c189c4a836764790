//! An answer of Azure Resource Manager, whatever the status.

use super::error::{ArmError, Error, RequestLine, excerpt, read_error, without_mark};
use super::pipeline::retry_after;
use crate::plain;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::response::ResponseBody;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;
use time::OffsetDateTime;
use url::Url;

/// The most parts of JSON that are read: some ten times what the largest page has that fits the bound on bodies.
const PARTS: usize = 500_000;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) request: RequestLine,
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: ResponseBody,
    /// The id that the requests of this run share.
    pub(super) correlation_id: Option<String>,
}

impl Answer {
    /// A header of the answer; an empty one counts as absent.
    pub(super) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// The wait that the service asks for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(|name| self.header(name), OffsetDateTime::now_utc())
    }

    /// Whether there is nothing in the body.
    pub(super) fn is_empty(&self) -> bool {
        without_mark(&self.body).trim_ascii().is_empty()
    }

    /// The answer if it has one of the statuses, else its error.
    pub(super) fn accept(self, statuses: &[u16]) -> Result<Self, Error> {
        if statuses.contains(&self.status) { Ok(self) } else { Err(Error::Service(Box::new(self.error()))) }
    }

    /// The answer read as an error, with its ids.
    pub(super) fn error(&self) -> ArmError {
        let mut error = read_error(self.status, &self.body, self.request.clone());
        if (300..400).contains(&self.status) {
            let target = self.header("location").and_then(|link| Url::parse(link).ok());
            let host = target.as_ref().and_then(Url::host_str).unwrap_or("elsewhere");
            error.message = Some(format!("the service redirects to {host}, which is not followed"));
        }
        self.identify(&mut error);
        error
    }

    /// Puts the ids of this exchange on an error.
    pub(super) fn identify(&self, error: &mut ArmError) {
        error.request_id = self.header("x-ms-request-id").map(str::to_owned);
        let theirs = self.header("x-ms-correlation-request-id").map(str::to_owned);
        error.correlation_id = theirs.or_else(|| self.correlation_id.clone());
    }

    /// The body as a type.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        // Read into values, each part takes many times the room of its text.
        let parts = self.body.iter().filter(|byte| **byte == b',').count();
        if parts > PARTS && !self.request.path.to_ascii_lowercase().contains("/provideroperations") {
            let what = format!("it has more than {PARTS} parts");
            return Err(self.too_large(what));
        }
        serde_json::from_slice(without_mark(&self.body)).map_err(|error| self.unreadable(&error.to_string()))
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Error> {
        match self.read()? {
            Value::Object(object) => Ok(object),
            _ => Err(self.unreadable("it is not a JSON object")),
        }
    }

    /// The error of an answer that exceeds a bound.
    pub(super) fn too_large(&self, what: String) -> Error {
        let request_id = self.header("x-ms-request-id").map(str::to_owned);
        Error::TooLarge { request: Box::new(self.request.clone()), what, request_id }
    }

    /// The error of an answer that should be something else, with the beginning of what it is.
    pub(super) fn unreadable(&self, reason: &str) -> Error {
        let id = self.header("x-ms-request-id").map(|id| format!(", request id {id}")).unwrap_or_default();
        let text = excerpt(&self.body)
            .map_or_else(|| "the body is empty".to_owned(), |text| format!("the body begins: {text:.200}"));
        Error::unreadable(
            &self.request,
            plain::line(&format!("{reason} (status {}{id}); {text}", self.status)),
        )
    }
}

#[cfg(any(test, fuzzing))]
impl Answer {
    /// A made-up response, with at most one header.
    pub(super) fn made(status: u16, header: Option<(&'static str, String)>, body: &[u8]) -> Self {
        let mut headers = Headers::new();
        if let Some((name, value)) = header {
            headers.insert(name, value);
        }
        let raw = azure_core::http::RawResponse::from_bytes(status.into(), headers, body.to_vec());
        let (_, headers, body) = raw.deconstruct();
        let request = RequestLine { method: "GET", path: "/x".to_owned() };
        Self { request, status, headers, body, correlation_id: None }
    }
}
