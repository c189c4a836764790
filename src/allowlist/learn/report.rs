//! What was learned and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::{Finding, FindingId, Severity, Subject};
use super::Reading;

/// How many requests of a kind are named; the others are counted.
const NAMED: usize = 1_000;

/// What the rules do not cover, where they are wider than the log, and how complete they can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What reading the log came to.
    pub reading: Reading,
    /// Records that asked for something else than the endpoint.
    pub other_destinations: usize,
    /// Records with an answer other than success.
    pub unsuccessful: usize,
    /// Records the rules allow, replayed.
    pub covered: usize,
    /// Records that were learned from and were too many to be replayed.
    pub not_replayed: usize,
    /// Requests the rules do not allow, by reason; alike ones together.
    pub left_out: Vec<LeftOut>,
    /// How many more requests are not allowed than are listed.
    pub left_out_beyond: usize,
    /// Requests recorded as not allowed that the rules would allow.
    pub newly_allowed: Vec<(Request, usize)>,
    /// Where the rules are wider than what was seen.
    pub wider: Vec<Wider>,
    /// For each identity a few of its command lines, to tell scripts apart.
    pub commands: BTreeMap<String, BTreeSet<String>>,
}

/// A request, as a person would look for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The request target.
    pub url: String,
    /// Who asked.
    pub user_name: String,
    /// With which program.
    pub exe_path: String,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by \"{}\" as \"{}\"", self.method, self.url, self.exe_path, self.user_name)
    }
}

/// Requests the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Why.
    pub reason: Reason,
    /// Which.
    pub request: Request,
    /// How often it was recorded.
    pub times: usize,
}

/// Why a recorded request is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The rules should allow it and do not.
    StillDenied,
    /// It was recorded as not allowed, and nobody said it is wanted.
    NotAllowed,
    /// WireServer and HostGAPlugin refuse callers that are not elevated, whatever the rules.
    NotElevated,
    /// The log does not say which program it was.
    UnknownCaller,
    /// The program was replaced while it ran.
    ReplacedProgram,
    /// Only a privilege for every path would match it.
    OnlyByEverything,
    /// Its path or method is refused before any rule.
    RefusedBeforeRules,
    /// A line of the system log says that Audit mode would deny it, and no record says who asked.
    DeniedInAudit,
    /// There are more different requests than are learned.
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
            Self::UnknownCaller => "the log does not say which program asked",
            Self::ReplacedProgram => "the program was replaced while it ran",
            Self::OnlyByEverything => "only a privilege for every path would match it",
            Self::RefusedBeforeRules => "the guest agent refuses it before any rule",
            Self::DeniedInAudit => {
                "the system log says that it was denied in audit mode, and no record says who asked"
            }
            Self::TooMany => "there are more different requests than are learned",
        })
    }
}

/// A place where the rules are wider than what was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wider {
    /// A path was cut in front of an id.
    Path {
        /// The privilege.
        privilege: String,
        /// Its path.
        path: String,
        /// A few of the requests seen.
        seen: Vec<String>,
    },
    /// A folder with a version is not asked for.
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
            Self::Path { privilege, path, seen } => {
                write!(
                    f,
                    "privilege \"{privilege}\" matches all below \"{path}\"; seen were {}",
                    seen.join(", ")
                )
            }
            Self::Identity { identity, instead_of } => {
                write!(
                    f,
                    "identity \"{identity}\" does not ask for the folder \"{instead_of}\", only for the file's name"
                )
            }
        }
    }
}

impl Report {
    /// Whether the log can have held every request: it is a Trace log and nothing of it was lost.
    pub fn is_complete(&self) -> bool {
        let reading = &self.reading;
        let lost = reading.truncated + reading.malformed + reading.too_long;
        reading.traced > 0 && lost == 0 && reading.denied.is_empty()
    }

    /// Whether every wanted request that was replayed is allowed.
    pub fn is_covered(&self) -> bool {
        self.left_out.iter().all(|one| one.reason == Reason::NotAllowed)
    }

    /// What a linter has to say about rules learned from this log: L52, when it is not complete.
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
                "were learned from {} record{}{time}, which the guest agent thins out to one URL for each process in \
                15 minutes: requests are missing.",
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

    pub(super) fn leave_out(&mut self, reason: Reason, request: Request, times: usize) {
        self.left_out.push(LeftOut { reason, request, times });
    }

    /// Brings everything into its order, with alike requests together and lists of a bounded length.
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
