//! One recorded request.

use super::super::{Destination, OsType, Request};

/// The outcome of a recorded request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Not allowed by the rules or for lack of elevation: refused, or recorded in Audit mode.
    NotAllowed,
    /// It was forwarded and the response had this status, or the agent refused it with 4xx before any rule.
    Answered(u16),
    /// It was forwarded, but the host could not be reached.
    HostUnreachable,
    /// The log does not show it. The published queries for Log Analytics omit it.
    Unknown,
}

/// A request as a guest agent recorded it, with the claims about its caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// The method.
    pub method: String,
    /// The request target as received.
    pub url: String,
    /// Where it went.
    pub destination: Destination,
    /// Account name.
    pub user_name: String,
    /// Names of the account's groups; empty if the log omits them.
    pub user_groups: Vec<String>,
    /// Path of the executable.
    pub exe_path: String,
    /// The first arguments, with secrets removed by the agent.
    pub command_line: String,
    /// Whether the caller was elevated.
    pub elevated: bool,
    /// The outcome.
    pub outcome: Outcome,
    /// The time as it was written, if any.
    pub time: Option<String>,
    /// Whether it comes from a Trace log, which is complete, and not from a thinned-out summary.
    pub traced: bool,
}

impl Record {
    /// The last component of the executable's path, which the agent uses as the process name.
    pub fn process_name(&self, os_type: OsType) -> &str {
        let separator = |c: char| c == '/' || (c == '\\' && os_type == OsType::Windows);
        self.exe_path.rsplit(separator).next().unwrap_or_default()
    }

    /// The request to decide.
    pub fn request(&self, os_type: OsType) -> Request<'_> {
        Request {
            destination: self.destination,
            os_type,
            method: &self.method,
            url: &self.url,
            user_name: &self.user_name,
            user_groups: &self.user_groups,
            exe_path: &self.exe_path,
            process_name: self.process_name(os_type),
            elevated: self.elevated,
        }
    }
}
