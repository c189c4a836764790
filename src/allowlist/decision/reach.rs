//! Who reaches the requests of a privilege: by its own grants, and by those of other privileges that match
//! the same requests. A request is allowed as soon as one privilege that matches it is granted to the caller
//! (`authorization_rules.rs`, lines 244-326). So a privilege that nobody has closes only requests that no
//! other privilege opens.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

use super::super::{Grant, Rules};
use super::compare::Pattern;

/// How many pairs of privileges are compared, so that large rule sets stay fast.
const MOST_PAIRS: usize = 1_000_000;

/// The maximum number of grants.
const MOST_GRANTS: usize = 200_000;
/// The maximum number of grants of one privilege.
const MOST_GRANTS_OF_ONE: usize = 20_000;
/// The number of these that are kept even beyond that limit.
const FEWEST_GRANTS: usize = 5;

/// A grant that lets an identity make requests of a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::allowlist) struct ReachingGrant<'a> {
    /// Whether it allows only some of the requests.
    pub(in crate::allowlist) in_part: bool,
    /// The identity, the role, and the privilege: this one, or another that matches the same requests.
    pub(in crate::allowlist) grant: Grant<'a>,
}

/// By privilege of some rules, the grants that reach its requests.
#[derive(Clone, Debug, Default)]
pub(in crate::allowlist) struct Reach<'a> {
    grants: BTreeMap<&'a str, Vec<ReachingGrant<'a>>>,
    /// False if there are too many privileges to compare them all.
    complete: bool,
}

impl<'a> Reach<'a> {
    /// Compares the privileges of some rules.
    pub(in crate::allowlist) fn new(rules: &'a Rules) -> Self {
        let patterns: BTreeMap<&str, Pattern> =
            rules.privileges.iter().map(|(name, one)| (name.as_str(), Pattern::new(one))).collect();
        let roles_of = roles_of(rules);
        let granted = Patterns::new(
            roles_of.keys().filter_map(|name| patterns.get_key_value(name)).map(|(name, one)| (*name, one)),
        );
        // Five thousand privileges of five thousand identities are 25 million grants. Not all are kept, but
        // at least one is.
        let grants_of = |privilege: &str, kept: usize| {
            let roles = roles_of.get(privilege).map(Vec::as_slice).unwrap_or_default();
            let most = MOST_GRANTS.saturating_sub(kept).clamp(FEWEST_GRANTS, MOST_GRANTS_OF_ONE);
            roles
                .iter()
                .flat_map(|(role, privilege, identities)| {
                    identities.iter().map(|identity| Grant { identity, privilege, role })
                })
                .take(most)
                .collect::<Vec<_>>()
        };
        let mut reach = Self { grants: BTreeMap::new(), complete: true };
        let (mut pairs, mut kept) = (MOST_PAIRS, 0);
        for (name, pattern) in &patterns {
            let own = grants_of(name, kept).into_iter();
            let mut grants: Vec<ReachingGrant<'a>> =
                own.map(|grant| ReachingGrant { in_part: false, grant }).collect();
            for (other, theirs) in granted.near(&pattern.path) {
                let Some(left) = pairs.checked_sub(1).filter(|_| kept + grants.len() < MOST_GRANTS) else {
                    reach.complete = false;
                    break;
                };
                pairs = left;
                if other != *name && pattern.overlaps(theirs) {
                    let in_part = !theirs.covers(pattern);
                    let theirs = grants_of(other, kept + grants.len()).into_iter();
                    grants.extend(theirs.map(|grant| ReachingGrant { in_part, grant }));
                }
            }
            kept += grants.len();
            grants.sort_unstable();
            reach.grants.insert(name, grants);
        }
        reach
    }

    /// The grants that reach requests of a privilege; those for all of them come first.
    pub(in crate::allowlist) fn grants(&self, privilege: &str) -> &[ReachingGrant<'a>] {
        self.grants.get(privilege).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody reaches any request of a privilege. False if this is uncertain.
    pub(in crate::allowlist) fn is_closed(&self, privilege: &str) -> bool {
        self.complete && self.grants(privilege).is_empty()
    }
}

/// A role, a privilege in it, and the identities that have it.
type PrivilegeHolders<'a> = (&'a str, &'a str, Rc<[&'a str]>);

/// By privilege, the roles that list it and are assigned to somebody.
fn roles_of(rules: &Rules) -> BTreeMap<&str, Vec<PrivilegeHolders<'_>>> {
    let mut roles_of = BTreeMap::<&str, Vec<PrivilegeHolders<'_>>>::new();
    for (name, assignment) in &rules.role_assignments {
        let Some(role) = rules.roles.get(name) else { continue };
        let identities = assignment.identities.iter().filter(|name| rules.identities.contains_key(*name));
        let identities: Rc<[&str]> = identities.map(String::as_str).collect();
        if identities.is_empty() {
            continue;
        }
        for privilege in role.privileges.iter().filter(|name| rules.privileges.contains_key(*name)) {
            roles_of.entry(privilege).or_default().push((name, privilege, Rc::clone(&identities)));
        }
    }
    roles_of
}

/// Privileges by path, to find those that a request can share with another without comparing all.
#[derive(Debug)]
pub(in crate::allowlist) struct Patterns<'p> {
    by_path: BTreeMap<&'p str, Vec<(&'p str, &'p Pattern)>>,
}

impl<'p> Patterns<'p> {
    /// Accepts names and patterns.
    pub(in crate::allowlist) fn new(all: impl Iterator<Item = (&'p str, &'p Pattern)>) -> Self {
        let mut by_path = BTreeMap::<_, Vec<_>>::new();
        for (name, one) in all {
            by_path.entry(one.path.as_str()).or_default().push((name, one));
        }
        Self { by_path }
    }

    /// Those whose path begins with this one, or with which this one begins.
    pub(in crate::allowlist) fn near<'s>(
        &'s self,
        path: &'s str,
    ) -> impl Iterator<Item = (&'p str, &'p Pattern)> + use<'s, 'p> {
        let ends = path.char_indices().map(|(at, _)| at);
        let above = ends.filter_map(move |end| self.by_path.get(path.get(..end)?));
        let below = self.by_path.range::<str, _>((Bound::Included(path), Bound::Unbounded));
        let below = below.take_while(move |(other, _)| other.starts_with(path)).map(|(_, all)| all);
        above.chain(below).flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::Lists;
    use super::*;

    fn rules(granted: &[&str], privileges: &serde_json::Value) -> Rules {
        let lists = json!({
            "privileges": privileges, "roles": { "r": { "privileges": granted } },
            "identities": { "i": { "user_name": "u" } }, "role_assignments": { "r": { "identities": ["i"] } }
        });
        Lists::from_value(&lists).unwrap().into_rules().0
    }

    fn grants(rules: &Rules, privilege: &str) -> Vec<(bool, String)> {
        let reach = Reach::new(rules);
        reach
            .grants(privilege)
            .iter()
            .map(|reaching| (reaching.in_part, reaching.grant.privilege.to_owned()))
            .collect()
    }

    #[test]
    fn a_broader_privilege_opens_a_narrow_one_entirely_and_a_narrow_one_a_broader_partly() {
        let all = json!({
            "broad": { "path": "/metadata/instance" },
            "narrow": { "path": "/Metadata/Instance/compute/userdata" },
            "apart": { "path": "/metadata/identity" },
            "never": { "path": "metadata/instance" }
        });
        let by_broad = rules(&["broad"], &all);
        assert_eq!(grants(&by_broad, "narrow"), [(false, "broad".to_owned())]);
        let reach = Reach::new(&by_broad);
        assert!(!reach.is_closed("broad") && !reach.is_closed("narrow"));
        assert!(reach.is_closed("apart") && reach.is_closed("never"));
        assert_eq!(grants(&rules(&["narrow"], &all), "broad"), [(true, "narrow".to_owned())]);
    }

    #[test]
    fn parameters_separate_privileges_only_if_they_need_two_values() {
        let all = json!({
            "certificates": { "path": "/machine", "query_parameters": { "comp": "certificates" } },
            "goalstate": { "path": "/machine", "query_parameters": { "Comp": "GoalState" } },
            "full": { "path": "/machine", "query_parameters": { "type": "full" } }
        });
        assert!(Reach::new(&rules(&["goalstate"], &all)).is_closed("certificates"));
        // `?comp=certificates&type=full` matches both.
        assert_eq!(grants(&rules(&["full"], &all), "certificates"), [(true, "full".to_owned())]);
    }

    #[test]
    fn comparisons_are_bounded_and_nothing_is_claimed_beyond_the_limit() {
        let mut all = json!({});
        for n in 0..3_000 {
            all[format!("p{n}")] = json!({ "path": "/a", "query_parameters": { format!("k{n}"): "v" } });
        }
        let names: Vec<String> = (0..2_999).map(|n| format!("p{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rules = rules(&names, &all);
        assert!(!Reach::new(&rules).is_closed("p2999"));
    }
}
