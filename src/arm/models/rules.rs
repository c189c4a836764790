//! The rules of a version, as ARM holds them: four lists whose entries refer to each other by name. ARM checks none
//! of the references; see the allowlist for their meaning.

use super::lenient;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// The four lists. When read, `None` tells an absent list from an empty one, since the guest agent drops every rule
/// if one list is absent. When written, an absent list is sent as an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// What can be asked for.
    #[serde(default, deserialize_with = "lenient::entries")]
    pub privileges: Option<Vec<Privilege>>,
    /// Privileges under one name.
    #[serde(default, deserialize_with = "lenient::entries")]
    pub roles: Option<Vec<Role>>,
    /// Who asks.
    #[serde(default, deserialize_with = "lenient::entries")]
    pub identities: Option<Vec<Identity>>,
    /// Which identities have which role.
    #[serde(default, deserialize_with = "lenient::entries")]
    pub role_assignments: Option<Vec<RoleAssignment>>,
}

impl Rules {
    /// Whether none of the four lists is absent.
    pub(super) fn has_all_lists(&self) -> bool {
        self.privileges.is_some()
            && self.roles.is_some()
            && self.identities.is_some()
            && self.role_assignments.is_some()
    }
}

/// A part of the endpoint that can be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Privilege {
    /// Its name, unique among the privileges.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The beginning of the paths it covers.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub path: String,
    /// Query parameters that a request must have besides; none are sent when empty.
    #[serde(
        default,
        deserialize_with = "lenient::texts_or_empty",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub query_parameters: BTreeMap<String, String>,
}

/// Privileges under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name, unique among the roles.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The names of its privileges.
    #[serde(default, deserialize_with = "lenient::entries_or_empty")]
    pub privileges: Vec<String>,
}

/// Who asks: all conditions that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Its name, unique among the identities.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The user the process runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// A group that the user belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// The full path of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exe_path: Option<String>,
    /// The name of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_name: Option<String>,
}

/// Which identities have a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// The name of the role.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub role: String,
    /// The names of the identities.
    #[serde(default, deserialize_with = "lenient::entries_or_empty")]
    pub identities: Vec<String>,
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct AllFour<'a> {
            privileges: &'a [Privilege],
            roles: &'a [Role],
            identities: &'a [Identity],
            role_assignments: &'a [RoleAssignment],
        }
        AllFour {
            privileges: self.privileges.as_deref().unwrap_or_default(),
            roles: self.roles.as_deref().unwrap_or_default(),
            identities: self.identities.as_deref().unwrap_or_default(),
            role_assignments: self.role_assignments.as_deref().unwrap_or_default(),
        }
        .serialize(serializer)
    }
}
