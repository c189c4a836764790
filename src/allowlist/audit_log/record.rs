//! One recorded request.

use super::super::{Destination, OsType, Request};

/// What became of a recorded request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The rules, or the demand for elevation, said no: refused, or recorded in Audit mode.
    NotAllowed,
    /// It was forwarded and answered with this status, or refused by the agent with 4xx before any rule.
    Answered(u16),
    /// It was forwarded, and the host could not be reached.
    HostUnreachable,
    /// The log does not say. The published queries for Log Analytics leave it out.
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
    /// Names of the account's groups; empty where the log leaves them out.
    pub user_groups: Vec<String>,
    /// Path of the executable.
    pub exe_path: String,
    /// The first arguments, with secrets removed by the agent.
    pub command_line: String,
    /// Whether the caller was elevated.
    pub elevated: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// When, as it was written, if it was.
    pub time: Option<String>,
    /// Whether it comes from a Trace log, which is complete, and not from a thinned-out summary.
    pub traced: bool,
}

impl Record {
    /// The last component of the executable's path, which the agent takes for the name of the process.
    pub fn process_name(&self, os_type: OsType) -> &str {
        let separator = |c: char| c == '/' || (c == '\\' && os_type == OsType::Windows);
        self.exe_path.rsplit(separator).next().unwrap_or_default()
    }

    /// The request to decide about.
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
