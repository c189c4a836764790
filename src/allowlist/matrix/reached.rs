//! Who reaches tokens, certificates and the like: decided for every identity.

use super::super::decision::CallerRoles;
use super::super::{Sensitive, sensitive};
use super::cell::{AllowedBy, CellOutcome};
use super::process::Process;
use super::rows::{granted, rank, sensitive_requests};
use super::{MatrixInput, RowRequest};

/// How many identities are checked.
const MOST_IDENTITIES: usize = 1_000;
/// How many decisions are made.
const MOST_DECISIONS: usize = 100_000;
/// The minimum number of requests of one kind that are checked.
const FEWEST_REQUESTS: usize = 20;

/// Who reaches sensitive data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The data.
    pub what: Sensitive,
    /// The processes, the widest first.
    pub by: Vec<Reacher>,
    /// The request for it.
    pub request: RowRequest,
    /// The outcome of that request for a process without an identity.
    pub others: CellOutcome,
}

/// One that reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reacher {
    /// The identity; nothing for a process without one.
    pub identity: Option<String>,
    /// Allowed, let through, or unknown.
    pub outcome: CellOutcome,
    /// What allows it.
    pub by: Option<AllowedBy>,
    /// The required form of the request: only with these parameters or below this path. Nothing if any form
    /// will do.
    pub only: Option<RowRequest>,
}

/// What was found, and what was not checked.
pub(super) struct SensitiveAccess {
    pub(super) reached: Vec<Reached>,
    pub(super) identities_not_checked: usize,
    pub(super) privileges_not_checked: usize,
}

pub(super) fn reached(input: &MatrixInput<'_>, identities: &[&str]) -> SensitiveAccess {
    let checked = identities.get(..identities.len().min(MOST_IDENTITIES)).unwrap_or_default();
    let processes: Vec<(Option<&str>, Process, Vec<CallerRoles>)> = checked
        .iter()
        .map(|name| Some(*name))
        .chain([None])
        .map(|name| {
            let process = Process::new(name.and_then(|name| input.rules.identities.get(name)), &input.unused);
            let roles = input.decider.roles_of(&process);
            (name, process, roles)
        })
        .collect();
    let most = (MOST_DECISIONS / (processes.len() * 4)).max(FEWEST_REQUESTS);
    let granted = granted(&input.rules);
    let mut access = SensitiveAccess {
        reached: Vec::new(),
        identities_not_checked: identities.len() - checked.len(),
        privileges_not_checked: 0,
    };
    for (what, request) in sensitive_requests(input.endpoint) {
        let pattern = request.pattern();
        let narrower: Vec<RowRequest> = input
            .rules
            .privileges
            .iter()
            .filter(|(name, one)| {
                granted.contains(name.as_str())
                    && sensitive(&one.path, &one.query_parameters, input.endpoint).contains(&what)
            })
            .map(|(_, one)| RowRequest::from(one))
            .filter(|one| pattern.overlaps(&one.pattern()) && !one.pattern().covers(&pattern))
            .map(|one| request.and(&one))
            .collect();
        access.privileges_not_checked += narrower.len().saturating_sub(most);
        let Some((_, anybody, _)) = processes.last() else { continue };
        let requests: Vec<_> = std::iter::once((None, &request))
            .chain(narrower.iter().take(most).map(|one| (Some(one), one)))
            .filter_map(|(only, one)| Some((only, input.decider.match_request(anybody, &one.target()?))))
            .collect();
        let mut by = Vec::new();
        for (name, process, roles) in &processes {
            let whole =
                requests.iter().map(|(only, matched)| (only, input.decider.decide(process, roles, matched)));
            for (only, cell) in whole {
                let counts =
                    cell.outcome.is_allowed() || (only.is_none() && cell.outcome == CellOutcome::Unknown);
                if counts {
                    by.push(Reacher {
                        identity: name.map(str::to_owned),
                        outcome: cell.outcome,
                        by: cell.by,
                        only: only.cloned(),
                    });
                }
                // Whoever may send the plain request may send the others, unless a privilege closes one of
                // them: the matrix shows that.
                if only.is_none() && cell.outcome.is_allowed() {
                    break;
                }
            }
        }
        let others = processes.last().zip(requests.first());
        let others = others
            .map(|((_, process, roles), (_, matched))| input.decider.decide(process, roles, matched).outcome);
        access.reached.push(Reached { what, by, request, others: others.unwrap_or(CellOutcome::Unknown) });
    }
    access.reached.sort_by_key(|one| rank(one.what));
    access
}
