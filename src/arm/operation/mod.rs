//! Long-running operations: a write that the service takes and carries out later.
//!
//! The face has two phases. [`Started`] is what a write gives at once: the object as the service first showed it, and
//! if it is not done yet, a [`PendingOperation`] that can be kept (it is small and serialises) and finished later,
//! even by another process.
//!
//! Where to look is by ARM's rules: the `Azure-AsyncOperation` address, else the `Location` address, else the
//! object's own `provisioningState`.

mod finish;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub(super) mod fuzz;
mod outlook;
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

pub use outlook::Outlook;

pub(super) use finish::finish;
pub(super) use outlook::look;

/// A write that the service has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Started<T> {
    /// The object as the answer showed it; absent when the answer had no body, as that of a 202 often has not.
    pub body: Option<T>,
    /// What remains to be waited for; `None` when the answer was final.
    pub operation: Option<PendingOperation>,
}

/// An operation that the service took and that was not seen to end: the error, and what a later run can go on waiting
/// for. Without an operation the service did not take the request, or it has ended.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unfinished {
    /// Why it was not seen to end.
    #[source]
    pub error: Error,
    /// What is under way.
    pub operation: Option<Box<PendingOperation>>,
}

impl From<Error> for Unfinished {
    fn from(error: Error) -> Self {
        Self { error, operation: None }
    }
}

/// An operation under way: where to look at it. Addresses are kept without their host, so that whatever becomes of
/// the text, the request goes to the configured endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingOperation {
    /// How to look.
    pub(super) by: By,
    /// The path of the object that is written.
    pub(super) resource: String,
    /// Whether the object is to vanish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deletes: bool,
    /// The wait before the first look that the service asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wait_ms: Option<u64>,
    /// When the service took it, in seconds since 1970; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<i64>,
}

/// The ways to look at an operation, in ARM's order of preference. Each address is a path with its query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    /// The address answers with a status word.
    AsyncOperation(String),
    /// The address answers 202 until it is done.
    Location(String),
    /// The object's own `provisioningState`.
    ProvisioningState,
    /// The answer named an address elsewhere, with the reason why it is not asked. Kept as an outcome of the wait and
    /// not of the write, since the write was taken and its object must not be lost.
    Refused(String),
}

impl PendingOperation {
    /// How long ago it began, by the clock of this machine, to the second.
    fn age(&self) -> Option<Duration> {
        let age = OffsetDateTime::now_utc().unix_timestamp().checked_sub(self.begun?)?;
        Some(Duration::from_secs(u64::try_from(age).unwrap_or_default()))
    }

    /// The path of the object that the operation is about.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Reads what a write's answer leaves to wait for; `None` when it is final.
    ///
    /// An answer of 200 or 201 is final when its body says that the object is `Succeeded`, or says nothing about a
    /// state and names no operation. Everything else is looked at: an unreadable body too, since the write was taken
    /// and the object itself will tell.
    ///
    /// `told` is the object's state where the answer has been read and gives one; nothing is read twice then.
    pub(super) fn of_write(
        http: &Http,
        answer: &Answer,
        told: Option<&ProvisioningState>,
        resource: &str,
    ) -> Result<Option<Self>, Error> {
        let address = match Self::address(http, answer) {
            Err(Error::ForeignAddress { reason, .. }) => Some(By::Refused(reason)),
            other => other?,
        };
        let state = match told {
            Some(state) => Some(Some(state.clone())),
            None => status::announced(answer),
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

    /// A write to an object of which nothing more is known: the object itself is looked at.
    pub fn look_at(resource: &str) -> Self {
        Self {
            by: By::ProvisioningState,
            resource: resource.to_owned(),
            deletes: false,
            wait_ms: None,
            begun: None,
        }
    }

    /// The same as it is to be kept for a later run: without an address that is not followed. Refusing that was told
    /// once; the object itself tells the rest.
    #[must_use]
    pub fn for_later(self) -> Self {
        let by = if matches!(self.by, By::Refused(_)) { By::ProvisioningState } else { self.by };
        Self { by, ..self }
    }

    /// A deletion of which nothing more is known: the object itself is looked at.
    pub fn look_at_deletion(resource: &str) -> Self {
        Self { deletes: true, ..Self::look_at(resource) }
    }

    /// Reads what the answer to a delete leaves to wait for; `None` when the object is gone.
    pub(super) fn of_delete(http: &Http, answer: &Answer, resource: &str) -> Result<Option<Self>, Error> {
        let address = Self::address(http, answer)?;
        if answer.status != 202 && address.is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(address, answer, resource, true)))
    }

    /// Reads what the answer to an action on an object leaves to wait for; `None` when it is over.
    pub(super) fn of_action(http: &Http, answer: &Answer, resource: &str) -> Result<Option<Self>, Error> {
        let address = match Self::address(http, answer) {
            Err(Error::ForeignAddress { reason, .. }) => Some(By::Refused(reason)),
            other => other?,
        };
        if answer.status != 202 && address.is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(address, answer, resource, false)))
    }

    fn new(by: Option<By>, answer: &Answer, resource: &str, deletes: bool) -> Self {
        Self {
            by: by.unwrap_or(By::ProvisioningState),
            resource: resource.to_owned(),
            deletes,
            begun: Some(OffsetDateTime::now_utc().unix_timestamp()),
            wait_ms: answer.retry_after().and_then(|wait| u64::try_from(wait.as_millis()).ok()),
        }
    }

    /// The address that an answer names, checked, without its host.
    fn address(http: &Http, answer: &Answer) -> Result<Option<By>, Error> {
        let without_host = |link: &str, request: &RequestLine| {
            let url = link::follow(&http.cloud, request, link, http.api_version_of(&request.path))?;
            Ok::<_, Error>(match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            })
        };
        if let Some(link) = answer.header("azure-asyncoperation") {
            return without_host(link, &answer.request).map(|path| Some(By::AsyncOperation(path)));
        }
        match answer.header("location") {
            Some(link) => without_host(link, &answer.request).map(|path| Some(By::Location(path))),
            None => Ok(None),
        }
    }
}

/// The error of an operation that ended badly: what the service said about it, or else how it ended.
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
