//! Compares two rule sets: the requests that are decided differently.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Pattern;
use super::super::{Endpoint, Identity, Rules, Sensitive};
use super::answer::{Answer, Cell, Decider};
use super::caller::{Caller, Others};
use super::rows::{endpoint_of, sensitive_requests};
use super::{Asked, Source};

/// How many decisions are compared.
const MOST_DECISIONS: usize = 60_000;
/// How many identities of both sides are compared.
const MOST_CALLERS: usize = 500;
/// The maximum number of changes kept; the others are counted.
const KEPT: usize = 1_000;

/// A request that is decided differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The identity; nothing for a process that has no identity on either side.
    pub identity: Option<String>,
    /// Whether the identity is one of the old rules that is removed, or has other conditions now.
    pub is_former: bool,
    /// The request, as a rule writes it.
    pub asked: Asked,
    /// The same as sent; nothing for any request that no privilege of either side matches.
    pub target: Option<String>,
    /// The kind of tokens, certificates and the like.
    pub is: Vec<Sensitive>,
    /// The old outcome.
    pub before: Cell,
    /// The new outcome.
    pub after: Cell,
}

impl Changed {
    /// Whether it passes, or is allowed, and did not before.
    pub fn opens(&self) -> bool {
        opens(self.before.answer, self.after.answer)
    }

    /// Whether it passed, or was allowed, and does not any more.
    pub fn closes(&self) -> bool {
        opens(self.after.answer, self.before.answer)
    }
}

fn opens(before: Answer, after: Answer) -> bool {
    let is_refused = |answer| matches!(answer, Answer::Denied | Answer::NotAllowed);
    let is_told = |answer| !matches!(answer, Answer::Unknown | Answer::Impossible);
    let allowed = !before.is_allowed() && after.is_allowed() && is_told(before);
    let let_through = is_refused(before) && !is_refused(after) && is_told(after);
    allowed || let_through
}

/// The effect of a change on requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The requests that are decided differently: those for tokens and certificates first, then those that
    /// open, then those that close.
    pub changes: Vec<Changed>,
    /// The number of further ones.
    pub more: usize,
    /// Whether every privilege and every identity of both sides was compared.
    pub is_complete: bool,
}

/// Decides on both sides the shortest request of every privilege of either, by a process of every identity of
/// either.
pub fn compare(old: &Source<'_>, new: &Source<'_>) -> Compared {
    let rules = |source: &Source<'_>| source.document.rules.clone().unwrap_or_default().into_rules().0;
    let (before, after) = (rules(old), rules(new));
    let os_type = new.os_type.or(old.os_type);
    let others = Others::new(&[&before, &after], os_type);
    let told = new.endpoint.or(old.endpoint).map(Endpoint::profile);
    let endpoint = told.or_else(|| endpoint_of(&after)).or_else(|| endpoint_of(&before));
    let decider = |source: &Source<'_>| {
        let endpoint = endpoint.unwrap_or(Endpoint::Imds);
        Decider::new(source.document, endpoint, others.os_type(), source.is_open)
    };
    let (old_decider, new_decider) = (decider(old), decider(new));
    let is_open = |text: &str| (old.is_open)(text) || (new.is_open)(text);
    let (callers, callers_left_out) = callers(&before, &after, &others);
    let (requests, requests_left_out) =
        requests(&[&before, &after], endpoint, &is_open, MOST_DECISIONS / callers.len().max(1));
    let rest = callers.last().and_then(|who| {
        let targets = ["/another", "/", "/metadata/another", "/~"];
        let unmatched = |target: &&str| {
            old_decider.is_unmatched(&who.caller, target) && new_decider.is_unmatched(&who.caller, target)
        };
        targets.into_iter().find(unmatched)
    });
    let mut compared =
        Compared { is_complete: !callers_left_out && !requests_left_out, ..Compared::default() };
    let Some(anybody) = callers.last().map(|who| &who.caller) else { return compared };
    let rest = rest.map(|target| (Asked::default(), target.to_owned(), Vec::new()));
    let asked: Vec<_> = requests
        .iter()
        .map(|one| (one, false))
        .chain(rest.iter().map(|one| (one, true)))
        .map(|(one, is_rest)| {
            let (before, after) =
                (old_decider.question(anybody, &one.1), new_decider.question(anybody, &one.1));
            (one, is_rest, before, after)
        })
        .collect();
    let mut found = Vec::new();
    for who in &callers {
        let (old_held, new_held) = (old_decider.held(&who.caller), new_decider.held(&who.caller));
        for ((asked, target, is), is_rest, before, after) in &asked {
            let before = old_decider.answer(&who.caller, &old_held, before);
            let after = new_decider.answer(&who.caller, &new_held, after);
            if before.answer != after.answer {
                found.push(Changed {
                    identity: who.name.clone(),
                    is_former: who.is_former,
                    asked: asked.clone(),
                    target: (!is_rest).then(|| target.clone()),
                    is: is.clone(),
                    before,
                    after,
                });
            }
        }
    }
    found.sort_by_key(|one| {
        (one.is.is_empty(), !one.opens(), !one.closes(), one.asked.clone(), one.identity.clone())
    });
    compared.more = found.len().saturating_sub(KEPT);
    found.truncate(KEPT);
    compared.changes = found;
    compared
}

/// A process of the comparison.
struct Who {
    name: Option<String>,
    is_former: bool,
    caller: Caller,
}

/// A process of every identity of either side, and one of none; whether some are left out.
fn callers(before: &Rules, after: &Rules, others: &Others) -> (Vec<Who>, bool) {
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
    let is_cut = all.len() > MOST_CALLERS;
    all.truncate(MOST_CALLERS);
    let mut callers: Vec<_> = all
        .into_iter()
        .map(|(is_former, name, identity)| Who {
            name: Some(name.clone()),
            is_former,
            caller: Caller::new(Some(identity), others),
        })
        .collect();
    callers.push(Who { name: None, is_former: false, caller: Caller::new(None, others) });
    (callers, is_cut)
}

type Requested = (Asked, String, Vec<Sensitive>);

/// The shortest request of every privilege of either side, and those for tokens and certificates; whether
/// some are left out.
fn requests(
    rules: &[&Rules],
    endpoint: Option<Endpoint>,
    is_open: &dyn Fn(&str) -> bool,
    most: usize,
) -> (Vec<Requested>, bool) {
    let known = sensitive_requests(endpoint);
    let patterns: Vec<(Sensitive, Pattern)> =
        known.iter().map(|(what, one)| (*what, one.pattern())).collect();
    let privileges = rules.iter().flat_map(|rules| rules.privileges.values());
    let is_known = |one: &&super::super::Privilege| {
        !is_open(&one.path) && !one.query_parameters.values().any(|value| is_open(value))
    };
    let privileges = privileges.filter(is_known).map(Asked::from);
    let mut all = BTreeMap::new();
    for asked in known.into_iter().map(|(_, asked)| asked).chain(privileges) {
        let Some(target) = asked.target() else { continue };
        let pattern = asked.pattern();
        let is: BTreeSet<_> =
            patterns.iter().filter(|(_, one)| one.covers(&pattern)).map(|(what, _)| *what).collect();
        all.entry((is.is_empty(), target)).or_insert((asked, is.into_iter().collect::<Vec<_>>()));
    }
    let is_cut = all.len() > most;
    let all = all.into_iter().take(most).map(|((_, target), (asked, is))| (asked, target, is)).collect();
    (all, is_cut)
}
