//! Rules keyed by name: the form of a configuration, and the preferred form in this module.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{DefaultAccess, Mode};

/// A complete allowlist: the content of a version of an in-VM access control profile that decides requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowlist {
    /// What happens to a request that is not allowed.
    pub mode: Mode,
    /// What happens to a request that no privilege matches.
    pub default_access: DefaultAccess,
    /// The rules. No rules at all and four empty lists decide alike.
    pub rules: Rules,
}

/// The rules of an allowlist. Their order never matters to a decision.
///
/// `T` is the type of a text: a `String` in complete rules, a [`Text`](super::Text) in a
/// [`Draft`](super::Draft), where some texts are not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rules<T = String> {
    /// Sets of requests, by privilege name.
    pub privileges: BTreeMap<T, Privilege<T>>,
    /// Named sets of privileges.
    pub roles: BTreeMap<T, Role<T>>,
    /// Sets of processes, by identity name.
    pub identities: BTreeMap<T, Identity<T>>,
    /// The identities of each role, by role name.
    pub role_assignments: BTreeMap<T, RoleAssignment<T>>,
}

impl<T> Rules<T> {
    /// The same rules with other texts.
    pub fn map<'r, U: Ord>(&'r self, text: &mut impl FnMut(&'r T) -> U) -> Rules<U> {
        Rules {
            privileges: self.privileges.iter().map(|(name, one)| (text(name), one.map(text))).collect(),
            roles: self.roles.iter().map(|(name, one)| (text(name), one.map(text))).collect(),
            identities: self.identities.iter().map(|(name, one)| (text(name), one.map(text))).collect(),
            role_assignments: self
                .role_assignments
                .iter()
                .map(|(role, one)| (text(role), one.map(text)))
                .collect(),
        }
    }

    /// Whether all four lists are empty.
    pub fn is_empty(&self) -> bool {
        self.privileges.is_empty()
            && self.roles.is_empty()
            && self.identities.is_empty()
            && self.role_assignments.is_empty()
    }
}

/// A set of requests: those whose path begins with `path` and that have every one of the query parameters
/// (`key.rs`, lines 216-317).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Privilege<T = String> {
    /// The prefix of a decoded, lower-cased request path.
    pub path: T,
    /// Parameters that the request must have, each with exactly this value.
    pub query_parameters: BTreeMap<T, T>,
}

impl<T> Privilege<T> {
    fn map<'r, U: Ord>(&'r self, text: &mut impl FnMut(&'r T) -> U) -> Privilege<U> {
        Privilege {
            path: text(&self.path),
            query_parameters: self
                .query_parameters
                .iter()
                .map(|(key, value)| (text(key), text(value)))
                .collect(),
        }
    }
}

/// A named set of privileges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Role<T = String> {
    /// Names of privileges.
    pub privileges: BTreeSet<T>,
}

impl<T> Role<T> {
    fn map<'r, U: Ord>(&'r self, text: &mut impl FnMut(&'r T) -> U) -> Role<U> {
        Role { privileges: self.privileges.iter().map(text).collect() }
    }
}

/// A set of processes: those that meet every condition that is present. Without any condition it is every
/// process (`key.rs`, lines 340-437).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Identity<T = String> {
    /// The account that the process runs as, without a domain.
    pub user_name: Option<T>,
    /// A group of that account.
    pub group_name: Option<T>,
    /// The full path of its executable file.
    pub exe_path: Option<T>,
    /// The last component of that path.
    pub process_name: Option<T>,
}

impl<T> Identity<T> {
    fn map<'r, U>(&'r self, text: &mut impl FnMut(&'r T) -> U) -> Identity<U> {
        Identity {
            user_name: self.user_name.as_ref().map(&mut *text),
            group_name: self.group_name.as_ref().map(&mut *text),
            exe_path: self.exe_path.as_ref().map(&mut *text),
            process_name: self.process_name.as_ref().map(text),
        }
    }

    /// Whether no condition is present, so that every process matches.
    pub fn is_everybody(&self) -> bool {
        self.user_name.is_none()
            && self.group_name.is_none()
            && self.exe_path.is_none()
            && self.process_name.is_none()
    }
}

/// The identities of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RoleAssignment<T = String> {
    /// Names of identities.
    pub identities: BTreeSet<T>,
}

impl<T> RoleAssignment<T> {
    fn map<'r, U: Ord>(&'r self, text: &mut impl FnMut(&'r T) -> U) -> RoleAssignment<U> {
        RoleAssignment { identities: self.identities.iter().map(text).collect() }
    }
}

/// One of the four lists of a rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// `privileges`
    Privileges,
    /// `roles`
    Roles,
    /// `identities`
    Identities,
    /// `role_assignments`, in Azure Resource Manager `roleAssignments`
    RoleAssignments,
}

impl List {
    /// All four, in the usual order.
    pub const ALL: [Self; 4] = [Self::Privileges, Self::Roles, Self::Identities, Self::RoleAssignments];

    /// The name in a configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privileges => "privileges",
            Self::Roles => "roles",
            Self::Identities => "identities",
            Self::RoleAssignments => "role_assignments",
        }
    }

    /// The name in Azure Resource Manager and in the agent's document.
    pub const fn in_documents(self) -> &'static str {
        match self {
            Self::RoleAssignments => "roleAssignments",
            other => other.as_str(),
        }
    }

    /// The name of one element in a sentence.
    pub const fn element(self) -> &'static str {
        match self {
            Self::Privileges => "privilege",
            Self::Roles => "role",
            Self::Identities => "identity",
            Self::RoleAssignments => "role assignment",
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
