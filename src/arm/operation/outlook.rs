//! One poll of an operation, for a later run that must not wait.

use super::super::call::Call;
use super::super::error::{Error, RequestLine};
use super::super::exchange::Http;
use super::super::link;
use super::super::pipeline::Look;
use super::status::{self, Seen};
use super::{By, PendingOperation};

/// The result of one poll of an operation.
#[derive(Debug)]
pub enum Outlook {
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
pub(in crate::arm) async fn look(
    http: &Http,
    pending: &PendingOperation,
    call: &Call,
) -> Result<Outlook, Error> {
    let (answer, read): (_, fn(&_) -> _) = match &pending.by {
        By::AsyncOperation(path) | By::Location(path) => {
            let line = RequestLine { method: "GET", path: path.clone() };
            let url = link::follow(&http.cloud, &line, path, http.api_version_of(&pending.resource))?;
            match pending.by {
                By::Location(_) => (http.look(&url, Look::Monitor, call).await?, status::location),
                _ => (http.look(&url, Look::Operation, call).await?, status::async_operation),
            }
        }
        By::ProvisioningState | By::Refused(_) => {
            (http.get(&http.url_of(&pending.resource)?, call).await?, status::object)
        }
    };
    match read(&answer) {
        Ok(Seen::Running(word)) => Ok(Outlook::Running(word)),
        Ok(Seen::Done | Seen::DoneSilently | Seen::DoneWithObject) => Ok(Outlook::Done),
        Ok(Seen::Nothing) => Ok(Outlook::Unknown),
        Err(error @ (Error::Operation(_) | Error::Service(_))) => Ok(Outlook::Failed(error)),
        Err(error) => Err(error),
    }
}
