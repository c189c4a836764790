//! Names and what they refer to: L02, L03 (names that differ only in case) and L04.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{List, Part};
use super::near::nearest;
use super::twins::twins;
use super::view::{View, known};
use super::{FindingId, Found, Subject};

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    dangling(view, found);
    differing_in_case(view, found);
    unused(view, found);
}

fn dangling(view: &View<'_>, found: &mut Found) {
    let draft = view.draft;
    for (role, one) in known(&draft.roles) {
        for privilege in one.privileges.known().iter().flat_map(|names| &names.known) {
            let subject =
                || Subject::RolePrivilege { role: role.to_owned(), privilege: (*privilege).to_owned() };
            unknown_name(view, found, privilege, &draft.privileges, List::Privileges, subject);
        }
    }
    for role in draft.role_assignments.known().into_iter().flat_map(BTreeMap::keys) {
        let subject = || Subject::RoleAssignment((*role).to_owned());
        unknown_name(view, found, role, &draft.roles, List::Roles, subject);
    }
    for (role, one) in known(&draft.role_assignments) {
        for identity in one.identities.known().iter().flat_map(|names| &names.known) {
            let subject =
                || Subject::AssignedIdentity { role: role.to_owned(), identity: (*identity).to_owned() };
            unknown_name(view, found, identity, &draft.identities, List::Identities, subject);
        }
    }
}

fn unknown_name<T>(
    view: &View<'_>,
    found: &mut Found,
    name: &str,
    there: &Part<BTreeMap<&str, T>>,
    list: List,
    subject: impl Fn() -> Subject,
) {
    let Some(there) = there.known().filter(|there| !there.contains_key(name)) else { return };
    let candidates = there.keys().copied();
    let meant = view.spend_names(there.len()).then(|| nearest(name, candidates)).flatten();
    let message =
        format!("there is no {} \"{name}\"; the guest agent drops the reference silently.", list.element());
    found.error(FindingId::L02, subject(), message, meant.map(|meant| format!("Did you mean \"{meant}\"?")));
}

fn differing_in_case(view: &View<'_>, found: &mut Found) {
    let draft = view.draft;
    twins_in(draft.privileges.known(), found, Subject::Privilege);
    twins_in(draft.roles.known(), found, Subject::Role);
    twins_in(draft.identities.known(), found, Subject::Identity);
    twins_in(draft.role_assignments.known(), found, Subject::RoleAssignment);
}

fn twins_in<T>(map: Option<&BTreeMap<&str, T>>, found: &mut Found, subject: impl Fn(String) -> Subject) {
    for (first, name) in twins(map.into_iter().flat_map(BTreeMap::keys).copied()) {
        let message = format!("differs from \"{first}\" only in case; the guest agent takes them for two.");
        found.error(FindingId::L03, subject(name.to_owned()), message, None);
    }
}

fn unused(view: &View<'_>, found: &mut Found) {
    let draft = view.draft;
    let assigned = draft.role_assignments.known();
    for (role, one) in known(&draft.roles) {
        if one.privileges.known().is_some_and(|names| names.known.is_empty() && !names.more) {
            found.warning(
                FindingId::L04,
                Subject::Role(role.into()),
                "lists no privilege, so it grants nothing.",
                None,
            );
        }
    }
    for role in draft.roles.known().into_iter().flat_map(BTreeMap::keys) {
        if assigned.is_some_and(|assigned| !assigned.contains_key(role)) {
            found.warning(FindingId::L04, Subject::Role((*role).to_owned()), "is assigned to nobody.", None);
        }
    }
    let mut used = BTreeSet::<&str>::new();
    let mut all_known = draft.role_assignments.known().is_some();
    for one in draft.role_assignments.known().into_iter().flat_map(BTreeMap::values) {
        match one.known().and_then(|one| one.identities.known()) {
            Some(names) if !names.more => used.extend(&names.known),
            _ => all_known = false,
        }
    }
    for (role, one) in known(&draft.role_assignments) {
        if one.identities.known().is_some_and(|names| names.known.is_empty() && !names.more) {
            let message = "names no identity, so nobody has the role.";
            found.warning(FindingId::L04, Subject::RoleAssignment(role.into()), message, None);
        }
    }
    let identities = draft.identities.known().into_iter().flat_map(BTreeMap::keys);
    for identity in identities.filter(|name| all_known && !used.contains(*name)) {
        found.warning(FindingId::L04, Subject::Identity((*identity).to_owned()), "has no role.", None);
    }
    let Some(references) = &view.references else { return };
    let privileges = draft.privileges.known().into_iter().flat_map(BTreeMap::keys);
    for privilege in privileges.filter(|name| !references.is_granted(name)) {
        let message =
            "is granted to nobody, and so closes its path for everybody, whatever the default access is.";
        found.warning(FindingId::L04, Subject::Privilege((*privilege).to_owned()), message, None);
    }
}
