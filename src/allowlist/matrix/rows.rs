//! The rows of a matrix, in their order.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::{Held, Pattern, Patterns, Reach};
use super::super::decoding::lowered;
use super::super::findings::probes;
use super::super::{Endpoint, Mode, Rules, Sensitive, sensitive};
use super::answer::{Answer, Cell};
use super::caller::Caller;
use super::{Asked, Row, Section, Work};

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
struct Plan {
    section: Section,
    privilege: Option<String>,
    asked: Asked,
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
pub(super) fn rows(work: &Work<'_>, callers: &[(Caller, Vec<Held>)], most: usize) -> (Vec<Row>, usize) {
    let patterns: BTreeMap<&str, Pattern> =
        work.rules.privileges.iter().map(|(name, one)| (name.as_str(), Pattern::new(one))).collect();
    let mut plans = plans(work, &patterns);
    plans.sort_by_key(|plan| {
        (plan.section, plan.reaches.iter().map(|what| rank(*what)).min(), plan.asked.path.to_lowercase())
    });
    // The row for any other request always stays.
    let rest = plans.pop();
    let left_out = plans.len().saturating_sub(most);
    plans.truncate(most);
    let granted = granted(&work.rules);
    let granted = Patterns::new(
        patterns.iter().filter(|(name, _)| granted.contains(**name)).map(|(name, one)| (*name, one)),
    );
    let rows = plans.into_iter().chain(rest).map(|plan| row(work, callers, &granted, plan)).collect();
    (rows, left_out)
}

/// Names of privileges that some role has.
pub(super) fn granted(rules: &Rules) -> BTreeSet<&str> {
    rules.roles.values().flat_map(|role| &role.privileges).map(String::as_str).collect()
}

fn plans(work: &Work<'_>, patterns: &BTreeMap<&str, Pattern>) -> Vec<Plan> {
    let rules = &work.rules;
    let reach = Reach::new(rules);
    let mode = work.source.document.mode.as_deref().map(Mode::as_agent_reads);
    let lists = work.source.document.rules.as_ref();
    let is_in_force = mode != Some(Mode::Disabled) && lists.is_some_and(|lists| lists.absent().is_empty());
    let is_open = |text: &String| (work.source.is_open)(text);
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
        let reaches = sensitive(&one.path, &one.query_parameters, work.endpoint);
        let is_closed = is_in_force && is_known && reach.is_closed(name);
        let section = match (reaches.is_empty(), is_closed) {
            (false, _) => Section::Sensitive,
            (true, true) => Section::Closed,
            (true, false) => Section::Granted,
        };
        let asked = Asked::from(one);
        plans.push(Plan { section, privilege: Some(name.clone()), asked, reaches, is_closed });
    }
    for (what, asked) in sensitive_requests(work.endpoint) {
        let pattern = asked.pattern();
        if !patterns.values().any(|one| *one == pattern) {
            let (section, reaches) = (Section::Sensitive, vec![what]);
            plans.push(Plan { section, privilege: None, asked, reaches, is_closed: false });
        }
    }
    plans.push(Plan {
        section: Section::Rest,
        privilege: None,
        asked: Asked::default(),
        reaches: Vec::new(),
        is_closed: false,
    });
    plans
}

/// The requests for tokens, certificates and the like, as rules would write them.
pub(super) fn sensitive_requests(endpoint: Option<Endpoint>) -> Vec<(Sensitive, Asked)> {
    let of = |(what, pattern): (Sensitive, Pattern)| {
        let asked = Asked { path: pattern.path.clone(), query_parameters: pattern.query.clone() };
        (what, asked)
    };
    probes(endpoint).into_iter().map(of).collect()
}

fn row(work: &Work<'_>, callers: &[(Caller, Vec<Held>)], granted: &Patterns<'_>, plan: Plan) -> Row {
    let is_rest = plan.section == Section::Rest;
    let is_open = (work.source.is_open)(&plan.asked.path)
        || plan.asked.query_parameters.values().any(|value| (work.source.is_open)(value));
    let target = match callers.last() {
        Some((nobody, _)) if is_rest => another(work, nobody),
        _ if is_open => None,
        _ => plan.asked.target(),
    };
    let narrower = if is_rest || is_open { Vec::new() } else { narrower(work, &plan, granted) };
    let question = |target: &String| callers.last().map(|(one, _)| work.decider.question(one, target));
    let asked = target.as_ref().and_then(question);
    let narrower: Vec<_> = narrower.iter().filter_map(question).collect();
    let cell = |(caller, held): &(Caller, Vec<Held>)| {
        let Some(asked) = &asked else {
            return Cell::plain(if is_open { Answer::Unknown } else { Answer::Impossible });
        };
        let mut cell = work.decider.answer(caller, held, asked);
        if matches!(cell.answer, Answer::Recorded | Answer::Denied | Answer::NotAllowed) {
            let answers = narrower.iter().map(|one| work.decider.answer(caller, held, one));
            cell.in_part = answers.into_iter().find_map(|answer| answer.by);
        }
        cell
    };
    let cells = callers.iter().map(cell).collect();
    Row {
        section: plan.section,
        privilege: plan.privilege,
        target,
        asked: plan.asked,
        reaches: plan.reaches,
        is_closed: plan.is_closed,
        cells,
    }
}

/// Requests of a row that a narrower privilege matches too.
fn narrower(work: &Work<'_>, plan: &Plan, granted: &Patterns<'_>) -> Vec<String> {
    let pattern = plan.asked.pattern();
    let others = granted.near(&pattern.path);
    let others = others.filter(|(_, one)| pattern.overlaps(one) && !one.covers(&pattern));
    let others = others.filter_map(|(name, _)| work.rules.privileges.get(name));
    others.filter_map(|one| plan.asked.and(&Asked::from(one)).target()).take(MOST_NARROWER).collect()
}

/// A request that no privilege matches, if there is one.
fn another(work: &Work<'_>, caller: &Caller) -> Option<String> {
    let targets = ["/another", "/", "/metadata/another", "/~"].map(str::to_owned);
    targets.into_iter().find(|target| work.decider.is_unmatched(caller, target))
}
