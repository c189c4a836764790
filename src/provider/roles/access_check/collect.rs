//! Collects everything that Azure returns about somebody's access to a scope.
//!
//! For the signed-in identity, one call returns what all its roles grant, groups included. It returns neither
//! conditions nor denials. So what it does not grant is certainly missing, and what it grants is only likely.
//! The lists that are read for any other identity make it certain: role assignments with their roles, and
//! deny assignments. A list that this identity may not read leaves a doubt and is not an error.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::parent;
use crate::arm::models::authorization::RoleAssignment as Assigned;
use crate::arm::{self, ArmClient, Call, Missing};
use crate::provider::roles::problem;
use crate::rbac::access::{AccessFacts, CallerIdentity, DenyAssignment, RoleAssignment};
use crate::rbac::{BlockCondition, ManagementGroups, Permissions, RoleDefinition, Scope};

/// The question.
#[derive(Clone, Copy, Debug)]
pub struct AccessQuery<'a> {
    /// The client.
    pub client: &'a ArmClient,
    /// The call.
    pub call: &'a Call,
    /// Whose access; `None` for the signed-in identity.
    pub principal: Option<&'a str>,
}

/// What was collected.
#[derive(Clone, Debug)]
pub struct CollectedAccess {
    /// The scope that was checked.
    pub scope: String,
    /// What the roles of the signed-in identity grant there. Read only if the query names no other identity.
    pub own: OwnPermissions,
    /// Assignments and denials.
    pub facts: AccessFacts,
}

/// The permissions of the signed-in identity.
#[derive(Clone, Debug)]
pub enum OwnPermissions {
    /// These.
    Known(Permissions),
    /// They could not be read.
    Unreadable,
    /// The question is about another identity.
    NotRequested,
}

/// Reads about a scope, or about the nearest one above it that exists.
///
/// # Errors
/// If Azure cannot be reached, or returns something else than was requested.
pub async fn collect(query: &AccessQuery<'_>, scope: &str) -> Result<CollectedAccess, arm::Error> {
    let mut scope = scope.to_owned();
    loop {
        match collect_at(query, &scope).await {
            Err(error) if error.is_absent() => scope = parent::of(&scope).ok_or(error)?,
            result => return result,
        }
    }
}

async fn collect_at(query: &AccessQuery<'_>, scope: &str) -> Result<CollectedAccess, arm::Error> {
    let AccessQuery { client, call, principal } = *query;
    let authorization = client.authorization();
    let own = match principal {
        Some(_) => OwnPermissions::NotRequested,
        None => own(authorization.permissions(scope, call).await, scope)?,
    };
    let principal_id = match principal {
        Some(id) => Some(id.to_owned()),
        None => client.signed_in_as(call).await,
    };
    let assigned = match &principal_id {
        Some(principal_id) => readable(authorization.role_assignments_of(scope, principal_id, call).await)?,
        None => None,
    };
    let denied = readable(authorization.deny_assignments(scope, call).await)?;

    let above = above(assigned.iter().flatten().map(|one| one.scope.as_str()), denied.iter().flatten());
    let (assignments, all_roles) = roles(query, assigned.as_deref().unwrap_or_default()).await?;
    let (denials, all_denials) = denials(denied.as_deref().unwrap_or_default());
    let facts = AccessFacts {
        scope: scope_of(scope)?,
        management_groups: ManagementGroups::Above(above),
        identity: CallerIdentity::new(principal_id.as_deref().unwrap_or_default(), None),
        assignments,
        denials,
        assignments_complete: assigned.is_some() && all_roles,
        // If the identity is unknown, so is whether a denial applies to it.
        denials_complete: denied.is_some() && all_denials && principal_id.is_some(),
    };
    Ok(CollectedAccess { scope: scope.to_owned(), own, facts })
}

fn own(result: Result<Vec<Json>, arm::Error>, scope: &str) -> Result<OwnPermissions, arm::Error> {
    let is_above_groups = parent::of(scope).is_none();
    match result {
        Ok(blocks) => Ok(Permissions::from_json(&Json::Array(blocks))
            .map_or(OwnPermissions::Unreadable, OwnPermissions::Known)),
        Err(error) if error.is_forbidden() => Ok(OwnPermissions::Unreadable),
        // The call is published for a resource group and what is in it; above there may be none.
        Err(error)
            if is_above_groups
                && problem::is_absent(&error)
                && error.missing() != Some(Missing::Subscription) =>
        {
            Ok(OwnPermissions::Unreadable)
        }
        Err(error) => Err(error),
    }
}

/// The list, or `None` if this identity may not read it.
fn readable<T>(result: Result<Vec<T>, arm::Error>) -> Result<Option<Vec<T>>, arm::Error> {
    match result {
        Ok(list) => Ok(Some(list)),
        Err(error) if error.is_forbidden() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The management groups among the scopes that Azure returns for the scope or above it: they are above it.
fn above<'a>(assigned: impl Iterator<Item = &'a str>, denied: impl Iterator<Item = &'a Json>) -> Vec<String> {
    let denied = denied.filter_map(|one| DenyAssignment::from_json(one).ok()).map(|one| one.scope);
    let assigned = assigned.filter_map(|scope| Scope::new(scope).ok());
    assigned.chain(denied).filter_map(|scope| scope.management_group().map(str::to_owned)).collect()
}

/// The assignments with their roles, and whether all of them could be read.
async fn roles(
    query: &AccessQuery<'_>,
    assigned: &[Assigned],
) -> Result<(Vec<RoleAssignment>, bool), arm::Error> {
    let mut known: HashMap<String, Option<RoleDefinition>> = HashMap::new();
    let mut assignments = Vec::new();
    for one in assigned {
        let id = one.role_definition_id.as_str();
        let key = id.to_ascii_lowercase();
        if !known.contains_key(&key) {
            let found = match query.client.authorization().role_definition_by_id(id, query.call).await {
                Ok(found) => RoleDefinition::from_json(&found.json).ok(),
                Err(error) if error.is_forbidden() || problem::is_absent(&error) => None,
                Err(error) => return Err(error),
            };
            known.insert(key.clone(), found);
        }
        let (Some(Some(role)), Ok(scope)) = (known.get(&key), Scope::new(&one.scope)) else { continue };
        let condition = one.condition.as_deref();
        let condition = condition.map(|text| BlockCondition::new(text, one.condition_version.as_deref()));
        assignments.push(RoleAssignment { scope, role: role.clone(), condition });
    }
    let all = assignments.len() == assigned.len();
    Ok((assignments, all))
}

fn denials(denied: &[Json]) -> (Vec<DenyAssignment>, bool) {
    let read: Vec<_> = denied.iter().filter_map(|one| DenyAssignment::from_json(one).ok()).collect();
    let all = read.len() == denied.len();
    (read, all)
}

fn scope_of(scope: &str) -> Result<Scope, arm::Error> {
    let text = if scope.is_empty() { "/" } else { scope };
    Scope::new(text).map_err(|error| arm::Error::Setup(error.to_string()))
}
