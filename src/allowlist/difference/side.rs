//! One of two rule sets, and whether it still has what a grant of the other gave.
//!
//! Rule sets may have ten thousand privileges and identities, so wider ones are looked up by key instead of by a search.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::decision::Pattern;
use super::super::{Grant, Identity, Privilege, Rules, grants};
use super::covering::CoverIndex;

/// One side of the comparison.
pub(super) struct ComparedRules<'a> {
    pub(super) grants: Vec<Grant<'a>>,
    index: CoverIndex,
    /// The conditions of identities, numbered; those with equal conditions are one.
    conditions: HashMap<Conditions<'a>, usize>,
    /// Pairs of numbers of conditions and of privileges.
    given: HashSet<(usize, usize)>,
    /// By the name of a privilege of the other side, the privileges of this one that cover it.
    covers: BTreeMap<&'a str, Vec<usize>>,
    /// By the name of a privilege of the other side, whether this one touches it.
    touches: BTreeMap<&'a str, bool>,
}

impl<'a> ComparedRules<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        let grants = grants(rules);
        let (index, privileges) = CoverIndex::new(&rules.privileges);
        let mut conditions = HashMap::new();
        let mut identities = HashMap::new();
        for (name, one) in &rules.identities {
            let next = conditions.len();
            identities.insert(name.as_str(), *conditions.entry(conditions_of(one)).or_insert(next));
        }
        let given = grants
            .iter()
            .filter_map(|grant| Some((*identities.get(grant.identity)?, *privileges.get(grant.privilege)?)))
            .collect();
        let (covers, touches) = Default::default();
        Self { grants, index, conditions, given, covers, touches }
    }

    /// Whether this side still allows everything that another side's grant allowed: by some pair of an
    /// identity that includes the grant's and a privilege that covers the request.
    pub(super) fn still_gives(&mut self, other: &Rules, grant: Grant<'a>) -> bool {
        let identity = other.identities.get(grant.identity);
        let privilege = other.privileges.get(grant.privilege);
        let (Some(identity), Some(privilege)) = (identity, privilege) else { return false };
        let what = self
            .covers
            .entry(grant.privilege)
            .or_insert_with(|| self.index.of(&Pattern::new(privilege)).collect());
        wider(conditions_of(identity))
            .filter_map(|one| self.conditions.get(&one))
            .any(|who| what.iter().any(|what| self.given.contains(&(*who, *what))))
    }

    /// Whether any privilege of this side matches a request that a grant of another side covers.
    pub(super) fn touches(&mut self, other: &Rules, grant: Grant<'a>) -> bool {
        let Some(theirs) = other.privileges.get(grant.privilege) else { return false };
        let touches = || self.index.touches(&Pattern::new(theirs).path);
        *self.touches.entry(grant.privilege).or_insert_with(touches)
    }

    /// Whether a privilege of this side matches every request that another one matches.
    pub(super) fn covers(&self, other: &Privilege) -> bool {
        self.index.of(&Pattern::new(other)).next().is_some()
    }
}

type Conditions<'a> = [Option<&'a str>; 4];

fn conditions_of(one: &Identity) -> Conditions<'_> {
    [&one.user_name, &one.group_name, &one.exe_path, &one.process_name].map(Option::as_deref)
}

/// The conditions that everybody meets who meets these: some of them, or all.
fn wider(all: Conditions<'_>) -> impl Iterator<Item = Conditions<'_>> {
    let is_present = all.map(|one| one.is_some());
    (0_u8..16)
        .map(|choice| [0, 1, 2, 3].map(|bit| choice & (1 << bit) != 0))
        .filter(move |kept| kept.iter().zip(is_present).all(|(kept, is_present)| is_present || !kept))
        .map(move |kept| {
            let mut some = all;
            for (one, kept) in some.iter_mut().zip(kept) {
                *one = one.filter(|_| kept);
            }
            some
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_conditions_are_some_of_them() {
        let all = wider([Some("u"), None, Some("/x"), None]).collect::<Vec<_>>();
        let expected = [
            [None; 4],
            [Some("u"), None, None, None],
            [None, None, Some("/x"), None],
            [Some("u"), None, Some("/x"), None],
        ];
        assert_eq!(all, expected);
    }
}
