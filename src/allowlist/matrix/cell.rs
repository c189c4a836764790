//! One cell: the decision about a process and a request, even if some of the rules is unknown.

use std::collections::BTreeSet;

use super::super::decision::{CallerRoles, MatchedRequest};
use super::super::{
    Allowlist, DefaultAccess, Document, Endpoint, Matcher, Mode, OsType, Rules, Step, Verdict,
};
use super::process::Process;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellOutcome {
    /// A role allows it.
    Allowed,
    /// No privilege matches, and the default access is Allow.
    ByDefault,
    /// The rules are not evaluated.
    NotEvaluated,
    /// It is not allowed; Audit records it and lets it pass.
    Recorded,
    /// It is refused.
    Denied,
    /// The rules do not allow it; the outcome depends on the mode, which is unknown.
    NotAllowed,
    /// It depends on something unknown.
    Unknown,
    /// There is no such request, or no such process.
    Impossible,
}

impl CellOutcome {
    /// Whether the request passes without being recorded.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed | Self::ByDefault | Self::NotEvaluated)
    }

    /// The word in results that programs read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ByDefault => "allowed_by_default",
            Self::NotEvaluated => "not_evaluated",
            Self::Recorded => "recorded",
            Self::Denied => "denied",
            Self::NotAllowed => "not_allowed",
            Self::Unknown => "unknown",
            Self::Impossible => "impossible",
        }
    }

    /// Every outcome, for descriptions.
    pub const ALL: [Self; 8] = [
        Self::Allowed,
        Self::ByDefault,
        Self::NotEvaluated,
        Self::Recorded,
        Self::Denied,
        Self::NotAllowed,
        Self::Unknown,
        Self::Impossible,
    ];
}

/// What allows a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AllowedBy {
    /// The role.
    pub role: String,
    /// The privilege that matches.
    pub privilege: String,
    /// The identity that has the role.
    pub identity: String,
}

/// The outcome of a request of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The outcome.
    pub outcome: CellOutcome,
    /// What allows it, if a role does.
    pub by: Option<AllowedBy>,
    /// A privilege that allows some requests of the row, if it does not allow this one.
    pub in_part: Option<AllowedBy>,
}

impl Cell {
    pub(super) const fn plain(outcome: CellOutcome) -> Self {
        Self { outcome, by: None, in_part: None }
    }
}

/// Decides as the agent would, for every reading of the unknown parts: an outcome is one on which all
/// readings agree.
pub(super) struct Decider {
    matchers: Vec<Matcher>,
    mode: Option<Mode>,
    endpoint: Endpoint,
    os_type: OsType,
}

impl Decider {
    pub(super) fn new(
        document: &Document,
        endpoint: Endpoint,
        os_type: OsType,
        is_open: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mode = document.mode.as_deref().map(Mode::as_agent_reads);
        let rules = document.rules_as_agent_reads();
        let mut readings = vec![rules.clone()];
        let opened = at_their_widest(rules, is_open);
        if readings.first() != Some(&opened) {
            readings.push(opened);
        }
        let accesses = match document.default_access.as_deref() {
            Some(word) => vec![DefaultAccess::as_agent_reads(word)],
            None => vec![DefaultAccess::Deny, DefaultAccess::Allow],
        };
        let of = |rules: Rules| {
            let mode = mode.unwrap_or(Mode::Enforce);
            accesses
                .iter()
                .map(move |&default_access| Allowlist { mode, default_access, rules: rules.clone() })
                .map(|allowlist| Matcher::new(&allowlist))
                .collect::<Vec<_>>()
        };
        let matchers = readings.into_iter().flat_map(of).collect();
        Self { matchers, mode, endpoint, os_type }
    }

    /// The identities and roles of a process, by each reading.
    pub(super) fn roles_of(&self, process: &Process) -> Vec<CallerRoles> {
        let request = process.request("/", self.endpoint, self.os_type);
        self.matchers.iter().map(|matcher| matcher.roles_of_caller(&request)).collect()
    }

    /// The part of a decision that does not depend on the caller.
    pub(super) fn match_request(&self, process: &Process, target: &str) -> Vec<MatchedRequest<'_>> {
        let request = process.request(target, self.endpoint, self.os_type);
        self.matchers.iter().map(|matcher| matcher.match_request(&request)).collect()
    }

    /// The outcome of one request, and what allows it.
    pub(super) fn decide(
        &self,
        process: &Process,
        roles: &[CallerRoles],
        matched: &[MatchedRequest<'_>],
    ) -> Cell {
        if !process.is_possible {
            return Cell::plain(CellOutcome::Impossible);
        }
        let mut cells = self.matchers.iter().zip(roles).zip(matched).map(|((matcher, roles), matched)| {
            let decision = matcher.decide_matched(matched, roles);
            let outcome = match (decision.verdict, decision.step, self.mode) {
                (Verdict::Allowed, Step::Granted, _) => CellOutcome::Allowed,
                (Verdict::Allowed, Step::DefaultAccess, _) => CellOutcome::ByDefault,
                (Verdict::Allowed, ..) => CellOutcome::NotEvaluated,
                (Verdict::AllowedByAudit, ..) => CellOutcome::Recorded,
                (Verdict::Denied, _, None) => CellOutcome::NotAllowed,
                (Verdict::Denied, ..) => CellOutcome::Denied,
            };
            let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
            let by = (outcome == CellOutcome::Allowed).then(|| AllowedBy {
                role: name(decision.role),
                privilege: name(decision.privilege),
                identity: name(decision.identity),
            });
            Cell { by, ..Cell::plain(outcome) }
        });
        let Some(first) = cells.next() else { return Cell::plain(CellOutcome::Unknown) };
        if cells.any(|other| other.outcome != first.outcome) {
            Cell::plain(CellOutcome::Unknown)
        } else {
            first
        }
    }

    /// The readings of the unknown parts.
    pub(super) const fn readings(&self) -> usize {
        self.matchers.len()
    }

    /// The identities that a process has.
    pub(super) fn identities_of(&self, process: &Process) -> BTreeSet<String> {
        let roles = self.roles_of(process);
        let all = self.matchers.iter().zip(&roles);
        all.flat_map(|(matcher, roles)| matcher.names_of(roles)).map(str::to_owned).collect()
    }

    /// Whether no privilege matches a request.
    pub(super) fn is_unmatched(&self, process: &Process, target: &str) -> bool {
        let request = process.request(target, self.endpoint, self.os_type);
        self.matchers.iter().all(|matcher| matcher.matches(&request).privileges.is_empty())
    }
}

/// Rules in which privileges and identities with unknown texts always match. In the other extreme they match
/// nothing, as their placeholders do.
fn at_their_widest(mut rules: Rules, is_open: &dyn Fn(&str) -> bool) -> Rules {
    for one in rules.privileges.values_mut() {
        if is_open(&one.path) {
            one.path.clear();
        }
        one.query_parameters.retain(|_, value| !is_open(value));
    }
    for one in rules.identities.values_mut() {
        for text in [&mut one.user_name, &mut one.group_name, &mut one.exe_path, &mut one.process_name] {
            if text.as_deref().is_some_and(is_open) {
                *text = None;
            }
        }
    }
    rules
}
