//! The effect of a change: the versions of two files compared, or those before and after a plan.

use std::collections::BTreeMap;

use super::version::Explained;
use crate::allowlist::{
    CellOutcome, ChangedDecision, Compared, DefaultAccess, Document, Effect, MatrixSource, Mode,
    UnknownParts, compare, count_grants, difference, grants,
};

/// How many differences are computed.
const MOST: usize = 500;

/// How many grants of an added or removed version are listed.
const MOST_GRANTS: usize = 500_000;

/// What happened to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ChangeKind {
    /// It differs.
    Changed,
    /// It is added.
    Added,
    /// It is removed.
    Removed,
    /// It makes the same decisions, in every way that is checked.
    Unchanged,
}

impl ChangeKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A consequence of a change, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consequence {
    /// Whether it takes access away; otherwise it opens something.
    pub(super) is_loss: bool,
    pub(super) text: String,
}

/// One version before and after.
#[derive(Clone, Debug)]
pub(super) struct VersionDifference {
    pub(super) kind: ChangeKind,
    /// The name of the new one, or of the old one if there is no new one.
    pub(super) title: String,
    /// The name of the old one, if it differs.
    pub(super) was: Option<String>,
    pub(super) gained: Vec<String>,
    pub(super) lost: Vec<String>,
    pub(super) consequences: Vec<Consequence>,
    pub(super) compared: Compared,
    /// What was assumed, one sentence each.
    pub(super) notes: Vec<String>,
    /// What cannot be compared, one sentence each.
    pub(super) unknown: Vec<String>,
}

impl VersionDifference {
    /// Whether somebody loses access.
    pub(super) fn loses(&self) -> bool {
        self.kind == ChangeKind::Removed
            || self.consequences.iter().any(|one| one.is_loss)
            || self.compared.changes.iter().any(ChangedDecision::closes)
    }

    /// Whether tokens, certificates or the like open to somebody, or something opens to everybody.
    pub(super) fn opens(&self) -> bool {
        self.consequences.iter().any(|one| !one.is_loss) || self.reaches_sensitive()
    }

    /// Whether a request for tokens, certificates or the like is among what opens.
    pub(super) fn reaches_sensitive(&self) -> bool {
        self.compared.changes.iter().any(|one| one.opens() && !one.sensitive.is_empty())
    }

    fn new(kind: ChangeKind, one: &Explained) -> Self {
        Self {
            kind,
            title: one.title.clone(),
            was: None,
            gained: Vec::new(),
            lost: Vec::new(),
            consequences: Vec::new(),
            compared: Compared { is_complete: true, ..Compared::default() },
            notes: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// The changes between two sets of versions: matching ones, added ones, and removed ones.
pub(super) fn differences(old: &[Explained], new: &[Explained]) -> Vec<VersionDifference> {
    let pairs = pairs(old, new);
    let mut differences = Vec::new();
    let not_compared = pairs.len().saturating_sub(MOST);
    for pair in pairs.into_iter().take(MOST) {
        differences.extend(match pair {
            (Some(old), Some(new)) => Some(changed(old, new)),
            (None, Some(new)) => Some(one_sided(ChangeKind::Added, new)),
            (Some(old), None) => Some(one_sided(ChangeKind::Removed, old)),
            (None, None) => None,
        });
    }
    if let Some(last) = differences.last_mut().filter(|_| not_compared > 0) {
        last.unknown.push(format!("{not_compared} more versions were not compared."));
    }
    differences.sort_by_key(|one| one.kind);
    differences
}

type Pair<'a> = (Option<&'a Explained>, Option<&'a Explained>);

/// Which versions match: by id, address or name; otherwise the only remaining ones of a profile; otherwise
/// the only remaining ones.
fn pairs<'a>(old: &'a [Explained], new: &'a [Explained]) -> Vec<Pair<'a>> {
    let mut was: Vec<Option<&Explained>> = old.iter().map(Some).collect();
    let mut pairs: Vec<Pair<'a>> = new.iter().map(|one| (None, Some(one))).collect();
    let pair_by =
        |key: fn(&Explained) -> &str, was: &mut Vec<Option<&'a Explained>>, pairs: &mut Vec<Pair<'a>>| {
            let mut places = BTreeMap::<&str, Vec<usize>>::new();
            for (place, one) in was.iter().enumerate() {
                places.entry(one.map(key).unwrap_or_default()).or_default().push(place);
            }
            let mut counts = BTreeMap::<&str, usize>::new();
            for (_, one) in pairs.iter().filter(|(old, _)| old.is_none()) {
                *counts.entry(one.map(key).unwrap_or_default()).or_default() += 1;
            }
            for (old, one) in pairs.iter_mut().filter(|(old, _)| old.is_none()) {
                let key = one.map(key).unwrap_or_default();
                if let (Some([only]), Some(1)) = (places.get(key).map(Vec::as_slice), counts.get(key)) {
                    *old = was.get_mut(*only).and_then(Option::take);
                }
            }
        };
    pair_by(|one| &one.key.whole, &mut was, &mut pairs);
    was.retain(Option::is_some);
    pair_by(|one| &one.key.profile, &mut was, &mut pairs);
    was.retain(Option::is_some);
    let open: Vec<usize> =
        pairs.iter().enumerate().filter(|(_, (old, _))| old.is_none()).map(|(place, _)| place).collect();
    // Two files with one version each are about the same version, whatever its name in them.
    if let ([only], [place], [_], [_]) = (was.as_slice(), open.as_slice(), old, new) {
        if let Some(pair) = pairs.get_mut(*place) {
            pair.0 = *only;
        }
        was.clear();
    }
    pairs.extend(was.into_iter().map(|old| (old, None)));
    pairs
}

fn one_sided(kind: ChangeKind, one: &Explained) -> VersionDifference {
    let mut difference = VersionDifference::new(kind, one);
    if one.extent == UnknownParts::Rules {
        difference.unknown.extend(one.unknown.iter().cloned());
        return difference;
    }
    let rules = one.document.rules_as_agent_reads();
    if count_grants(&rules) > MOST_GRANTS {
        difference.unknown.push("There are too many grants to list them.".to_owned());
        return difference;
    }
    let grants: Vec<String> = grants(&rules).iter().map(ToString::to_string).collect();
    match kind {
        ChangeKind::Added => difference.gained = grants,
        _ => difference.lost = grants,
    }
    difference
}

fn changed(old: &Explained, new: &Explained) -> VersionDifference {
    let mut change = VersionDifference::new(ChangeKind::Changed, new);
    change.was = Some(old.title.clone()).filter(|was| *was != new.title);
    for one in [old, new] {
        if one.extent == UnknownParts::Rules {
            change.unknown.extend(one.unknown.iter().cloned());
        }
    }
    if !change.unknown.is_empty() {
        return change;
    }
    let (before, after) = assumed(old, new, &mut change.notes);
    let endpoint = new.profile.endpoint.or(old.profile.endpoint);
    let is_open_before = |text: &str| old.is_placeholder(text);
    let is_open_after = |text: &str| new.is_placeholder(text);
    let source = |document, one: &Explained, is_open| MatrixSource {
        document,
        endpoint,
        os_type: one.profile.os_type,
        is_open,
    };
    let compared = compare(&source(&before, old, &is_open_before), &source(&after, new, &is_open_after));
    let (before_read, after_read) = (before.as_if_complete(), after.as_if_complete());
    let difference = difference(&before_read, &after_read, endpoint);
    change.gained = difference.gained.iter().map(ToString::to_string).collect();
    change.lost = difference.lost.iter().map(ToString::to_string).collect();
    if !difference.grants_compared {
        change.unknown.push("There are too many grants to compare them.".to_owned());
    }
    // The consequences of unknown values are left to the decisions.
    let has_words = |one: &Document| one.mode.is_some() && one.default_access.is_some();
    let is_known = [old, new].iter().all(|one| one.extent == UnknownParts::Nothing);
    if is_known && has_words(&before) && has_words(&after) {
        let of = |effect: &Effect<'_>| Consequence { is_loss: effect.is_loss(), text: effect.to_string() };
        change.consequences = difference.effects.iter().map(of).collect();
        // What is dangerous first.
        change.consequences.sort_by_key(|one| one.is_loss);
    }
    let unknown = compared.changes.iter().filter(|one| one.after.outcome == CellOutcome::Unknown).count();
    if unknown > 0 {
        change.unknown.push(match unknown {
            1 => "The decision on 1 request is not known yet.".to_owned(),
            _ => format!("The decisions on {unknown} requests are not known yet."),
        });
    }
    if !compared.is_complete {
        change.notes.push(
            "There are too many privileges or identities to compare all of them; the most important ones \
             were compared."
                .to_owned(),
        );
    }
    change.compared = compared;
    let is_same = change.gained.is_empty() && change.lost.is_empty() && change.consequences.is_empty();
    if is_same && change.compared.changes.is_empty() && change.unknown.is_empty() && before == after {
        change.kind = ChangeKind::Unchanged;
    }
    change
}

/// Both documents. A word that is missing in a file is taken from the other one, or is the one under which
/// most is refused.
fn assumed(old: &Explained, new: &Explained, notes: &mut Vec<String>) -> (Document, Document) {
    let (mut before, mut after) = (old.document.clone(), new.document.clone());
    let is_missing =
        |one: &Explained, word: &str| one.missing.iter().any(|text| text.contains(&format!("the {word};")));
    let mut fill = |name: &'static str,
                    old_word: &mut Option<String>,
                    new_word: &mut Option<String>,
                    strictest: &str| {
        let (was, is) = (old_word.clone(), new_word.clone());
        if was.is_none() && is_missing(old, name) {
            *old_word = Some(is.clone().unwrap_or_else(|| strictest.to_owned()));
        }
        if is.is_none() && is_missing(new, name) {
            *new_word = Some(was.unwrap_or_else(|| strictest.to_owned()));
        }
        if is_missing(old, name) || is_missing(new, name) {
            let word = new_word.as_deref().unwrap_or(strictest);
            notes.push(format!("One of the files does not contain the {name}: compared as under {word}."));
        }
    };
    fill("mode", &mut before.mode, &mut after.mode, Mode::Enforce.as_str());
    let deny = DefaultAccess::Deny.as_str();
    fill("default access", &mut before.default_access, &mut after.default_access, deny);
    (before, after)
}
