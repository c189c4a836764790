//! Privileges that cover each other: L22 and L23.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::decoding::lowered;
use super::view::{References, View, some_of, whole_query};
use super::{FindingId, Findings, Subject};

/// A privilege as the matcher sees it.
struct Effective<'a> {
    name: &'a str,
    path: Cow<'a, str>,
    query: Query<'a>,
}

type Query<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

impl<'a> Effective<'a> {
    /// Whether every request that matches `other` matches this one too, given that the path is a prefix.
    fn covers_query_of(&self, other: &Self) -> bool {
        self.query.iter().all(|(key, value)| other.query.get(key) == Some(value))
    }
}

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    let mut all: Vec<Effective<'_>> = view
        .paths()
        .filter_map(|(name, one, path)| {
            let query = whole_query(one)?.map(|(key, value)| (lowered(key), lowered(value))).collect();
            Some(Effective { name, path: lowered(path), query })
        })
        .collect();
    all.sort_unstable_by(|a, b| (&a.path, a.name).cmp(&(&b.path, b.name)));

    for same_path in all.chunk_by(|a, b| a.path == b.path).filter(|same_path| same_path.len() > 1) {
        let mut firsts = BTreeMap::<&Query<'_>, &str>::new();
        for one in same_path {
            let first = *firsts.entry(&one.query).or_insert(one.name);
            if first != one.name {
                let message = format!("matches the same requests as \"{first}\".");
                findings.info(FindingId::L23, Subject::Privilege(one.name.to_owned()), message, None);
            }
        }
    }

    let mut reported = BTreeSet::new();
    for (index, broad) in all.iter().enumerate() {
        // Paths that begin with this one follow it; equal paths may also come before it.
        let before = all.get(..index).unwrap_or_default().iter().rev();
        let before = before.take_while(|other| other.path == broad.path);
        let after = all.get(index + 1..).unwrap_or_default().iter();
        let after = after.take_while(|other| other.path.starts_with(&*broad.path));
        let mut covered = Vec::new();
        for other in before.chain(after) {
            if !view.spend_pairs(1) {
                return;
            }
            let same = other.path == broad.path && other.query == broad.query;
            if !same && broad.covers_query_of(other) {
                covered.push(other.name);
            }
        }
        if let Some(references) = view.references.as_ref().filter(|_| !covered.is_empty()) {
            compare(view, references, (broad.name, &covered), &mut reported, findings);
        }
    }
}

fn compare<'a>(
    view: &View<'_>,
    references: &References<'_>,
    (broad, covered): (&str, &[&'a str]),
    reported: &mut BTreeSet<&'a str>,
    findings: &mut Findings,
) {
    if !references.is_granted(broad) || !view.spend_pairs(references.cost(broad)) {
        return;
    }
    let holders = references.holders(broad);
    let (mut bypassed, mut also) = (Vec::new(), BTreeSet::new());
    for &narrow in covered {
        let same = references.same_roles(broad, narrow);
        if !view.spend_pairs(if same { 1 } else { references.cost(narrow) }) {
            return;
        }
        let intended = if same { BTreeSet::new() } else { references.holders(narrow) };
        if same || holders.is_subset(&intended) {
            if intended.is_subset(&holders) && reported.insert(narrow) {
                let message =
                    format!("adds nothing: \"{broad}\" covers it and is granted to the same identities.");
                findings.info(FindingId::L23, Subject::Privilege(narrow.to_owned()), message, None);
            }
        } else {
            bypassed.push(narrow);
            also.extend(holders.difference(&intended).copied());
        }
    }
    if !bypassed.is_empty() {
        let (narrow, who) = (some_of(bypassed), some_of(also));
        let message = format!("covers {narrow}, so {who} may make those requests as well.");
        findings.warning(FindingId::L22, Subject::Privilege(broad.to_owned()), message, None);
    }
}
