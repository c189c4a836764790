//! Deny assignments: who is denied what, and where.

use crate::rbac::kleene;
use crate::rbac::reading::{FoldedFields, ReadError, wrong_kind};
use crate::rbac::{Permissions, Scope};
use serde_json::Value;
use std::collections::BTreeSet;

/// The id Azure uses for "everyone", together with the type `SystemDefined`.
const EVERYONE: &str = "00000000-0000-0000-0000-000000000000";

/// A principal in a deny assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The object's id, in lower case.
    pub id: String,
    /// `User`, `Group`, `ServicePrincipal` or `SystemDefined`, unchanged.
    pub kind: Option<String>,
}

/// The caller.
#[derive(Clone, Debug)]
pub struct CallerIdentity {
    id: String,
    groups: Option<BTreeSet<String>>,
}

impl CallerIdentity {
    /// Takes the object id and, if known, the ids of all groups it is in, nested ones included.
    pub fn new(id: &str, groups: Option<&[String]>) -> Self {
        let groups = groups.map(|ids| ids.iter().map(|id| id.to_lowercase()).collect());
        Self { id: id.to_lowercase(), groups }
    }

    /// Whether `principal` is this identity or a group of it; `None` if it may be a group and the memberships are not
    /// known.
    fn is_meant_by(&self, principal: &Principal) -> Option<bool> {
        let is_kind = |kind: &str| principal.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind));
        if principal.id == self.id || principal.id == EVERYONE {
            return Some(true);
        }
        match &self.groups {
            Some(groups) => Some(groups.contains(&principal.id)),
            None if is_kind("User") || is_kind("ServicePrincipal") => Some(false),
            None => None,
        }
    }
}

/// A deny assignment. Azure creates these itself, for deployment stacks and managed applications.
#[derive(Clone, Debug)]
pub struct DenyAssignment {
    /// Its id, unchanged.
    pub id: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// Its scope.
    pub scope: Scope,
    /// What is denied, in the same four lists as a role grants.
    pub permissions: Permissions,
    /// The denied principals.
    pub principals: Vec<Principal>,
    /// The excluded principals.
    pub exclude_principals: Vec<Principal>,
    /// Whether it holds at its scope alone.
    pub do_not_apply_to_child_scopes: bool,
}

impl DenyAssignment {
    /// Reads a deny assignment as ARM returns it.
    pub fn from_json(value: &Value) -> Result<Self, ReadError> {
        const PATH: &str = "deny assignment";
        let Value::Object(map) = value else { return Err(wrong_kind(PATH, "an object", value)) };
        let outer = FoldedFields::new(map, PATH);
        let inner = match outer.get("properties")? {
            Some(Value::Object(properties)) => FoldedFields::new(properties, "deny assignment.properties"),
            _ => outer,
        };
        let scope =
            inner.text("scope")?.ok_or_else(|| ReadError::new(&inner.path_to("scope"), "it is missing"))?;
        Ok(Self {
            id: outer.text("id")?.map(str::to_owned),
            name: inner.text("denyAssignmentName")?.map(str::to_owned),
            scope: Scope::new(scope)
                .map_err(|error| ReadError::new(&inner.path_to("scope"), error.to_string()))?,
            permissions: Permissions::from_json(value)?,
            principals: principals(inner, "principals")?,
            exclude_principals: principals(inner, "excludePrincipals")?,
            do_not_apply_to_child_scopes: inner.boolean("doNotApplyToChildScopes")?.unwrap_or(false),
        })
    }

    /// Whether `identity` is denied; `None` if that depends on unknown group memberships.
    pub fn applies_to(&self, identity: &CallerIdentity) -> Option<bool> {
        let includes = |principals: &[Principal]| {
            kleene::any(principals.iter().map(|principal| identity.is_meant_by(principal)))
        };
        kleene::all([includes(&self.principals), kleene::not(includes(&self.exclude_principals))])
    }
}

fn principals(fields: FoldedFields<'_>, key: &str) -> Result<Vec<Principal>, ReadError> {
    let path = fields.path_to(key);
    let items = match fields.get(key)? {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(wrong_kind(&path, "a list of principals", other)),
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = format!("{path}[{index}]");
            let Value::Object(map) = item else { return Err(wrong_kind(&path, "a principal", item)) };
            let fields = FoldedFields::new(map, &path);
            let id =
                fields.text("id")?.ok_or_else(|| ReadError::new(&fields.path_to("id"), "it is missing"))?;
            Ok(Principal { id: id.to_lowercase(), kind: fields.text("type")?.map(str::to_owned) })
        })
        .collect()
}
