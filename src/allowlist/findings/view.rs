//! The checks' view of a draft: its known parts, and who holds which privilege once that is known.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Pattern;
use super::super::{DefaultAccess, Draft, Identity, Mode, Privilege, Rules, Text, known, named};
use super::LintContext;
use super::known::{Sensitive, sensitive};
use super::platform::Platform;

/// A draft, its context, and its references once all of them are known.
pub(super) struct View<'a> {
    pub(super) draft: &'a Draft<'a>,
    pub(super) context: &'a LintContext,
    pub(super) references: Option<References<'a>>,
    /// Whether the agent ignores the rules as a whole because a list is absent.
    pub(super) ignored: bool,
    /// How many comparisons of names and of privileges are left, so that large rule sets stay linear.
    names_left: Cell<usize>,
    pairs_left: Cell<usize>,
    /// How many trial changes are left.
    changes_left: Cell<usize>,
    platform: OnceCell<Option<Platform>>,
}

/// The resolved references: only names that exist.
pub(super) struct References<'a> {
    /// Each privilege with a role that lists it and is assigned to somebody, sorted.
    listed: Vec<(&'a str, usize)>,
    /// For each such role its identities, sorted.
    holders_of: Vec<Vec<&'a str>>,
}

impl<'a> View<'a> {
    pub(super) fn new(draft: &'a Draft<'a>, context: &'a LintContext) -> Self {
        let (names_left, pairs_left, changes_left) = (Cell::new(50_000), Cell::new(2_000_000), Cell::new(20));
        let (references, platform) = (References::of(draft), OnceCell::new());
        Self { draft, context, references, ignored: false, names_left, pairs_left, changes_left, platform }
    }

    /// Whether the agent evaluates the rules at all, as far as is known.
    pub(super) fn is_in_force(&self) -> bool {
        !self.ignored && self.context.mode != Some(Mode::Disabled)
    }

    /// The privileges, once their names are known.
    pub(super) fn privileges(
        &self,
    ) -> impl Iterator<Item = (&'a str, &'a Privilege<Text<'a>>)> + Clone + use<'a> {
        known(&self.draft.privileges)
    }

    /// Privileges with a known path, and the path.
    pub(super) fn paths(
        &self,
    ) -> impl Iterator<Item = (&'a str, &'a Privilege<Text<'a>>, &'a str)> + Clone + use<'a> {
        self.privileges().filter_map(|(name, one)| Some((name, one, one.path.known()?)))
    }

    /// The identities, once their names are known.
    pub(super) fn identities(
        &self,
    ) -> impl Iterator<Item = (&'a str, &'a Identity<Text<'a>>)> + Clone + use<'a> {
        known(&self.draft.identities)
    }

    /// The sensitive data that a privilege reaches; none while its path or query is unknown.
    pub(super) fn sensitive(&self, one: &Privilege<Text<'_>>) -> Vec<Sensitive> {
        let (Some(path), Some(query)) = (one.path.known(), whole_query(one)) else { return Vec::new() };
        sensitive(path, query, self.context.endpoint)
    }

    /// What the platform needs, if the rules and their machines are known.
    pub(super) fn platform(&self) -> Option<&Platform> {
        self.platform.get_or_init(|| Platform::of(self.draft, self.context)).as_ref()
    }

    /// Whether a change of the rules takes from the guest agent what the default access now allows.
    fn cuts_off(&self, change: impl FnOnce(&mut Rules)) -> bool {
        let now = (self.context.mode, self.context.default_access);
        now == (Some(Mode::Enforce), Some(DefaultAccess::Allow))
            && self.platform().is_some_and(|platform| {
                spend(&self.changes_left, 1) && platform.is_cut_off(DefaultAccess::Allow, change)
            })
    }

    /// An addition to advice that changes a privilege: once it matches more, it may close what the guest
    /// agent needs.
    pub(super) fn and_grant(&self, privilege: &str, change: impl FnOnce(&mut Privilege)) -> &'static str {
        let apply = |rules: &mut Rules| {
            if let Some(one) = rules.privileges.get_mut(privilege) {
                change(one);
            }
        };
        match self.cuts_off(apply) {
            true => " Then grant the privilege to the guest agent as well, which needs it.",
            false => "",
        }
    }

    /// The assigned roles that list any of these privileges.
    pub(super) fn roles_with(&self, privileges: &[&str]) -> Vec<&'a str> {
        let Some(assigned) = named(&self.draft.role_assignments) else { return Vec::new() };
        let lists = |names: &BTreeSet<_>| privileges.iter().any(|name| names.contains(&Text::Known(name)));
        let listing = known(&self.draft.roles).filter(|(_, one)| lists(&one.privileges));
        listing.map(|(role, _)| role).filter(|role| assigned.contains_key(&Text::Known(role))).collect()
    }

    /// The fully known privileges, as the matcher compares them.
    pub(super) fn patterns(&self) -> BTreeMap<&'a str, Pattern> {
        let pattern = |one: &Privilege<Text<'_>>| Some(Pattern::of(one.path.known()?, whole_query(one)?));
        self.privileges().filter_map(|(name, one)| Some((name, pattern(one)?))).collect()
    }

    /// Deducts `cost` from the comparisons of names that are left; false if none are left.
    pub(super) fn spend_names(&self, cost: usize) -> bool {
        spend(&self.names_left, cost)
    }

    /// Deducts `cost` from the comparisons of privileges that are left; false if none are left.
    pub(super) fn spend_pairs(&self, cost: usize) -> bool {
        spend(&self.pairs_left, cost)
    }
}

/// The query parameters of a privilege, once all of them are known.
pub(super) fn whole_query<'a>(
    one: &Privilege<Text<'a>>,
) -> Option<impl Iterator<Item = (&'a str, &'a str)> + Clone> {
    let known = |(key, value): (&Text<'a>, &Text<'a>)| Some((key.known()?, value.known()?));
    let query = one.query_parameters.iter();
    query.clone().all(|pair| known(pair).is_some()).then(|| query.filter_map(known))
}

fn spend(left: &Cell<usize>, cost: usize) -> bool {
    let after = left.get().checked_sub(cost);
    left.set(after.unwrap_or(0));
    after.is_some()
}

impl<'a> References<'a> {
    fn of(draft: &'a Draft<'a>) -> Option<Self> {
        let (privileges, identities) = (named(&draft.privileges)?, named(&draft.identities)?);
        let (roles, assignments) = (named(&draft.roles)?, named(&draft.role_assignments)?);
        let mut references = Self { listed: Vec::new(), holders_of: Vec::new() };
        for (role, assignment) in assignments {
            let Some(listed) = roles.get(role) else { continue };
            let (listed, assigned) = (&listed.privileges, &assignment.identities);
            if listed.contains(&Text::Unknown) || assigned.contains(&Text::Unknown) {
                return None;
            }
            let existing = assigned.iter().filter(|name| identities.contains_key(name));
            let holders: Vec<&str> = existing.filter_map(|name| name.known()).collect();
            let (role, before) = (references.holders_of.len(), references.listed.len());
            if !holders.is_empty() {
                let existing = listed.iter().filter(|name| privileges.contains_key(name));
                let existing = existing.filter_map(|name| name.known());
                references.listed.extend(existing.map(|privilege| (privilege, role)));
            }
            if references.listed.len() > before {
                references.holders_of.push(holders);
            }
        }
        references.listed.sort_unstable();
        Some(references)
    }

    /// The roles that grant the privilege.
    fn roles_of(&self, privilege: &str) -> impl Iterator<Item = usize> {
        let from = self.listed.partition_point(|(listed, _)| *listed < privilege);
        let listed = self.listed.iter().skip(from).take_while(move |(listed, _)| *listed == privilege);
        listed.map(|(_, role)| *role)
    }

    /// The identities that have the privilege, role by role.
    fn holders_by_role(&self, privilege: &str) -> impl Iterator<Item = &Vec<&'a str>> {
        self.roles_of(privilege).filter_map(|role| self.holders_of.get(role))
    }

    /// Whether anybody holds the privilege.
    pub(super) fn is_granted(&self, privilege: &str) -> bool {
        self.roles_of(privilege).next().is_some()
    }

    /// Whether two privileges are granted by exactly the same roles.
    pub(super) fn same_roles(&self, one: &str, other: &str) -> bool {
        self.roles_of(one).eq(self.roles_of(other))
    }

    /// Who holds the privilege.
    pub(super) fn holders(&self, privilege: &str) -> BTreeSet<&'a str> {
        self.holders_by_role(privilege).flatten().copied().collect()
    }

    /// The cost of finding the holders of a privilege.
    pub(super) fn cost(&self, privilege: &str) -> usize {
        self.holders_by_role(privilege).map(Vec::len).sum()
    }
}

/// A few of many names, quoted, for a sentence: `"a", "b" and 3 more`.
pub(super) fn some_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = names.into_iter().collect();
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect();
    match (quoted.split_last(), names.len().saturating_sub(SHOWN)) {
        (None, _) => String::new(),
        (Some((last, [])), _) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        (_, more) => format!("{} and {more} more", quoted.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::some_of;

    #[test]
    fn names_are_joined_as_in_a_sentence() {
        assert_eq!(some_of(["a"]), "\"a\"");
        assert_eq!(some_of(["a", "b"]), "\"a\" and \"b\"");
        assert_eq!(some_of(["a", "b", "c"]), "\"a\", \"b\" and \"c\"");
        assert_eq!(some_of(["a", "b", "c", "d", "e"]), "\"a\", \"b\", \"c\" and 2 more");
    }
}
