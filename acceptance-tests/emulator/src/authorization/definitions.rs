//! `roleDefinitions`.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::filter::{self, Term};
use super::page::page;
use super::scope::Scope;
use super::{created, ok, property};
use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::clock::rfc3339;
use crate::emulator::Emulator;
use crate::exchange::Reply;

/// The definitions that can be assigned at a scope; with `atScopeAndBelow()` those beneath it too.
pub(super) fn list(emulator: &Emulator, call: &Call<'_>, scope: &Scope) -> Result<Reply, ArmError> {
    let terms = filter::parse(call.request.parameter("$filter"))?;
    let below = terms.contains(&Term::Bare("atscopeandbelow".to_owned()));
    let wanted = |role: &&Value| {
        let at = assignable(role)
            .any(|place| place.contains(scope, emulator) || (below && scope.contains(&place, emulator)));
        at && terms.iter().all(|term| match term {
            Term::Equals(name, value) if name == "rolename" => {
                property(role, "roleName").eq_ignore_ascii_case(value)
            }
            Term::Equals(name, value) if name == "type" => property(role, "type").eq_ignore_ascii_case(value),
            _ => true,
        })
    };
    let roles = emulator.directory.role_definitions.iter().filter(wanted);
    Ok(page(emulator, call, roles.map(|role| shown(emulator, role, scope)).collect()))
}

/// One definition. At a scope where it cannot be assigned it does not exist.
pub(super) fn one(emulator: &Emulator, scope: &Scope, name: &str) -> Result<Reply, ArmError> {
    let found = emulator.directory.definition(name);
    let found = found.filter(|role| assignable(role).any(|place| place.contains(scope, emulator)));
    found.map(|role| ok(&shown(emulator, role, scope))).ok_or_else(|| missing(name))
}

/// Creates or changes a custom role.
pub(super) fn put(
    emulator: &mut Emulator,
    call: &Call<'_>,
    scope: &Scope,
    name: &str,
) -> Result<Reply, ArmError> {
    let mut body = super::read(call)?;
    let role_name = property(&body, "roleName").to_owned();
    if role_name.is_empty() {
        return Err(ArmError::member_missing("roleName"));
    }
    let directory = &mut emulator.directory;
    let is_same = |role: &Value| super::name_of(role).eq_ignore_ascii_case(name);
    let taken = |role: &&Value| !is_same(role) && property(role, "roleName").eq_ignore_ascii_case(&role_name);
    if directory.role_definitions.iter().find(taken).is_some() {
        return Err(ArmError::new(
            StatusCode::CONFLICT,
            "RoleDefinitionWithSameNameExists",
            format!(
                "A custom role with the same name already exists in this directory. Use a different name: '{role_name}'."
            ),
        ));
    }
    let old = directory.role_definitions.iter().position(is_same);
    let earlier = old.map(|at| directory.role_definitions.remove(at));
    if earlier.as_ref().is_some_and(|role| property(role, "type") == "BuiltInRole") {
        directory.role_definitions.extend(earlier);
        return Err(ArmError::new(
            StatusCode::FORBIDDEN,
            "RoleDefinitionIsBuiltIn",
            "A built-in role cannot be changed.",
        ));
    }
    let now = rfc3339(call.now);
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        properties.insert("type".to_owned(), json!("CustomRole"));
        properties.entry("assignableScopes").or_insert_with(|| json!([scope.path()]));
        let since = earlier.as_ref().map(|role| property(role, "createdOn").to_owned());
        properties.insert("createdOn".to_owned(), json!(since.unwrap_or_else(|| now.clone())));
        properties.insert("updatedOn".to_owned(), json!(now));
        properties.insert("createdBy".to_owned(), json!(call.caller.object_id));
        properties.insert("updatedBy".to_owned(), json!(call.caller.object_id));
    }
    let role = json!({
        "id": format!("/providers/Microsoft.Authorization/roleDefinitions/{name}"),
        "name": name,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": body.get("properties"),
    });
    emulator.directory.role_definitions.push(role.clone());
    emulator.unsaved = true;
    Ok(created(&shown(emulator, &role, scope)))
}

/// Removes a custom role.
pub(super) fn delete(emulator: &mut Emulator, scope: &Scope, name: &str) -> Result<Reply, ArmError> {
    let roles = &mut emulator.directory.role_definitions;
    let is_custom = |role: &Value| property(role, "type") != "BuiltInRole";
    let at = roles.iter().position(|role| is_custom(role) && super::name_of(role).eq_ignore_ascii_case(name));
    let Some(at) = at else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
    let role = roles.remove(at);
    emulator.unsaved = true;
    Ok(ok(&shown(emulator, &role, scope)))
}

/// The error for a definition that does not exist.
pub(super) fn missing(name: &str) -> ArmError {
    ArmError::new(
        StatusCode::NOT_FOUND,
        "RoleDefinitionDoesNotExist",
        format!(
            "The specified role definition with ID '{}' does not exist.",
            name.replace('-', "").to_lowercase()
        ),
    )
}

fn assignable(role: &Value) -> impl Iterator<Item = Scope> {
    let scopes = role.get("properties").and_then(|properties| properties.get("assignableScopes"));
    scopes.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(Scope::parse)
}

/// The definition as returned at a scope: within a subscription, the subscription is in its id.
fn shown(emulator: &Emulator, role: &Value, scope: &Scope) -> Value {
    let mut role = role.clone();
    let place = if scope.in_subscription() {
        format!("/subscriptions/{}", emulator.identity.subscription_id)
    } else {
        String::new()
    };
    let id = format!("{place}/providers/Microsoft.Authorization/roleDefinitions/{}", super::name_of(&role));
    if let Value::Object(members) = &mut role {
        members.insert("id".to_owned(), json!(id));
    }
    role
}
