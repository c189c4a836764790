//! The rows of a matrix, in their order.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::{CallerRoles, Pattern, Patterns, Reach};
use super::super::decoding::lowered;
use super::super::findings::probes;
use super::super::{Endpoint, Mode, Rules, Sensitive, sensitive};
use super::cell::{Cell, CellOutcome};
use super::process::Process;
use super::{MatrixInput, Row, RowRequest, Section};

/// How many narrower privileges of a row are tried.
const MOST_NARROWER: usize = 10;

/// The endpoint that some rules are for, if their paths show it.
pub(super) fn endpoint_of(rules: &Rules) -> Option<Endpoint> {
    let paths: Vec<_> = rules.privileges.values().map(|one| lowered(&one.path)).collect();
    let any = |starts: &[&str]| paths.iter().any(|path| starts.iter().any(|start| path.starts_with(start)));
    let wire = ["/machine", "/vmsettings", "/extensionartifact", "/vmagentlog", "/status", "/health"];
    match (any(&["/metadata"]), any(&wire)) {
        (true, false) => Some(Endpoint::Imds),
        (false, true) => Some(Endpoint::WireServer),
        _ => None,
    }
}

/// A row before any decision.
struct RowPlan {
    section: Section,
    privilege: Option<String>,
    request: RowRequest,
    reaches: Vec<Sensitive>,
    is_closed: bool,
}

/// The order: what matters most comes first.
pub(super) fn rank(what: Sensitive) -> u8 {
    match what {
        Sensitive::ManagedIdentityToken => 0,
        Sensitive::Certificates => 1,
        Sensitive::AttestedData => 2,
        Sensitive::GoalState => 3,
    }
}

/// At most so many rows, and the number of privileges without one.
pub(super) fn rows(
    input: &MatrixInput<'_>,
    processes: &[(Process, Vec<CallerRoles>)],
    most: usize,
) -> (Vec<Row>, usize) {
    let patterns: BTreeMap<&str, Pattern> =
        input.rules.privileges.iter().map(|(name, one)| (name.as_str(), Pattern::new(one))).collect();
    let mut plans = plans(input, &patterns);
    plans.sort_by_key(|plan| {
        (plan.section, plan.reaches.iter().map(|what| rank(*what)).min(), plan.request.path.to_lowercase())
    });
    // The row for any other request always stays.
    let rest = plans.pop();
    let left_out = plans.len().saturating_sub(most);
    plans.truncate(most);
    let granted = granted(&input.rules);
    let granted = Patterns::new(
        patterns.iter().filter(|(name, _)| granted.contains(**name)).map(|(name, one)| (*name, one)),
    );
    let rows = plans.into_iter().chain(rest).map(|plan| row(input, processes, &granted, plan)).collect();
    (rows, left_out)
}

/// Names of privileges that some role has.
pub(super) fn granted(rules: &Rules) -> BTreeSet<&str> {
    rules.roles.values().flat_map(|role| &role.privileges).map(String::as_str).collect()
}

fn plans(input: &MatrixInput<'_>, patterns: &BTreeMap<&str, Pattern>) -> Vec<RowPlan> {
    let rules = &input.rules;
    let reach = Reach::new(rules);
    let mode = input.source.document.mode.as_deref().map(Mode::as_agent_reads);
    let lists = input.source.document.rules.as_ref();
    let is_in_force = mode != Some(Mode::Disabled) && lists.is_some_and(|lists| lists.absent().is_empty());
    let is_open = |text: &String| (input.source.is_open)(text);
    let identities = rules.identities.values();
    let mut texts = rules
        .privileges
        .values()
        .flat_map(|one| std::iter::once(&one.path).chain(one.query_parameters.values()))
        .chain(identities.flat_map(|one| {
            [&one.user_name, &one.group_name, &one.exe_path, &one.process_name].into_iter().flatten()
        }));
    let is_known = !texts.any(is_open);
    let mut plans = Vec::new();
    for (name, one) in &rules.privileges {
        let reaches = sensitive(&one.path, &one.query_parameters, input.endpoint);
        let is_closed = is_in_force && is_known && reach.is_closed(name);
        let section = match (reaches.is_empty(), is_closed) {
            (false, _) => Section::Sensitive,
            (true, true) => Section::Closed,
            (true, false) => Section::Granted,
        };
        let request = RowRequest::from(one);
        plans.push(RowPlan { section, privilege: Some(name.clone()), request, reaches, is_closed });
    }
    for (what, request) in sensitive_requests(input.endpoint) {
        let pattern = request.pattern();
        if !patterns.values().any(|one| *one == pattern) {
            let (section, reaches) = (Section::Sensitive, vec![what]);
            plans.push(RowPlan { section, privilege: None, request, reaches, is_closed: false });
        }
    }
    plans.push(RowPlan {
        section: Section::Rest,
        privilege: None,
        request: RowRequest::default(),
        reaches: Vec::new(),
        is_closed: false,
    });
    plans
}

/// The requests for tokens, certificates and the like, as rules would write them.
pub(super) fn sensitive_requests(endpoint: Option<Endpoint>) -> Vec<(Sensitive, RowRequest)> {
    let of = |(what, pattern): (Sensitive, Pattern)| {
        let request = RowRequest { path: pattern.path.clone(), query_parameters: pattern.query.clone() };
        (what, request)
    };
    probes(endpoint).into_iter().map(of).collect()
}

fn row(
    input: &MatrixInput<'_>,
    processes: &[(Process, Vec<CallerRoles>)],
    granted: &Patterns<'_>,
    plan: RowPlan,
) -> Row {
    let is_rest = plan.section == Section::Rest;
    let is_open = (input.source.is_open)(&plan.request.path)
        || plan.request.query_parameters.values().any(|value| (input.source.is_open)(value));
    let target = match processes.last() {
        Some((nobody, _)) if is_rest => another(input, nobody),
        _ if is_open => None,
        _ => plan.request.target(),
    };
    let narrower = if is_rest || is_open { Vec::new() } else { narrower(input, &plan, granted) };
    let match_target =
        |target: &String| processes.last().map(|(one, _)| input.decider.match_request(one, target));
    let matched = target.as_ref().and_then(match_target);
    let narrower: Vec<_> = narrower.iter().filter_map(match_target).collect();
    let cell = |(process, roles): &(Process, Vec<CallerRoles>)| {
        let Some(matched) = &matched else {
            return Cell::plain(if is_open { CellOutcome::Unknown } else { CellOutcome::Impossible });
        };
        let mut cell = input.decider.decide(process, roles, matched);
        if matches!(cell.outcome, CellOutcome::Recorded | CellOutcome::Denied | CellOutcome::NotAllowed) {
            let cells = narrower.iter().map(|one| input.decider.decide(process, roles, one));
            cell.in_part = cells.into_iter().find_map(|outcome| outcome.by);
        }
        cell
    };
    let cells = processes.iter().map(cell).collect();
    Row {
        section: plan.section,
        privilege: plan.privilege,
        target,
        request: plan.request,
        reaches: plan.reaches,
        is_closed: plan.is_closed,
        cells,
    }
}

/// Requests of a row that a narrower privilege matches too.
fn narrower(input: &MatrixInput<'_>, plan: &RowPlan, granted: &Patterns<'_>) -> Vec<String> {
    let pattern = plan.request.pattern();
    let others = granted.near(&pattern.path);
    let others = others.filter(|(_, one)| pattern.overlaps(one) && !one.covers(&pattern));
    let others = others.filter_map(|(name, _)| input.rules.privileges.get(name));
    others.filter_map(|one| plan.request.and(&RowRequest::from(one)).target()).take(MOST_NARROWER).collect()
}

/// A request that no privilege matches, if there is one.
fn another(input: &MatrixInput<'_>, process: &Process) -> Option<String> {
    let targets = ["/another", "/", "/metadata/another", "/~"].map(str::to_owned);
    targets.into_iter().find(|target| input.decider.is_unmatched(process, target))
}
