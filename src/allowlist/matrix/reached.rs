//! Who reaches tokens, certificates and the like: decided for every identity.

use super::super::decision::Held;
use super::super::{Sensitive, sensitive};
use super::answer::{Answer, By};
use super::caller::Caller;
use super::rows::{granted, rank, sensitive_requests};
use super::{Asked, Work};

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
    pub asked: Asked,
    /// The outcome of that request for a process without an identity.
    pub others: Answer,
}

/// One that reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reacher {
    /// The identity; nothing for a process without one.
    pub identity: Option<String>,
    /// Allowed, let through, or unknown.
    pub answer: Answer,
    /// What allows it.
    pub by: Option<By>,
    /// The required form of the request: only with these parameters or below this path. Nothing if any form
    /// will do.
    pub only: Option<Asked>,
}

/// What was found, and what was not checked.
pub(super) struct Found {
    pub(super) reached: Vec<Reached>,
    pub(super) identities_not_asked: usize,
    pub(super) privileges_not_asked: usize,
}

pub(super) fn reached(work: &Work<'_>, identities: &[&str]) -> Found {
    let asked = identities.get(..identities.len().min(MOST_IDENTITIES)).unwrap_or_default();
    let callers: Vec<(Option<&str>, Caller, Vec<Held>)> = asked
        .iter()
        .map(|name| Some(*name))
        .chain([None])
        .map(|name| {
            let caller = Caller::new(name.and_then(|name| work.rules.identities.get(name)), &work.others);
            let held = work.decider.held(&caller);
            (name, caller, held)
        })
        .collect();
    let most = (MOST_DECISIONS / (callers.len() * 4)).max(FEWEST_REQUESTS);
    let granted = granted(&work.rules);
    let mut found = Found {
        reached: Vec::new(),
        identities_not_asked: identities.len() - asked.len(),
        privileges_not_asked: 0,
    };
    for (what, request) in sensitive_requests(work.endpoint) {
        let pattern = request.pattern();
        let narrower: Vec<Asked> = work
            .rules
            .privileges
            .iter()
            .filter(|(name, one)| {
                granted.contains(name.as_str())
                    && sensitive(&one.path, &one.query_parameters, work.endpoint).contains(&what)
            })
            .map(|(_, one)| Asked::from(one))
            .filter(|one| pattern.overlaps(&one.pattern()) && !one.pattern().covers(&pattern))
            .map(|one| request.and(&one))
            .collect();
        found.privileges_not_asked += narrower.len().saturating_sub(most);
        let Some((_, anybody, _)) = callers.last() else { continue };
        let requests: Vec<_> = std::iter::once((None, &request))
            .chain(narrower.iter().take(most).map(|one| (Some(one), one)))
            .filter_map(|(only, one)| Some((only, work.decider.question(anybody, &one.target()?))))
            .collect();
        let mut by = Vec::new();
        for (name, caller, held) in &callers {
            let whole = requests.iter().map(|(only, asked)| (only, work.decider.answer(caller, held, asked)));
            for (only, cell) in whole {
                let counts = cell.answer.is_allowed() || (only.is_none() && cell.answer == Answer::Unknown);
                if counts {
                    by.push(Reacher {
                        identity: name.map(str::to_owned),
                        answer: cell.answer,
                        by: cell.by,
                        only: only.cloned(),
                    });
                }
                // Whoever may send the plain request may send the others, unless a privilege closes one of
                // them: the matrix shows that.
                if only.is_none() && cell.answer.is_allowed() {
                    break;
                }
            }
        }
        let others = callers.last().zip(requests.first());
        let others =
            others.map(|((_, caller, held), (_, asked))| work.decider.answer(caller, held, asked).answer);
        found.reached.push(Reached { what, by, asked: request, others: others.unwrap_or(Answer::Unknown) });
    }
    found.reached.sort_by_key(|one| rank(one.what));
    found
}
