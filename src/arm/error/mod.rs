//! Everything that can go wrong between us and Azure, kept whole: what a person needs to read is in
//! [`Error::report`], what a program needs to know is in the `is_*` questions.
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

use super::call::Last;
use std::time::Duration;

pub use arm::{AdditionalInfo, ArmError, ErrorDetail, RequestLine};
pub use classify::Missing;
pub use login::LoginError;
pub use transport::{TransportError, TransportKind};

pub(super) use body::{excerpt, fill, member, read as read_error, without_mark};
pub use report::human;
pub(super) use transport::{causes, is_tls};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Azure Resource Manager refused a request.
    #[error("{0}")]
    Service(Box<ArmError>),
    /// A request was taken, and the operation it started failed or was cancelled in Azure.
    #[error("the operation ended as {status}: {0}", status = .0.ended_as())]
    Operation(Box<ArmError>),
    /// No token could be acquired.
    #[error("{0}")]
    Login(Box<LoginError>),
    /// The service could not be reached, or the connection broke.
    #[error("{0}")]
    Transport(Box<TransportError>),
    /// The service answered with success and with something that is not what was asked for.
    #[error("the answer to {request} cannot be read: {reason}")]
    Unreadable {
        /// The request it answers.
        request: Box<RequestLine>,
        /// What is wrong, with the beginning of the text.
        reason: String,
    },
    /// The answer is larger than anything that the service has to say.
    #[error("the answer to {request} is refused: {what}")]
    TooLarge {
        /// The request it answers.
        request: Box<RequestLine>,
        /// Which bound it exceeds.
        what: String,
        /// `x-ms-request-id` of the answer.
        request_id: Option<String>,
    },
    /// The service named an address that is not its own: nothing was sent there.
    #[error("{request} gave an address that is not followed: {reason}")]
    ForeignAddress {
        /// The request whose answer held the address.
        request: Box<RequestLine>,
        /// The address and the rule it breaks.
        reason: String,
    },
    /// The operation did not end before its deadline.
    #[error("{0}")]
    Timeout(Box<Timeout>),
    /// The service took a request, and does not know the operation any more.
    #[error(
        "Azure accepted the request and then forgot its operation ({operation}), and the object shows no result: {object}"
    )]
    Forgotten {
        /// What was being done.
        operation: String,
        /// What the object shows.
        object: String,
        /// What was last heard.
        last: Box<Last>,
    },
    /// The operation was told to stop.
    #[error("{operation} was stopped after {}, before it was done", human(*.elapsed))]
    Cancelled {
        /// What was being done.
        operation: String,
        /// How long it had been going on.
        elapsed: Duration,
    },
    /// The client cannot be set up as it was asked to.
    #[error("{0}")]
    Setup(String),
}

/// An operation that ran out of time, with all that is known about why.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeout {
    /// What was being done.
    pub operation: String,
    /// How long it had been going on.
    pub elapsed: Duration,
    /// How long it was allowed to take.
    pub limit: Duration,
    /// The wait that the service asked for and that would have ended after the deadline.
    pub wait: Option<Duration>,
    /// What was last heard.
    pub last: Last,
}

impl std::fmt::Display for Timeout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operation, elapsed, limit, wait, .. } = self;
        write!(f, "{operation} was not done after {}", human(*elapsed))?;
        match wait {
            Some(wait) => write!(
                f,
                ", and the next attempt in {} would come after its timeout of {}",
                human(*wait),
                human(*limit)
            ),
            None => write!(f, ", its timeout is {}", human(*limit)),
        }
    }
}

impl Error {
    pub(super) fn timeout(
        operation: &str,
        elapsed: Duration,
        limit: Duration,
        wait: Option<Duration>,
        last: Last,
    ) -> Self {
        Error::Timeout(Box::new(Timeout { operation: operation.to_owned(), elapsed, limit, wait, last }))
    }

    pub(super) fn unreadable(request: &RequestLine, reason: impl Into<String>) -> Self {
        Error::Unreadable { request: Box::new(request.clone()), reason: reason.into() }
    }

    /// What ARM said, if it said anything: the refusal itself, or for a timeout the last one that was waited out.
    pub fn arm(&self) -> Option<&ArmError> {
        match self {
            Error::Service(error) | Error::Operation(error) => Some(error),
            Error::Timeout(timeout) => timeout.last.error.as_deref(),
            _ => None,
        }
    }

    /// Why the service, or whoever hands out tokens, could not be reached.
    pub(super) fn transport(&self) -> Option<&TransportError> {
        match self {
            Error::Transport(error) => Some(error),
            Error::Login(error) => error.transport.as_deref(),
            _ => None,
        }
    }

    /// The refusal of a request, where ARM's own answer is the reason for this error.
    pub(super) fn refusal(&self) -> Option<&ArmError> {
        match self {
            Error::Service(error) => Some(error),
            _ => None,
        }
    }
}
