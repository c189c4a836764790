//! One poll of an operation, for a later run that must not wait.

use super::super::call::Call;
use super::super::error::{Error, RequestLine};
use super::super::exchange::Http;
use super::super::link;
use super::super::pipeline::Poll;
use super::status::{self, PollResult};
use super::{PendingOperation, PollTarget};

/// The result of one poll of an operation.
#[derive(Debug)]
pub enum OperationStatus {
    /// It still runs; the word is the service's own.
    Running(String),
    /// It is done.
    Done,
    /// It failed or was cancelled, with the service's reason.
    Failed(Error),
    /// The service does not know it (any more).
    Unknown,
}

/// Polls an operation once: at its own address, or without one at the object's.
pub(in crate::arm) async fn poll_once(
    http: &Http,
    pending: &PendingOperation,
    call: &Call,
) -> Result<OperationStatus, Error> {
    let (answer, read): (_, fn(&_) -> _) = match &pending.by {
        PollTarget::AsyncOperation(path) | PollTarget::Location(path) => {
            let line = RequestLine { method: "GET", path: path.clone() };
            let url = link::follow(&http.cloud, &line, path, http.api_version_of(&pending.resource))?;
            match pending.by {
                PollTarget::Location(_) => (http.poll(&url, Poll::Monitor, call).await?, status::location),
                _ => (http.poll(&url, Poll::Operation, call).await?, status::async_operation),
            }
        }
        PollTarget::ProvisioningState | PollTarget::Refused(_) => {
            (http.get(&http.url_of(&pending.resource)?, call).await?, status::object)
        }
    };
    match read(&answer) {
        Ok(PollResult::Running(word)) => Ok(OperationStatus::Running(word)),
        Ok(PollResult::Done | PollResult::DoneWithoutStatus | PollResult::DoneWithObject) => {
            Ok(OperationStatus::Done)
        }
        Ok(PollResult::NotFound) => Ok(OperationStatus::Unknown),
        Err(error @ (Error::Operation(_) | Error::Service(_))) => Ok(OperationStatus::Failed(error)),
        Err(error) => Err(error),
    }
}
