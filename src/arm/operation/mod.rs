//! Long-running operations: a write that the service accepts and completes later.
//!
//! The interface has two phases. [`Started`] is the immediate result of a write: the object as the service
//! first returned it, and if it is not done yet, a [`PendingOperation`]. That can be stored (it is small and
//! serialises) and finished later, even by another process.
//!
//! ARM's rules determine what to poll: the `Azure-AsyncOperation` address, else the `Location` address, else
//! the object's own `provisioningState`.

mod finish;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub(super) mod fuzz;
mod poll_once;
mod schedule;
mod status;

use super::answer::Answer;
use super::error::{Error, RequestLine};
use super::exchange::Http;
use super::link;
use super::models::ProvisioningState;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use time::OffsetDateTime;

pub use poll_once::OperationStatus;

pub(super) use finish::finish;
pub(super) use poll_once::poll_once;

/// A write that the service has accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Started<T> {
    /// The object in the response; absent if the response had no body, which is common for 202.
    pub body: Option<T>,
    /// The operation to poll; `None` if the response was final.
    pub operation: Option<PendingOperation>,
}

/// An operation that the service accepted and whose end was not seen: the error, and the operation for a
/// later run. Without an operation the service did not accept the request, or it has ended.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unfinished {
    /// Why its end was not seen.
    #[source]
    pub error: Error,
    /// The operation.
    pub operation: Option<Box<PendingOperation>>,
}

impl From<Error> for Unfinished {
    fn from(error: Error) -> Self {
        Self { error, operation: None }
    }
}

/// A running operation and what to poll. Addresses are stored without their host, so that a request can only
/// go to the configured endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingOperation {
    /// What to poll.
    pub(super) by: PollTarget,
    /// The path of the object that is written.
    pub(super) resource: String,
    /// Whether the object is to be deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deletes: bool,
    /// The delay before the first poll that the service requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wait_ms: Option<u64>,
    /// When the service accepted it, in seconds since 1970; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<i64>,
}

/// The ways to poll an operation, in ARM's order of preference. Each address is a path with its query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PollTarget {
    /// The address returns a status word.
    AsyncOperation(String),
    /// The address returns 202 until it is done.
    Location(String),
    /// The object's own `provisioningState`.
    ProvisioningState,
    /// The response named a foreign address; the reason why it is not polled. That is an error of the wait and
    /// not of the write: the service accepted the write, and its object must not be lost.
    Refused(String),
}

impl PendingOperation {
    /// How long ago it started, by the clock of this machine, to the second.
    fn age(&self) -> Option<Duration> {
        let age = OffsetDateTime::now_utc().unix_timestamp().checked_sub(self.begun?)?;
        Some(Duration::from_secs(u64::try_from(age).unwrap_or_default()))
    }

    /// The path of the object that the operation is about.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Reads from a write's response what to poll; `None` if it is final.
    ///
    /// A response of 200 or 201 is final if its body shows the state `Succeeded`, or has no state and the
    /// response names no operation. Everything else is polled. That includes an unreadable body, since the
    /// service accepted the write and the object itself shows the result.
    ///
    /// `state_in_body` is the object's state, if the caller has read it from the response.
    pub(super) fn of_write(
        http: &Http,
        answer: &Answer,
        state_in_body: Option<&ProvisioningState>,
        resource: &str,
    ) -> Result<Option<Self>, Error> {
        let address = match Self::address(http, answer) {
            Err(Error::ForeignAddress { reason, .. }) => Some(PollTarget::Refused(reason)),
            other => other?,
        };
        let state = match state_in_body {
            Some(state) => Some(Some(state.clone())),
            None => status::provisioning_state_of(answer),
        };
        let is_final = match &state {
            Some(Some(state)) => *state == ProvisioningState::Succeeded,
            Some(None) => address.is_none(),
            None => false,
        };
        if is_final && answer.status != 202 {
            return Ok(None);
        }
        Ok(Some(Self::new(address, answer, resource, false)))
    }

    /// A write to an object, without an address of the operation: the object itself is polled.
    pub fn write_of(resource: &str) -> Self {
        Self {
            by: PollTarget::ProvisioningState,
            resource: resource.to_owned(),
            deletes: false,
            wait_ms: None,
            begun: None,
        }
    }

    /// The same, to be stored for a later run, which polls the object instead of a foreign address.
    #[must_use]
    pub fn for_later(self) -> Self {
        let by =
            if matches!(self.by, PollTarget::Refused(_)) { PollTarget::ProvisioningState } else { self.by };
        Self { by, ..self }
    }

    /// A deletion of an object, without an address of the operation: the object itself is polled.
    pub fn deletion_of(resource: &str) -> Self {
        Self { deletes: true, ..Self::write_of(resource) }
    }

    /// Reads from the response to a delete what to poll; `None` if the object is deleted.
    pub(super) fn of_delete(http: &Http, answer: &Answer, resource: &str) -> Result<Option<Self>, Error> {
        let address = Self::address(http, answer)?;
        if answer.status != 202 && address.is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(address, answer, resource, true)))
    }

    /// Reads from the response to an action on an object what to poll; `None` if it is over.
    pub(super) fn of_action(http: &Http, answer: &Answer, resource: &str) -> Result<Option<Self>, Error> {
        let address = match Self::address(http, answer) {
            Err(Error::ForeignAddress { reason, .. }) => Some(PollTarget::Refused(reason)),
            other => other?,
        };
        if answer.status != 202 && address.is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(address, answer, resource, false)))
    }

    fn new(by: Option<PollTarget>, answer: &Answer, resource: &str, deletes: bool) -> Self {
        Self {
            by: by.unwrap_or(PollTarget::ProvisioningState),
            resource: resource.to_owned(),
            deletes,
            begun: Some(OffsetDateTime::now_utc().unix_timestamp()),
            wait_ms: answer.retry_after().and_then(|wait| u64::try_from(wait.as_millis()).ok()),
        }
    }

    /// The address in a response, checked, without its host.
    fn address(http: &Http, answer: &Answer) -> Result<Option<PollTarget>, Error> {
        let without_host = |link: &str, request: &RequestLine| {
            let url = link::follow(&http.cloud, request, link, http.api_version_of(&request.path))?;
            Ok::<_, Error>(match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            })
        };
        if let Some(link) = answer.header("azure-asyncoperation") {
            return without_host(link, &answer.request).map(|path| Some(PollTarget::AsyncOperation(path)));
        }
        match answer.header("location") {
            Some(link) => without_host(link, &answer.request).map(|path| Some(PollTarget::Location(path))),
            None => Ok(None),
        }
    }
}

/// The error of a failed operation: the service's text about it, or else its final status.
fn failure(answer: &Answer, word: &str, body: Option<&serde_json::Map<String, Value>>) -> Error {
    let mut error = answer.error();
    error.code = None;
    error.message = None;
    error.operation_status = Some(word.to_owned());
    let inner = body.and_then(|body| super::error::member(body, "error")).and_then(Value::as_object);
    match inner {
        Some(inner) => super::error::fill(&mut error, inner),
        None => error.message = Some(format!("the service gave no reason, only the state {word}")),
    }
    Error::Operation(Box::new(error))
}
