//! Converts the keyed form to lists and back. To lists nothing is lost. Back, the lists are read as the guest
//! agent reads them, and dropped parts are reported.

use std::collections::btree_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{
    Allowlist, DefaultAccess, Document, Identity, IdentityEntry, List, Lists, Mode, Privilege,
    PrivilegeEntry, Role, RoleAssignment, RoleAssignmentEntry, RoleEntry, Rules,
};

/// A part of the lists that a keyed form cannot have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collapsed {
    /// A name occurred more than once. The agent keeps the last (`authorization_rules.rs`, lines 139-164).
    LastOfEqualNames {
        /// The list.
        list: List,
        /// The name.
        name: String,
        /// How often.
        times: usize,
    },
    /// A role was assigned by several entries. The agent adds them up (`authorization_rules.rs`, lines 166-200).
    UnitedAssignments {
        /// The role.
        role: String,
        /// The number of entries.
        times: usize,
    },
    /// A name was listed more than once inside one entry, which makes no difference.
    RepeatedReference {
        /// The list of the entry.
        list: List,
        /// The entry's name.
        name: String,
        /// The name that occurs more than once.
        reference: String,
    },
}

impl fmt::Display for Collapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LastOfEqualNames { list, name, times } => {
                write!(f, "{list} holds \"{name}\" {times} times; the guest agent keeps the last")
            }
            Self::UnitedAssignments { role, times } => {
                write!(f, "role \"{role}\" is assigned by {times} entries; the guest agent adds them up")
            }
            Self::RepeatedReference { list, name, reference } => {
                write!(f, "{} \"{name}\" lists \"{reference}\" more than once", list.element())
            }
        }
    }
}

impl From<&Rules> for Lists {
    /// Sorted by name, all four lists present.
    fn from(rules: &Rules) -> Self {
        let privilege = |(name, one): (&String, &Privilege)| PrivilegeEntry {
            name: name.clone(),
            path: one.path.clone(),
            query_parameters: one.query_parameters.clone(),
        };
        let identity = |(name, one): (&String, &Identity)| IdentityEntry {
            name: name.clone(),
            user_name: one.user_name.clone(),
            group_name: one.group_name.clone(),
            exe_path: one.exe_path.clone(),
            process_name: one.process_name.clone(),
        };
        let role = |(name, one): (&String, &Role)| RoleEntry {
            name: name.clone(),
            privileges: one.privileges.iter().cloned().collect(),
        };
        let assignment = |(role, one): (&String, &RoleAssignment)| RoleAssignmentEntry {
            role: role.clone(),
            identities: one.identities.iter().cloned().collect(),
        };
        Self {
            privileges: Some(rules.privileges.iter().map(privilege).collect()),
            roles: Some(rules.roles.iter().map(role).collect()),
            identities: Some(rules.identities.iter().map(identity).collect()),
            role_assignments: Some(rules.role_assignments.iter().map(assignment).collect()),
        }
    }
}

impl From<&Allowlist> for Document {
    fn from(allowlist: &Allowlist) -> Self {
        Self {
            mode: Some(allowlist.mode.as_str().to_owned()),
            default_access: Some(allowlist.default_access.as_str().to_owned()),
            rules: Some(Lists::from(&allowlist.rules)),
        }
    }
}

impl Lists {
    /// The keyed rules, with the parts that could not be kept. An absent list is read as an empty one here;
    /// [`Lists::absent`] shows whether the agent evaluates the rules at all.
    pub fn into_rules(self) -> (Rules, Vec<Collapsed>) {
        let mut collapsed = Vec::new();
        let privileges = self.privileges.into_iter().flatten().map(|entry| {
            (entry.name, Privilege { path: entry.path, query_parameters: entry.query_parameters })
        });
        let privileges = last_of_equal(List::Privileges, privileges, &mut collapsed);

        let roles = self.roles.into_iter().flatten().map(|entry| (entry.name, entry.privileges));
        let roles = last_of_equal(List::Roles, roles, &mut collapsed);
        let roles = roles.into_iter().map(|(name, listed)| {
            let privileges = unique_references(List::Roles, &name, listed, &mut collapsed);
            (name, Role { privileges })
        });
        let roles = roles.collect();

        let identities = self.identities.into_iter().flatten().map(|entry| {
            let identity = Identity {
                user_name: entry.user_name,
                group_name: entry.group_name,
                exe_path: entry.exe_path,
                process_name: entry.process_name,
            };
            (entry.name, identity)
        });
        let identities = last_of_equal(List::Identities, identities, &mut collapsed);

        let mut role_assignments = BTreeMap::<String, RoleAssignment>::new();
        let mut times = BTreeMap::<String, usize>::new();
        for entry in self.role_assignments.into_iter().flatten() {
            let identities =
                unique_references(List::RoleAssignments, &entry.role, entry.identities, &mut collapsed);
            match role_assignments.entry(entry.role) {
                MapEntry::Vacant(slot) => {
                    slot.insert(RoleAssignment { identities });
                }
                MapEntry::Occupied(mut slot) => {
                    *times.entry(slot.key().clone()).or_insert(1) += 1;
                    slot.get_mut().identities.extend(identities);
                }
            }
        }
        collapsed.extend(times.into_iter().map(|(role, times)| Collapsed::UnitedAssignments { role, times }));
        (Rules { privileges, roles, identities, role_assignments }, collapsed)
    }
}

impl Document {
    /// The rules as the agent reads them: none at all if one of the four lists is absent.
    pub fn rules_as_agent_reads(&self) -> Rules {
        let lists = self.rules.as_ref().filter(|lists| lists.absent().is_empty());
        lists.cloned().unwrap_or_default().into_rules().0
    }

    /// The allowlist as the agent reads it, including unknown words and absent lists, so that both decide
    /// alike. Nothing if `mode` or `default_access` is absent: the agent would refuse the document.
    pub fn as_agent_reads(&self) -> Option<Allowlist> {
        Some(Allowlist {
            mode: Mode::as_agent_reads(self.mode.as_deref()?),
            default_access: DefaultAccess::as_agent_reads(self.default_access.as_deref()?),
            rules: self.rules_as_agent_reads(),
        })
    }

    /// The same of a document that may lack a word, which the agent would refuse: under the word that refuses most, so that
    /// its rules can be compared.
    pub fn as_if_complete(&self) -> Allowlist {
        let default_access = self.default_access.as_deref();
        Allowlist {
            mode: self.mode.as_deref().map_or(Mode::Enforce, Mode::as_agent_reads),
            default_access: default_access.map_or(DefaultAccess::Deny, DefaultAccess::as_agent_reads),
            rules: self.rules_as_agent_reads(),
        }
    }
}

fn last_of_equal<T>(
    list: List,
    entries: impl Iterator<Item = (String, T)>,
    collapsed: &mut Vec<Collapsed>,
) -> BTreeMap<String, T> {
    let mut by_name = BTreeMap::new();
    let mut times = BTreeMap::<String, usize>::new();
    for (name, entry) in entries {
        match by_name.entry(name) {
            MapEntry::Vacant(slot) => {
                slot.insert(entry);
            }
            MapEntry::Occupied(mut slot) => {
                *times.entry(slot.key().clone()).or_insert(1) += 1;
                slot.insert(entry);
            }
        }
    }
    collapsed.extend(times.into_iter().map(|(name, times)| Collapsed::LastOfEqualNames {
        list,
        name,
        times,
    }));
    by_name
}

fn unique_references(
    list: List,
    name: &str,
    references: Vec<String>,
    collapsed: &mut Vec<Collapsed>,
) -> BTreeSet<String> {
    let mut unique = BTreeSet::new();
    let mut repeated = BTreeSet::new();
    for reference in references {
        // It only replaces an equal value.
        let Some(reference) = unique.replace(reference) else { continue };
        if repeated.insert(reference.clone()) {
            collapsed.push(Collapsed::RepeatedReference { list, name: name.to_owned(), reference });
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lists(value: serde_json::Value) -> Lists {
        Lists::from_value(&value).unwrap()
    }

    #[test]
    fn keyed_rules_survive_a_round_trip() {
        let whole = lists(json!({
            "privileges": [{ "name": "p", "path": "/a", "queryParameters": { "K": "v" } }, { "name": "q", "path": "/" }],
            "roles": [{ "name": "r", "privileges": ["p", "q"] }],
            "identities": [{ "name": "i", "userName": "u", "exePath": "/x" }],
            "roleAssignments": [{ "role": "r", "identities": ["i"] }]
        }));
        let (rules, collapsed) = whole.clone().into_rules();
        assert!(collapsed.is_empty());
        assert_eq!(Lists::from(&rules), whole);
    }

    #[test]
    fn the_last_of_equal_names_wins_and_assignments_add_up() {
        let (rules, collapsed) = lists(json!({
            "privileges": [{ "name": "p", "path": "/a" }, { "name": "p", "path": "/b" }, { "name": "p", "path": "/c" }],
            "roles": [{ "name": "r", "privileges": ["x"] }, { "name": "r", "privileges": ["p", "p"] }],
            "identities": [],
            "roleAssignments": [{ "role": "r", "identities": ["b"] }, { "role": "r", "identities": ["a"] }]
        }))
        .into_rules();
        assert_eq!(rules.privileges["p"].path, "/c");
        assert_eq!(rules.roles["r"].privileges, ["p".to_owned()].into());
        assert_eq!(rules.role_assignments["r"].identities, ["a".to_owned(), "b".to_owned()].into());
        let texts: Vec<_> = collapsed.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "privileges holds \"p\" 3 times; the guest agent keeps the last",
                "roles holds \"r\" 2 times; the guest agent keeps the last",
                "role \"r\" lists \"p\" more than once",
                "role \"r\" is assigned by 2 entries; the guest agent adds them up",
            ]
        );
    }

    #[test]
    fn the_agent_ignores_rules_with_an_absent_list_and_refuses_them_without_mode_or_access() {
        let document = Document {
            mode: Some("typo".into()),
            default_access: Some("ALLOW".into()),
            rules: Some(lists(json!({ "privileges": [{ "name": "p", "path": "/a" }] }))),
        };
        let read = document.as_agent_reads().unwrap();
        assert_eq!((read.mode, read.default_access), (Mode::Disabled, DefaultAccess::Allow));
        assert!(read.rules.is_empty());
        assert_eq!(Document { mode: None, ..document }.as_agent_reads(), None);
    }
}
