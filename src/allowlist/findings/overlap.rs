//! Privileges that cover each other: L22 and L23.

use std::collections::BTreeMap;

use super::view::{References, View, some_of};
use super::{FindingId, Found, Subject};

/// A privilege as the matcher sees it.
struct Effective<'a> {
    name: &'a str,
    path: String,
    query: BTreeMap<String, String>,
}

impl Effective<'_> {
    /// Whether every request that matches `other` matches this one too, given that the path is a prefix.
    fn covers_query_of(&self, other: &Self) -> bool {
        self.query.iter().all(|(key, value)| other.query.get(key) == Some(value))
    }
}

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    let mut all: Vec<Effective<'_>> = view
        .paths()
        .filter_map(|(name, one, path)| {
            let query = one.query_parameters.known()?.iter();
            let lower = |(key, value): (&String, &super::super::Part<String>)| {
                Some((key.to_lowercase(), value.known()?.to_lowercase()))
            };
            Some(Effective {
                name,
                path: path.to_lowercase(),
                query: query.map(lower).collect::<Option<_>>()?,
            })
        })
        .collect();
    all.sort_by(|a, b| (&a.path, a.name).cmp(&(&b.path, b.name)));

    for (index, broad) in all.iter().enumerate() {
        // What begins with this path follows it; equal paths may also stand before it.
        let before = all.get(..index).unwrap_or_default().iter().rev();
        let before = before.take_while(|other| other.path == broad.path);
        let after = all.get(index + 1..).unwrap_or_default().iter();
        let after = after.take_while(|other| other.path.starts_with(&broad.path));
        let mut covered = Vec::new();
        for other in before.chain(after) {
            if !view.spend_pairs(1) {
                return;
            }
            if !broad.covers_query_of(other) {
                continue;
            }
            if other.path == broad.path && other.query == broad.query {
                if broad.name < other.name {
                    let message = format!("matches the same requests as \"{}\".", broad.name);
                    found.info(FindingId::L23, Subject::Privilege(other.name.to_owned()), message, None);
                }
            } else {
                covered.push(other.name);
            }
        }
        if let Some(references) = view.references.as_ref().filter(|_| !covered.is_empty()) {
            compare(view, references, broad.name, &covered, found);
        }
    }
}

fn compare(view: &View<'_>, references: &References<'_>, broad: &str, covered: &[&str], found: &mut Found) {
    if !references.is_granted(broad) {
        return;
    }
    let holders = references.holders(broad);
    let (mut undone, mut also) = (Vec::new(), std::collections::BTreeSet::new());
    for &narrow in covered {
        if !view.spend_pairs(holders.len()) {
            return;
        }
        let same = references.same_roles(broad, narrow);
        let meant = if same { holders.clone() } else { references.holders(narrow) };
        if holders.is_subset(&meant) {
            if meant.is_subset(&holders) {
                let message =
                    format!("adds nothing: \"{broad}\" covers it and is granted to the same identities.");
                found.info(FindingId::L23, Subject::Privilege(narrow.to_owned()), message, None);
            }
        } else {
            undone.push(narrow);
            also.extend(holders.difference(&meant).copied());
        }
    }
    if !undone.is_empty() {
        let (narrow, who) = (some_of(undone), some_of(also));
        let message = format!("covers {narrow}, so that {who} may do those requests as well.");
        found.warning(FindingId::L22, Subject::Privilege(broad.to_owned()), message, None);
    }
}
