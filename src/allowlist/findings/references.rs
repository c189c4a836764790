//! Names and references to them: L02, L03 (names that differ only in case), L04 and L08.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Patterns;
use super::super::{List, Text, known, named};
use super::near::nearest;
use super::quote::quoted;
use super::twins::twins;
use super::view::{View, some_of};
use super::{FindingId, Findings, Subject};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    unreadable_names(view, findings);
    dangling(view, findings);
    differing_in_case(view, findings);
    unused(view, findings);
}

/// L08
fn unreadable_names(view: &View<'_>, findings: &mut Findings) {
    let draft = view.draft;
    unreadable(&draft.privileges, findings, Subject::Privilege);
    unreadable(&draft.roles, findings, Subject::Role);
    unreadable(&draft.identities, findings, Subject::Identity);
    unreadable(&draft.role_assignments, findings, Subject::RoleAssignment);
}

fn unreadable<T>(map: &BTreeMap<Text<'_>, T>, findings: &mut Findings, subject: impl Fn(String) -> Subject) {
    for (name, _) in known(map) {
        if name.trim().is_empty() {
            let message = "has an empty or blank name.";
            let instead = Some("Give it a name, and use that wherever it is referred to.".to_owned());
            findings.error(FindingId::L08, subject(name.to_owned()), message, instead);
        } else if name.trim() != name || name.contains(char::is_control) {
            let message =
                "has a name with a blank at its end or a control character, which references must repeat.";
            findings.warning(FindingId::L08, subject(name.to_owned()), message, None);
        }
    }
}

fn dangling(view: &View<'_>, findings: &mut Findings) {
    let draft = view.draft;
    for (role, one) in known(&draft.roles) {
        for privilege in one.privileges.iter().filter_map(|name| name.known()) {
            let subject =
                || Subject::RolePrivilege { role: role.to_owned(), privilege: privilege.to_owned() };
            unknown_name(view, findings, privilege, &draft.privileges, List::Privileges, subject);
        }
    }
    for (role, _) in known(&draft.role_assignments) {
        let subject = || Subject::RoleAssignment(role.to_owned());
        unknown_name(view, findings, role, &draft.roles, List::Roles, subject);
    }
    for (role, one) in known(&draft.role_assignments) {
        for identity in one.identities.iter().filter_map(|name| name.known()) {
            let subject =
                || Subject::AssignedIdentity { role: role.to_owned(), identity: identity.to_owned() };
            unknown_name(view, findings, identity, &draft.identities, List::Identities, subject);
        }
    }
}

fn unknown_name<T>(
    view: &View<'_>,
    findings: &mut Findings,
    name: &str,
    there: &BTreeMap<Text<'_>, T>,
    list: List,
    subject: impl Fn() -> Subject,
) {
    let Some(there) = named(there).filter(|there| !there.contains_key(&Text::Known(name))) else { return };
    let candidates = known(there).map(|(name, _)| name);
    let meant = view.spend_names(there.len()).then(|| nearest(name, candidates)).flatten();
    let message = format!(
        "there is no {} {}; the guest agent drops the reference silently.",
        list.element(),
        quoted(name)
    );
    let instead = meant.map(|meant| format!("Did you mean {}?", quoted(meant)));
    findings.error(FindingId::L02, subject(), message, instead);
}

fn differing_in_case(view: &View<'_>, findings: &mut Findings) {
    let draft = view.draft;
    twins_in(&draft.privileges, findings, Subject::Privilege);
    twins_in(&draft.roles, findings, Subject::Role);
    twins_in(&draft.identities, findings, Subject::Identity);
    twins_in(&draft.role_assignments, findings, Subject::RoleAssignment);
}

fn twins_in<T>(map: &BTreeMap<Text<'_>, T>, findings: &mut Findings, subject: impl Fn(String) -> Subject) {
    for (first, name) in twins(known(map).map(|(name, _)| name)) {
        let message =
            format!("differs from {} only in case; to the guest agent they are two names.", quoted(first));
        findings.error(FindingId::L03, subject(name.to_owned()), message, None);
    }
}

fn unused(view: &View<'_>, findings: &mut Findings) {
    let draft = view.draft;
    let assigned = named(&draft.role_assignments);
    for (role, one) in known(&draft.roles) {
        if one.privileges.is_empty() {
            findings.warning(
                FindingId::L04,
                Subject::Role(role.into()),
                "lists no privilege, so it grants nothing.",
                None,
            );
        }
    }
    for (role, _) in known(&draft.roles) {
        if assigned.is_some_and(|assigned| !assigned.contains_key(&Text::Known(role))) {
            findings.warning(FindingId::L04, Subject::Role(role.to_owned()), "is assigned to nobody.", None);
        }
    }
    let used: Option<BTreeSet<Text<'_>>> =
        assigned.map(|assigned| assigned.values().flat_map(|one| one.identities.iter().copied()).collect());
    let used = used.filter(|used| !used.contains(&Text::Unknown));
    for (role, one) in known(&draft.role_assignments) {
        if one.identities.is_empty() {
            let message = "names no identity, so nobody has the role.";
            findings.warning(FindingId::L04, Subject::RoleAssignment(role.into()), message, None);
        }
    }
    for (identity, _) in known(&draft.identities) {
        if used.as_ref().is_some_and(|used| !used.contains(&Text::Known(identity))) {
            findings.warning(FindingId::L04, Subject::Identity(identity.to_owned()), "has no role.", None);
        }
    }
    ungranted(view, findings);
}

/// L04, privileges. A privilege that is granted to nobody still matches: it closes its requests, unless
/// another one opens them.
fn ungranted(view: &View<'_>, findings: &mut Findings) {
    let Some(references) = &view.references else { return };
    let (granted, ungranted): (Vec<_>, Vec<_>) =
        view.privileges().map(|(name, _)| name).partition(|name| references.is_granted(name));
    if ungranted.is_empty() {
        return;
    }
    let patterns = view.patterns();
    let all_known = granted.iter().all(|name| patterns.contains_key(name));
    let granted = granted.iter().filter_map(|name| patterns.get_key_value(name));
    let granted = Patterns::new(granted.map(|(name, one)| (*name, one)));
    for name in ungranted {
        let mut message = "is granted to nobody".to_owned();
        let pattern = patterns.get(name).filter(|pattern| pattern.can_match() && view.is_in_force());
        if let Some(pattern) = pattern {
            let mut near = granted.near(&pattern.path).take_while(|_| view.spend_pairs(1));
            let openers: Vec<_> =
                near.by_ref().filter(|(_, other)| other.overlaps(pattern)).take(SHOWN).collect();
            let whole = openers.iter().filter(|(_, other)| other.covers(pattern)).map(|(other, _)| *other);
            let whole: Vec<&str> = whole.collect();
            message += &if !whole.is_empty() {
                format!(", but closes nothing to whoever has {}, which covers it", some_of(whole))
            } else if !openers.is_empty() {
                let names = openers.iter().map(|(other, _)| *other);
                format!(
                    ", and so closes its path except to whoever has {}, which opens a part",
                    some_of(names)
                )
            } else if all_known && view.spend_pairs(1) {
                ", and so closes its path to everybody, whatever the default access is".to_owned()
            } else {
                String::new()
            };
        }
        findings.warning(FindingId::L04, Subject::Privilege(name.to_owned()), message + ".", None);
    }
}

/// How many privileges are named that open what another one closes.
const SHOWN: usize = 20;
