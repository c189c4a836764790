//! The last response that a call received: the most useful information once its time has expired.

use super::ArmError;

/// What the service last returned, for the message of a timeout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Last {
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
