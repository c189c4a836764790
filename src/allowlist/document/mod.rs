//! Rules as lists: the form that Azure Resource Manager and the guest agent exchange.
//!
//! Lists can contain several things that a keyed form cannot, and the agent's code determines the effect of
//! each. An absent list makes it ignore all rules. Of equal names the last one wins. Assignments of one role
//! add up. An unknown mode disables the rules. An unknown default access denies.

mod members;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::List;
use crate::lenient;

pub use members::InvalidDocument;

/// The agent's document for one endpoint, which is also a part of the `properties` of a profile version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The mode as it was written. The agent reads it with [`super::Mode::as_agent_reads`].
    pub mode: Option<String>,
    /// The default access as it was written. The agent reads it with [`super::DefaultAccess::as_agent_reads`].
    pub default_access: Option<String>,
    /// The rules, or none.
    pub rules: Option<Lists>,
}

/// The four lists. An absent list differs from an empty one: the agent then ignores the other three as well
/// (`authorization_rules.rs`, lines 133-138). So all four are written, an absent one as an empty one.
///
/// They are read as services send them: null counts as absent, also in an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Lists {
    /// `privileges`
    #[serde(deserialize_with = "lenient::entries", serialize_with = "all")]
    pub privileges: Option<Vec<PrivilegeEntry>>,
    /// `roles`
    #[serde(deserialize_with = "lenient::entries", serialize_with = "all")]
    pub roles: Option<Vec<RoleEntry>>,
    /// `identities`
    #[serde(deserialize_with = "lenient::entries", serialize_with = "all")]
    pub identities: Option<Vec<IdentityEntry>>,
    /// `roleAssignments`
    #[serde(deserialize_with = "lenient::entries", serialize_with = "all")]
    pub role_assignments: Option<Vec<RoleAssignmentEntry>>,
}

fn all<T: Serialize, S: Serializer>(list: &Option<Vec<T>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().flatten())
}

impl Lists {
    /// The lists that are absent, in the usual order.
    pub fn absent(&self) -> Vec<List> {
        let is_absent = |list: &List| match list {
            List::Privileges => self.privileges.is_none(),
            List::Roles => self.roles.is_none(),
            List::Identities => self.identities.is_none(),
            List::RoleAssignments => self.role_assignments.is_none(),
        };
        List::ALL.into_iter().filter(is_absent).collect()
    }
}

/// An element of `privileges` (`key.rs`, lines 171-176).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrivilegeEntry {
    /// The name that roles refer to.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The beginning of the request path.
    #[serde(deserialize_with = "lenient::or_default")]
    pub path: String,
    /// Parameters that the request must have; absent and empty mean the same.
    #[serde(deserialize_with = "lenient::texts_or_empty", skip_serializing_if = "BTreeMap::is_empty")]
    pub query_parameters: BTreeMap<String, String>,
}

/// An element of `roles` (`key.rs`, lines 180-183).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleEntry {
    /// The name that assignments refer to.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Names of privileges.
    #[serde(deserialize_with = "lenient::entries_or_empty")]
    pub privileges: Vec<String>,
}

/// An element of `identities` (`key.rs`, lines 187-197).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdentityEntry {
    /// The name that assignments refer to.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// As [`super::Identity::user_name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// As [`super::Identity::group_name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// As [`super::Identity::exe_path`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exe_path: Option<String>,
    /// As [`super::Identity::process_name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_name: Option<String>,
}

/// An element of `roleAssignments` (`key.rs`, lines 201-204).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleAssignmentEntry {
    /// The name of a role.
    #[serde(deserialize_with = "lenient::or_default")]
    pub role: String,
    /// Names of identities.
    #[serde(deserialize_with = "lenient::entries_or_empty")]
    pub identities: Vec<String>,
}
