//! The words about a change, for every format.

use std::collections::BTreeMap;

use super::super::difference::{ChangeKind, VersionDifference};
use super::super::{UNKNOWN, UNREADABLE, WRONG};
use crate::allowlist::{ChangedDecision, Column, Sensitive, matrix_words, shown, visible};

/// How many lines of one kind are shown.
pub(super) const MOST: usize = 60;

/// A text with invisible characters made visible.
pub(super) fn plain(text: &str) -> String {
    visible(text).into_owned()
}

/// The summary, as a sentence.
pub(super) fn verdict(differences: &[VersionDifference], code: u8) -> String {
    let count = |kind: ChangeKind| differences.iter().filter(|one| one.kind == kind).count();
    let mut parts = Vec::new();
    for (kind, one, many) in [
        (ChangeKind::Changed, "1 version changes", "versions change"),
        (ChangeKind::Added, "1 is new", "are new"),
        (ChangeKind::Removed, "1 goes away", "go away"),
        (ChangeKind::Unchanged, "1 decides as before", "decide as before"),
    ] {
        match count(kind) {
            0 => {}
            1 => parts.push(one.to_owned()),
            more => parts.push(format!("{more} {many}")),
        }
    }
    let parts = if parts.is_empty() { "Nothing changes".to_owned() } else { parts.join(", ") };
    let loses = differences.iter().any(VersionDifference::loses);
    let opens = differences.iter().any(VersionDifference::opens);
    let opened = if differences.iter().any(VersionDifference::reaches_sensitive) {
        "tokens, certificates or the like open to somebody"
    } else {
        "something dangerous opens"
    };
    let comes_to = match (loses, opens) {
        (true, true) => &format!("somebody loses access, and {opened}"),
        (true, false) => "somebody loses access",
        (false, true) => opened,
        (false, false) if code == UNKNOWN => {
            "as far as it is known, nobody loses access, and nothing dangerous opens"
        }
        (false, false) => "nobody loses access, and nothing dangerous opens",
    };
    let why = match code {
        WRONG => ", for a finding of severity error",
        UNREADABLE => ", since something cannot be read",
        UNKNOWN => ", since something is not known",
        _ => "",
    };
    format!("{parts}: {comes_to} (exit code {code}{why}).")
}

/// A heading for one version.
pub(super) fn heading(one: &VersionDifference) -> String {
    let title = plain(&one.title);
    match (one.kind, &one.was) {
        (ChangeKind::Changed, Some(was)) => format!("{title}: changed (it was {})", plain(was)),
        (ChangeKind::Changed, None) => format!("{title}: changed"),
        (ChangeKind::Added, _) => format!("{title}: new"),
        (ChangeKind::Removed, _) => format!("{title}: gone"),
        (ChangeKind::Unchanged, _) => format!("{title}: decides as before"),
    }
}

/// A change of the decision on a request, the same for several identities.
pub(super) struct MergedChange {
    /// The kind of change.
    pub(super) word: &'static str,
    pub(super) request: String,
    pub(super) is_named: bool,
    pub(super) sensitive: Vec<Sensitive>,
    pub(super) callers: Vec<String>,
    pub(super) before: String,
    pub(super) after: String,
}

/// The changes; those that differ only in the caller are merged.
pub(super) fn merged_changes(changes: &[ChangedDecision]) -> Vec<MergedChange> {
    let mut all: Vec<MergedChange> = Vec::new();
    let mut places = BTreeMap::new();
    for one in changes {
        let caller = match &one.identity {
            None => "any other process".to_owned(),
            Some(name) if one.is_former => format!("{} (as it was)", plain(name)),
            Some(name) => plain(name),
        };
        let request = match &one.target {
            None => "every other request".to_owned(),
            Some(_) => matrix_words::request_text(&one.request),
        };
        let column = Column { identity: one.identity.clone(), is_everybody: false, is_idle: false };
        let long = |cell| shown(cell, None, Some(&column)).long;
        let (before, after) = (long(&one.before), long(&one.after));
        let word = word(one);
        let key = (word, request.clone(), before.clone(), after.clone());
        match places.get(&key).and_then(|place: &usize| all.get_mut(*place)) {
            Some(same) => same.callers.push(caller),
            None => {
                places.insert(key, all.len());
                let (is_named, sensitive) = (one.target.is_some(), one.sensitive.clone());
                let callers = vec![caller];
                all.push(MergedChange { word, request, is_named, sensitive, callers, before, after });
            }
        }
    }
    all
}

/// The kind of change, in a word.
fn word(one: &ChangedDecision) -> &'static str {
    match (one.opens(), one.closes()) {
        (true, _) if !one.sensitive.is_empty() => "OPENS",
        (true, _) => "opens",
        (_, true) => "closes",
        _ => "other",
    }
}
