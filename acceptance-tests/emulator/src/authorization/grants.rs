//! `roleAssignments` and `denyAssignments`.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::filter::{self, Term};
use super::page::page;
use super::scope::Scope;
use super::{created, definitions, ok, property};
use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::clock::rfc3339;
use crate::emulator::Emulator;
use crate::exchange::Reply;

/// Role assignments or deny assignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those that grant.
    Role,
    /// Those that deny.
    Deny,
}

/// Everyone, in a deny assignment.
const EVERYONE: &str = "00000000-0000-0000-0000-000000000000";

fn items_of(emulator: &Emulator, kind: Kind) -> &[Value] {
    match kind {
        Kind::Role => &emulator.directory.role_assignments,
        Kind::Deny => &emulator.directory.deny_assignments,
    }
}

/// Those at the scope, above it and beneath it; with `atScope()` none beneath it. `principalId eq` matches
/// the principal itself, `assignedTo()` also its groups.
pub(super) fn list(
    emulator: &Emulator,
    call: &Call<'_>,
    scope: &Scope,
    kind: Kind,
) -> Result<Reply, ArmError> {
    scope.existing(emulator)?;
    let terms = filter::parse(call.request.parameter("$filter"))?;
    let at_scope = terms.contains(&Term::Bare("atscope".to_owned()));
    let wanted = |item: &&Value| {
        let place = Scope::parse(property(item, "scope"));
        (place.contains(scope, emulator) || (!at_scope && scope.contains(&place, emulator)))
            && terms.iter().all(|term| fits(emulator, item, term, kind))
    };
    Ok(page(emulator, call, items_of(emulator, kind).iter().filter(wanted).cloned().collect()))
}

fn fits(emulator: &Emulator, item: &Value, term: &Term, kind: Kind) -> bool {
    match term {
        Term::Equals(name, value) if name == "principalid" => {
            principals(item, kind).any(|id| id.eq_ignore_ascii_case(value))
        }
        Term::Equals(name, value) if name == "denyassignmentname" => {
            property(item, "denyAssignmentName").eq_ignore_ascii_case(value)
        }
        Term::With(name, value) if name == "assignedto" => {
            principals(item, kind).any(|id| id == EVERYONE || emulator.directory.stands_for(id, value))
        }
        _ => true,
    }
}

fn principals(item: &Value, kind: Kind) -> impl Iterator<Item = &str> {
    let one = (kind == Kind::Role).then(|| property(item, "principalId"));
    let many =
        item.get("properties").and_then(|properties| properties.get("principals")).and_then(Value::as_array);
    one.into_iter().chain(many.into_iter().flatten().filter_map(|principal| principal.get("id")?.as_str()))
}

/// One of them.
pub(super) fn one(emulator: &Emulator, scope: &Scope, name: &str, kind: Kind) -> Result<Reply, ArmError> {
    let found = items_of(emulator, kind).iter().find(|item| is(item, scope, name));
    found.map(ok).ok_or_else(|| {
        let word = if kind == Kind::Role { "Role" } else { "Deny" };
        ArmError::new(
            StatusCode::NOT_FOUND,
            &format!("{word}AssignmentNotFound"),
            format!("The {} assignment '{name}' is not found.", word.to_lowercase()),
        )
    })
}

fn is(item: &Value, scope: &Scope, name: &str) -> bool {
    super::name_of(item).eq_ignore_ascii_case(name)
        && Scope::parse(property(item, "scope")).path().eq_ignore_ascii_case(&scope.path())
}

/// Assigns a role.
pub(super) fn put(
    emulator: &mut Emulator,
    call: &Call<'_>,
    scope: &Scope,
    name: &str,
) -> Result<Reply, ArmError> {
    scope.existing(emulator)?;
    let body = super::read(call)?;
    let text = |member: &str| property(&body, member).to_owned();
    let (role, principal) = (text("roleDefinitionId"), text("principalId"));
    for (member, value) in [("roleDefinitionId", &role), ("principalId", &principal)] {
        if value.is_empty() {
            return Err(ArmError::member_missing(member));
        }
    }
    let Some(definition) = emulator.directory.definition(&role) else {
        return Err(definitions::missing(&role));
    };
    let definition = super::name_of(definition).to_owned();
    let condition = text("condition");
    let version = text("conditionVersion");
    if !condition.is_empty() && !matches!(version.as_str(), "" | "2.0") {
        return Err(ArmError::new(
            StatusCode::BAD_REQUEST,
            "InvalidCondition",
            "The given role assignment condition is invalid.",
        ));
    }
    let same = |item: &&Value| {
        let other = property(item, "roleDefinitionId").rsplit('/').next().unwrap_or("");
        other.eq_ignore_ascii_case(&definition)
            && property(item, "principalId").eq_ignore_ascii_case(&principal)
            && Scope::parse(property(item, "scope")) == *scope
            && !super::name_of(item).eq_ignore_ascii_case(name)
    };
    if emulator.directory.role_assignments.iter().find(same).is_some() {
        return Err(ArmError::new(
            StatusCode::CONFLICT,
            "RoleAssignmentExists",
            "The role assignment already exists.",
        ));
    }
    let some = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let kind = text("principalType");
    let at = if scope.is_root() { "/".to_owned() } else { scope.path() };
    let now = rfc3339(call.now);
    let item = json!({
        "id": format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", scope.path()),
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": role, "principalId": principal, "scope": at,
            "principalType": if kind.is_empty() { "User" } else { &kind },
            "condition": some(&condition),
            "conditionVersion": if condition.is_empty() { Value::Null } else { json!("2.0") },
            "createdOn": now, "updatedOn": now,
            "createdBy": call.caller.object_id, "updatedBy": call.caller.object_id,
            "delegatedManagedIdentityResourceId": null, "description": some(&text("description")),
        },
    });
    emulator.directory.role_assignments.retain(|item| !is(item, scope, name));
    emulator.directory.role_assignments.push(item.clone());
    emulator.unsaved = true;
    Ok(created(&item))
}

/// Removes a role assignment.
pub(super) fn delete(emulator: &mut Emulator, scope: &Scope, name: &str) -> Result<Reply, ArmError> {
    let all = &mut emulator.directory.role_assignments;
    let Some(at) = all.iter().position(|item| is(item, scope, name)) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let item = all.remove(at);
    emulator.unsaved = true;
    Ok(ok(&item))
}
