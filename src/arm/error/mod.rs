//! All errors between us and Azure, kept whole: [`Error::report`] is for a person, the `is_*` predicates are
//! for a program.
//!
//! No message holds a token, a secret or a backtrace.

mod arm;
mod body;
mod classify;

mod login;
mod report;
mod transport;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use arm::{AdditionalInfo, ArmError, ErrorDetail, RequestLine};
pub use classify::Missing;

pub use login::LoginError;
pub use transport::{TransportError, TransportKind};

pub(super) use body::{excerpt, fill, member, read as read_error, without_mark};
pub use report::duration_text;
pub(super) use transport::{causes, is_tls};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Azure Resource Manager refused a request.
    #[error("{0}")]
    Service(Box<ArmError>),
    /// A request was accepted, and the operation it started failed or was cancelled in Azure.
    #[error("the operation ended as {status}: {0}", status = .0.final_status())]
    Operation(Box<ArmError>),
    /// No token could be acquired.
    #[error("{0}")]
    Login(Box<LoginError>),
    /// The service could not be reached, or the connection broke.
    #[error("{0}")]
    Transport(Box<TransportError>),
    /// The service responded with success, but not with the expected content.
    #[error("the response to {request} cannot be read: {reason}")]
    Unreadable {
        /// The request.
        request: Box<RequestLine>,
        /// What is wrong, with the beginning of the text.
        reason: String,
    },
    /// The response is larger than any that the service should send.
    #[error("the response to {request} is refused: {what}")]
    TooLarge {
        /// The request.
        request: Box<RequestLine>,
        /// The bound that it exceeds.
        what: String,
        /// `x-ms-request-id` of the response.
        request_id: Option<String>,
    },
    /// The service named an address that is not its own: nothing was sent there.
    #[error("{request} returned an address that is not followed: {reason}")]
    ForeignAddress {
        /// The request whose response contained the address.
        request: Box<RequestLine>,
        /// The address and the rule it breaks.
        reason: String,
    },
    /// The operation did not end before its deadline.
    #[error("{0}")]
    Timeout(Box<Timeout>),
    /// The service accepted a request, but does not know the operation any more.
    #[error(
        "Azure accepted the request and then forgot its operation ({operation}), and the object shows no result: {object}"
    )]
    Forgotten {
        /// The operation.
        operation: String,
        /// The state of the object.
        object: String,
        /// The last response.
        last: Box<LastResponse>,
    },
    /// The operation was cancelled.
    #[error("{operation} was stopped after {}, before it was done", duration_text(*.elapsed))]
    Cancelled {
        /// The operation.
        operation: String,
        /// The elapsed time.
        elapsed: Duration,
    },
    /// The client's settings cannot be used.
    #[error("{0}")]
    Setup(String),
}

/// The service's last response, for the message of a timeout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastResponse {
    /// The status of the last response.
    pub status: Option<u16>,
    /// The state of a running operation, with the percentage if there is one.
    pub progress: Option<String>,
    /// The last error that was retried.
    pub error: Option<Box<ArmError>>,
    /// The last failure to reach the service.
    pub transport: Option<String>,
    /// The request id of the last response.
    pub request_id: Option<String>,
    /// The correlation id that the requests of one run share.
    pub correlation_id: Option<String>,
}

/// An operation that timed out, with all that is known about why.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeout {
    /// The operation.
    pub operation: String,
    /// The elapsed time.
    pub elapsed: Duration,
    /// The allowed time.
    pub limit: Duration,
    /// The service's requested wait that would have ended after the deadline.
    pub wait: Option<Duration>,
    /// The last response.
    pub last: LastResponse,
}

impl std::fmt::Display for Timeout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operation, elapsed, limit, wait, .. } = self;
        write!(f, "{operation} was not done after {}", duration_text(*elapsed))?;
        match wait {
            Some(wait) => write!(
                f,
                ", and the next attempt in {} would come after its timeout of {}",
                duration_text(*wait),
                duration_text(*limit)
            ),
            None => write!(f, ", its timeout is {}", duration_text(*limit)),
        }
    }
}

impl Error {
    pub(super) fn timeout(
        operation: &str,
        elapsed: Duration,
        limit: Duration,
        wait: Option<Duration>,
        last: LastResponse,
    ) -> Self {
        Error::Timeout(Box::new(Timeout { operation: operation.to_owned(), elapsed, limit, wait, last }))
    }

    pub(super) fn unreadable(request: &RequestLine, reason: impl Into<String>) -> Self {
        Error::Unreadable { request: Box::new(request.clone()), reason: reason.into() }
    }

    /// ARM's error, if there is one: the refusal itself, or for a timeout the last error that was retried.
    pub fn arm(&self) -> Option<&ArmError> {
        match self {
            Error::Service(error) | Error::Operation(error) => Some(error),
            Error::Timeout(timeout) => timeout.last.error.as_deref(),
            _ => None,
        }
    }

    /// Why the service, or the authority that issues tokens, could not be reached.
    pub(super) fn transport(&self) -> Option<&TransportError> {
        match self {
            Error::Transport(error) => Some(error),
            Error::Login(error) => error.transport.as_deref(),
            _ => None,
        }
    }

    /// The refusal of a request, if ARM's own response is the reason for this error.
    pub(super) fn refusal(&self) -> Option<&ArmError> {
        match self {
            Error::Service(error) => Some(error),
            _ => None,
        }
    }
}
