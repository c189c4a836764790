//! What was learned and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::{Finding, FindingId, Severity, Subject};
use super::Reading;

/// How many requests of a kind are named; the others are counted.
const NAMED: usize = 1_000;

/// What the rules do not cover, where they are wider than the log, and how complete the log can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LearnReport {
    /// The result of reading the log.
    pub reading: Reading,
    /// The number of records for other destinations than the endpoint.
    pub other_destinations: usize,
    /// The number of records with a status other than success.
    pub unsuccessful: usize,
    /// The number of records that the rules allow on replay.
    pub covered: usize,
    /// The number of records that were learned from but were too many to replay.
    pub not_replayed: usize,
    /// Requests that the rules do not allow, by reason; equal ones together.
    pub left_out: Vec<LeftOut>,
    /// The number of further requests that are not allowed and not listed.
    pub left_out_beyond: usize,
    /// Requests recorded as not allowed that the rules would allow.
    pub newly_allowed: Vec<(LeftOutRequest, usize)>,
    /// Where the rules are wider than the log.
    pub wider: Vec<Wider>,
    /// For each identity a few of its command lines, to distinguish scripts.
    pub commands: BTreeMap<String, BTreeSet<String>>,
}

/// A request, as a person would search for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOutRequest {
    /// The method.
    pub method: String,
    /// The request target.
    pub url: String,
    /// The account.
    pub user_name: String,
    /// The program.
    pub exe_path: String,
}

impl fmt::Display for LeftOutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by \"{}\" as \"{}\"", self.method, self.url, self.exe_path, self.user_name)
    }
}

/// Requests that the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The reason.
    pub reason: Reason,
    /// The request.
    pub request: LeftOutRequest,
    /// How often it was recorded.
    pub times: usize,
}

/// Why a recorded request is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The rules should allow it but do not.
    StillDenied,
    /// It was recorded as not allowed, and no option allows it.
    NotAllowed,
    /// WireServer and HostGAPlugin refuse callers that are not elevated, whatever the rules are.
    NotElevated,
    /// The log does not name the program.
    UnknownCaller,
    /// The program was replaced while it ran.
    ReplacedProgram,
    /// Only a privilege for every path would match it.
    OnlyByEverything,
    /// Its path or method is refused before any rule.
    RefusedBeforeRules,
    /// According to the system log Audit mode would deny it, but no record names the caller.
    DeniedInAudit,
    /// There are more different requests than can be learned.
    TooMany,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StillDenied => "the learned rules refuse it",
            Self::NotAllowed => "it was recorded as not allowed",
            Self::NotElevated => {
                "the caller is not elevated, which the WireServer refuses whatever the rules say"
            }
            Self::UnknownCaller => "the log does not name the program",
            Self::ReplacedProgram => "the program was replaced while it ran",
            Self::OnlyByEverything => "only a privilege for every path would match it",
            Self::RefusedBeforeRules => "the guest agent refuses it before any rule",
            Self::DeniedInAudit => {
                "the system log says that it was denied in audit mode, but no record names the caller"
            }
            Self::TooMany => "there are more different requests than can be learned",
        })
    }
}

/// A place where the rules are wider than the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wider {
    /// A path was cut before an id.
    Path {
        /// The privilege.
        privilege: String,
        /// Its path.
        path: String,
        /// A few of the recorded requests.
        examples: Vec<String>,
    },
    /// A folder with a version is not required.
    Identity {
        /// The identity.
        identity: String,
        /// The folder.
        instead_of: String,
    },
}

impl fmt::Display for Wider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { privilege, path, examples } => {
                write!(
                    f,
                    "privilege \"{privilege}\" matches all below \"{path}\"; the log has {}",
                    examples.join(", ")
                )
            }
            Self::Identity { identity, instead_of } => {
                write!(
                    f,
                    "identity \"{identity}\" does not require the folder \"{instead_of}\", only the file \
                     name"
                )
            }
        }
    }
}

impl LearnReport {
    /// Whether the log can have contained every request: it is a complete Trace log.
    pub fn is_complete(&self) -> bool {
        let reading = &self.reading;
        let lost = reading.truncated + reading.malformed + reading.too_long;
        reading.traced > 0 && lost == 0 && reading.denied.is_empty()
    }

    /// Whether every wanted request that was replayed is allowed.
    pub fn is_covered(&self) -> bool {
        self.left_out.iter().all(|one| one.reason == Reason::NotAllowed)
    }

    /// The finding about rules learned from this log: L52, if the log is not complete.
    pub fn finding(&self) -> Option<Finding> {
        if self.is_complete() {
            return None;
        }
        let time = match (&self.reading.first_time, &self.reading.last_time) {
            (Some(first), Some(last)) => format!(" from {first} to {last}"),
            _ => String::new(),
        };
        Some(Finding {
            id: FindingId::L52,
            severity: Severity::Warning,
            high: false,
            subject: Subject::Rules,
            message: format!(
                "were learned from {} record{}{time}, which the guest agent thins out to one URL for each \
                process in 15 minutes, so requests are missing.",
                self.reading.records(),
                if self.reading.records() == 1 { "" } else { "s" }
            ),
            suggestion: Some(
                "Learn from ProxyAgent.Connection.log at level Trace. Released agents do not write it: set `logFolder`, and \
                 `fileLogLevel` to `Trace`, in /etc/azure/proxy-agent.json (on Windows GuestProxyAgent.json beside the \
                 program), and restart the agent."
                    .into(),
            ),
        })
    }

    pub(super) fn leave_out(&mut self, reason: Reason, request: LeftOutRequest, times: usize) {
        self.left_out.push(LeftOut { reason, request, times });
    }

    /// Sorts everything, groups equal requests, and limits the lists.
    pub(super) fn sort(&mut self) {
        self.left_out.sort_unstable();
        self.left_out.dedup_by(|next, one| {
            let alike = (next.reason, &next.request) == (one.reason, &one.request);
            one.times += if alike { next.times } else { 0 };
            alike
        });
        self.left_out_beyond = self.left_out.len().saturating_sub(NAMED);
        self.left_out.truncate(NAMED);
        self.newly_allowed.sort_unstable();
        self.newly_allowed.dedup_by(|next, one| next.0 == one.0);
        self.newly_allowed.truncate(NAMED);
        self.wider.sort_unstable();
    }
}
