//! The subject of a finding, as a structure that can be turned into an attribute path.

use std::fmt;

use super::super::List;

/// A place in a version of a profile. `Display` writes it as in a configuration:
/// `rules.privileges["p"].path`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// `mode`
    Mode,
    /// `default_access`
    DefaultAccess,
    /// The rules as a whole.
    Rules,
    /// One of the four lists.
    List(List),
    /// A privilege as a whole.
    Privilege(String),
    /// A privilege's path.
    Path {
        /// The privilege's name.
        privilege: String,
    },
    /// One of a privilege's query parameters.
    QueryParameter {
        /// The privilege's name.
        privilege: String,
        /// The parameter's name.
        key: String,
    },
    /// A role as a whole.
    Role(String),
    /// The name of a privilege in a role.
    RolePrivilege {
        /// The role's name.
        role: String,
        /// The name it lists.
        privilege: String,
    },
    /// An identity as a whole.
    Identity(String),
    /// A condition of an identity.
    Condition {
        /// The identity's name.
        identity: String,
        /// The condition.
        condition: IdentityCondition,
    },
    /// A role assignment as a whole.
    RoleAssignment(String),
    /// The name of an identity in a role assignment.
    AssignedIdentity {
        /// The assigned role's name.
        role: String,
        /// The name it lists.
        identity: String,
    },
}

/// The four conditions an identity can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityCondition {
    /// `user_name`
    UserName,
    /// `group_name`
    GroupName,
    /// `exe_path`
    ExePath,
    /// `process_name`
    ProcessName,
}

impl IdentityCondition {
    /// The name in a configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserName => "user_name",
            Self::GroupName => "group_name",
            Self::ExePath => "exe_path",
            Self::ProcessName => "process_name",
        }
    }
}

impl fmt::Display for IdentityCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Subject {
    /// The element of the rules to which it belongs: its kind and its name.
    pub fn object(&self) -> Option<(&'static str, &str)> {
        Some(match self {
            Self::Mode | Self::DefaultAccess | Self::Rules => return None,
            Self::List(list) => ("list", list.as_str()),
            Self::Privilege(name)
            | Self::Path { privilege: name }
            | Self::QueryParameter { privilege: name, .. } => ("privilege", name),
            Self::Role(name) | Self::RolePrivilege { role: name, .. } => ("role", name),
            Self::Identity(name) | Self::Condition { identity: name, .. } => ("identity", name),
            Self::RoleAssignment(name) | Self::AssignedIdentity { role: name, .. } => ("role", name),
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mode => f.write_str("mode"),
            Self::DefaultAccess => f.write_str("default_access"),
            Self::Rules => f.write_str("rules"),
            Self::List(list) => write!(f, "rules.{list}"),
            Self::Privilege(name) => write!(f, "rules.privileges[{name:?}]"),
            Self::Path { privilege } => write!(f, "rules.privileges[{privilege:?}].path"),
            Self::QueryParameter { privilege, key } => {
                write!(f, "rules.privileges[{privilege:?}].query_parameters[{key:?}]")
            }
            Self::Role(name) => write!(f, "rules.roles[{name:?}]"),
            Self::RolePrivilege { role, privilege } => {
                write!(f, "rules.roles[{role:?}].privileges[{privilege:?}]")
            }
            Self::Identity(name) => write!(f, "rules.identities[{name:?}]"),
            Self::Condition { identity, condition } => {
                write!(f, "rules.identities[{identity:?}].{condition}")
            }
            Self::RoleAssignment(role) => write!(f, "rules.role_assignments[{role:?}]"),
            Self::AssignedIdentity { role, identity } => {
                write!(f, "rules.role_assignments[{role:?}].identities[{identity:?}]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_written_as_in_a_configuration() {
        let shown = |subject: Subject| subject.to_string();
        assert_eq!(shown(Subject::Path { privilege: "token".into() }), r#"rules.privileges["token"].path"#);
        assert_eq!(shown(Subject::List(List::RoleAssignments)), "rules.role_assignments");
        assert_eq!(
            shown(Subject::Condition { identity: "a\"b".into(), condition: IdentityCondition::ExePath }),
            r#"rules.identities["a\"b"].exe_path"#
        );
    }
}
