//! Compares two rule sets: the requests that are decided differently.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Pattern;
use super::super::{Endpoint, Identity, Rules, Sensitive};
use super::cell::{Cell, CellOutcome, Decider};
use super::process::{Process, UnusedNames};
use super::rows::{endpoint_of, sensitive_requests};
use super::{MatrixSource, RowRequest};

/// How many decisions are compared.
const MOST_DECISIONS: usize = 60_000;
/// How many identities of both sides are compared.
const MOST_PROCESSES: usize = 500;
/// The maximum number of changes kept; the others are counted.
const KEPT: usize = 1_000;

/// A request that is decided differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDecision {
    /// The identity; nothing for a process that has no identity on either side.
    pub identity: Option<String>,
    /// Whether the identity is one of the old rules that is removed, or has other conditions now.
    pub is_former: bool,
    /// The request, as a rule writes it.
    pub request: RowRequest,
    /// The same as sent; nothing for any request that no privilege of either side matches.
    pub target: Option<String>,
    /// The kind of tokens, certificates and the like.
    pub sensitive: Vec<Sensitive>,
    /// The old outcome.
    pub before: Cell,
    /// The new outcome.
    pub after: Cell,
}

impl ChangedDecision {
    /// Whether it passes, or is allowed, and did not before.
    pub fn opens(&self) -> bool {
        opens(self.before.outcome, self.after.outcome)
    }

    /// Whether it passed, or was allowed, and does not any more.
    pub fn closes(&self) -> bool {
        opens(self.after.outcome, self.before.outcome)
    }
}

fn opens(before: CellOutcome, after: CellOutcome) -> bool {
    let is_refused = |outcome| matches!(outcome, CellOutcome::Denied | CellOutcome::NotAllowed);
    let is_known = |outcome| !matches!(outcome, CellOutcome::Unknown | CellOutcome::Impossible);
    let allowed = !before.is_allowed() && after.is_allowed() && is_known(before);
    let let_through = is_refused(before) && !is_refused(after) && is_known(after);
    allowed || let_through
}

/// The effect of a change on requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The requests that are decided differently: those for tokens and certificates first, then those that
    /// open, then those that close.
    pub changes: Vec<ChangedDecision>,
    /// The number of further ones.
    pub more: usize,
    /// Whether every privilege and every identity of both sides was compared.
    pub is_complete: bool,
}

/// Decides on both sides the shortest request of every privilege of either, by a process of every identity of
/// either.
pub fn compare(old: &MatrixSource<'_>, new: &MatrixSource<'_>) -> Compared {
    let rules = |source: &MatrixSource<'_>| source.document.rules.clone().unwrap_or_default().into_rules().0;
    let (before, after) = (rules(old), rules(new));
    let os_type = new.os_type.or(old.os_type);
    let unused = UnusedNames::new(&[&before, &after], os_type);
    let given = new.endpoint.or(old.endpoint).map(Endpoint::profile);
    let endpoint = given.or_else(|| endpoint_of(&after)).or_else(|| endpoint_of(&before));
    let decider = |source: &MatrixSource<'_>| {
        let endpoint = endpoint.unwrap_or(Endpoint::Imds);
        Decider::new(source.document, endpoint, unused.os_type(), source.is_open)
    };
    let (old_decider, new_decider) = (decider(old), decider(new));
    let is_open = |text: &str| (old.is_open)(text) || (new.is_open)(text);
    let (processes, processes_left_out) = processes(&before, &after, &unused);
    let (requests, requests_left_out) =
        requests(&[&before, &after], endpoint, &is_open, MOST_DECISIONS / processes.len().max(1));
    let rest = processes.last().and_then(|one| {
        let targets = ["/another", "/", "/metadata/another", "/~"];
        let unmatched = |target: &&str| {
            old_decider.is_unmatched(&one.process, target) && new_decider.is_unmatched(&one.process, target)
        };
        targets.into_iter().find(unmatched)
    });
    let mut compared =
        Compared { is_complete: !processes_left_out && !requests_left_out, ..Compared::default() };
    let Some(anybody) = processes.last().map(|one| &one.process) else { return compared };
    let rest = rest.map(|target| (RowRequest::default(), target.to_owned(), Vec::new()));
    let matched: Vec<_> = requests
        .iter()
        .map(|one| (one, false))
        .chain(rest.iter().map(|one| (one, true)))
        .map(|(one, is_rest)| {
            let (before, after) =
                (old_decider.match_request(anybody, &one.1), new_decider.match_request(anybody, &one.1));
            (one, is_rest, before, after)
        })
        .collect();
    let mut changes = Vec::new();
    for one in &processes {
        let (old_roles, new_roles) = (old_decider.roles_of(&one.process), new_decider.roles_of(&one.process));
        for ((request, target, sensitive), is_rest, before, after) in &matched {
            let before = old_decider.decide(&one.process, &old_roles, before);
            let after = new_decider.decide(&one.process, &new_roles, after);
            if before.outcome != after.outcome {
                changes.push(ChangedDecision {
                    identity: one.name.clone(),
                    is_former: one.is_former,
                    request: request.clone(),
                    target: (!is_rest).then(|| target.clone()),
                    sensitive: sensitive.clone(),
                    before,
                    after,
                });
            }
        }
    }
    changes.sort_by_key(|one| {
        (one.sensitive.is_empty(), !one.opens(), !one.closes(), one.request.clone(), one.identity.clone())
    });
    compared.more = changes.len().saturating_sub(KEPT);
    changes.truncate(KEPT);
    compared.changes = changes;
    compared
}

/// A process of the comparison.
struct ComparedProcess {
    name: Option<String>,
    is_former: bool,
    process: Process,
}

/// A process of every identity of either side, and one of none; whether some are left out.
fn processes(before: &Rules, after: &Rules, unused: &UnusedNames) -> (Vec<ComparedProcess>, bool) {
    let key = |one: &Identity| {
        (one.user_name.clone(), one.group_name.clone(), one.exe_path.clone(), one.process_name.clone())
    };
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    let both = after.identities.iter().map(|one| (false, one));
    for (is_former, (name, identity)) in both.chain(before.identities.iter().map(|one| (true, one))) {
        if seen.insert(key(identity)) {
            all.push((is_former, name, identity));
        }
    }
    let is_cut = all.len() > MOST_PROCESSES;
    all.truncate(MOST_PROCESSES);
    let mut processes: Vec<_> = all
        .into_iter()
        .map(|(is_former, name, identity)| ComparedProcess {
            name: Some(name.clone()),
            is_former,
            process: Process::new(Some(identity), unused),
        })
        .collect();
    processes.push(ComparedProcess { name: None, is_former: false, process: Process::new(None, unused) });
    (processes, is_cut)
}

type ComparedRequest = (RowRequest, String, Vec<Sensitive>);

/// The shortest request of every privilege of either side, and those for tokens and certificates; whether
/// some are left out.
fn requests(
    rules: &[&Rules],
    endpoint: Option<Endpoint>,
    is_open: &dyn Fn(&str) -> bool,
    most: usize,
) -> (Vec<ComparedRequest>, bool) {
    let known = sensitive_requests(endpoint);
    let patterns: Vec<(Sensitive, Pattern)> =
        known.iter().map(|(what, one)| (*what, one.pattern())).collect();
    let privileges = rules.iter().flat_map(|rules| rules.privileges.values());
    let is_known = |one: &&super::super::Privilege| {
        !is_open(&one.path) && !one.query_parameters.values().any(|value| is_open(value))
    };
    let privileges = privileges.filter(is_known).map(RowRequest::from);
    let mut all = BTreeMap::new();
    for request in known.into_iter().map(|(_, request)| request).chain(privileges) {
        let Some(target) = request.target() else { continue };
        let pattern = request.pattern();
        let sensitive: BTreeSet<_> =
            patterns.iter().filter(|(_, one)| one.covers(&pattern)).map(|(what, _)| *what).collect();
        all.entry((sensitive.is_empty(), target))
            .or_insert((request, sensitive.into_iter().collect::<Vec<_>>()));
    }
    let is_cut = all.len() > most;
    let all = all
        .into_iter()
        .take(most)
        .map(|((_, target), (request, sensitive))| (request, target, sensitive))
        .collect();
    (all, is_cut)
}
