//! Finds the role: by its id, or by its name at a scope.

use crate::arm::models::authorization::RoleDefinition;
use crate::arm::{self, ArmClient, Call};
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::checks;
use crate::provider::roles::problem;
use crate::rbac::condition::Guid;
use crate::rbac::{Scope, nearest_names};

/// The part before the GUID in a role definition's id, in lower case.
const COLLECTION: &str = "/providers/microsoft.authorization/roledefinitions";

/// Checks the arguments, parts of which may be unknown.
#[must_use]
pub fn check(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let is_set = |name: &str| !matches!(config.get(name), None | Some(Value::Null | Value::Unknown(_)));
    let is_unknown = |name: &str| matches!(config.get(name), Some(Value::Unknown(_)));
    let (id, name) = ("role_definition_id", "name");
    if is_set(id) && is_set(name) {
        let detail = "`name` cannot be set together with `role_definition_id`, which already selects the \
                      role. Remove one of them.";
        diagnostics.push(Diagnostic::error("Conflicting arguments", detail).at(Path::attribute(name)));
    } else if !is_set(id) && !is_set(name) && !is_unknown(id) && !is_unknown(name) {
        let detail = "No argument selects the role. Set `role_definition_id` or `name`.";
        diagnostics.push(Diagnostic::error("Missing argument", detail));
    }
    if let Some(text) = checks::text(config, id)
        && guid(text).is_none()
    {
        let detail = format!(
            "`role_definition_id` is {text:?}, which is neither a GUID nor the id of a role definition."
        );
        diagnostics.push(Diagnostic::error("Malformed role id", detail).at(Path::attribute(id)));
    }
    if checks::text(config, name).is_some_and(|text| text.trim().is_empty()) {
        diagnostics.push(Diagnostic::error("Malformed name", "`name` is empty.").at(Path::attribute(name)));
    }
    diagnostics.extend(check_scope(config));
    diagnostics
}

/// Checks the scope, when it is known.
#[must_use]
pub fn check_scope(config: &Value) -> Option<Diagnostic> {
    let error = Scope::new(checks::text(config, "scope")?).err()?;
    let detail = checks::capitalised(&format!("{error}."));
    Some(Diagnostic::error("Malformed scope", detail).at(Path::attribute("scope")))
}

/// The path of a scope without a slash at its end; empty for the root.
#[must_use]
pub fn path(scope: &str) -> &str {
    scope.trim_end_matches('/')
}

/// The GUID in an id, in the spelling of Azure's own ids.
fn guid(id: &str) -> Option<String> {
    let (before, last) = id.rsplit_once('/').unwrap_or(("", id));
    if !before.is_empty() && !before.to_ascii_lowercase().ends_with(COLLECTION) {
        return None;
    }
    last.parse::<Guid>().ok().map(|guid| guid.to_string())
}

/// Reads the role.
///
/// # Errors
/// If there is none, or several of that name, or Azure cannot be read.
pub async fn role(client: &ArmClient, config: &Value, call: &Call) -> Result<RoleDefinition, Diagnostic> {
    let scope = checks::text(config, "scope").map(path);
    match checks::text(config, "role_definition_id") {
        Some(id) => by_id(client, id, scope, call).await,
        None => {
            by_name(client, checks::text(config, "name").unwrap_or_default(), scope.unwrap_or_default(), call)
                .await
        }
    }
}

async fn by_id(
    client: &ArmClient,
    id: &str,
    scope: Option<&str>,
    call: &Call,
) -> Result<RoleDefinition, Diagnostic> {
    let argument = "role_definition_id";
    let guid = guid(id).unwrap_or_default();
    let authorization = client.authorization();
    let found = match scope {
        None if id.starts_with('/') => authorization.role_definition_by_id(id, call).await,
        scope => authorization.role_definition(scope.unwrap_or_default(), &guid, call).await,
    };
    found.map_err(|error| {
        let is_role = |code: &str| code.to_ascii_lowercase().starts_with("roledefinition");
        let no_role = error.arm().and_then(|refused| refused.code.as_deref()).is_some_and(is_role);
        if problem::is_absent(&error) && no_role {
            let place = scope.filter(|scope| !scope.is_empty()).unwrap_or("the tenant");
            let hint = "A custom role exists only where it can be assigned: set `scope` to such a place, \
                        for example to the id of the subscription.";
            let detail = format!("There is no role {id} at {place}.\n\n{}\n\n{hint}", error.report());
            return Diagnostic::error("Role not found", detail).at(Path::attribute(argument));
        }
        failed(&error, Some(if scope.is_some() { "scope" } else { argument }))
    })
}

async fn by_name(
    client: &ArmClient,
    name: &str,
    scope: &str,
    call: &Call,
) -> Result<RoleDefinition, Diagnostic> {
    let authorization = client.authorization();
    let argument = if scope.is_empty() { "name" } else { "scope" };
    let failed = |error| failed(&error, Some(argument));
    let mut found = authorization.role_definitions(scope, Some(name), call).await.map_err(failed)?;
    let is_called = |role: &RoleDefinition| {
        role.role_name.as_deref().is_some_and(|called| called.to_lowercase() == name.to_lowercase())
    };
    found.retain(is_called);
    found.dedup_by(|a, b| a.id.eq_ignore_ascii_case(&b.id));
    match (found.pop(), found.as_slice()) {
        (Some(role), []) => Ok(role),
        (Some(last), others) => {
            let ids: Vec<_> = others.iter().chain([&last]).map(|role| format!("- {}", role.id)).collect();
            let detail = format!(
                "Several roles are called {name:?}:\n\n{}\n\nSet `role_definition_id` to the one that you \
                 want.",
                ids.join("\n")
            );
            Err(Diagnostic::error("Several roles of this name", detail).at(Path::attribute("name")))
        }
        (None, _) => {
            let all = authorization.role_definitions(scope, None, call).await.map_err(failed)?;
            Err(no_role(name, scope, all.iter().filter_map(|role| role.role_name.as_deref())))
        }
    }
}

fn no_role<'a>(name: &str, scope: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let place = if scope.is_empty() { "the tenant" } else { scope };
    let near: Vec<_> = nearest_names(name, known, 3).iter().map(|name| format!("- {name}")).collect();
    let near =
        if near.is_empty() { String::new() } else { format!(" Similar names are:\n\n{}", near.join("\n")) };
    let hint = if scope.is_empty() {
        "A custom role exists only where it can be assigned: set `scope` to such a place, for example to \
         the id of the subscription."
    } else {
        "A custom role exists only where it can be assigned, and only in its own tenant."
    };
    let detail = format!("No role at {place} is called {name:?}.{near}\n\n{hint}");
    Diagnostic::error("Role not found", detail).at(Path::attribute("name"))
}

fn failed(error: &arm::Error, argument: Option<&'static str>) -> Diagnostic {
    problem::failed("Role definition", "roleDefinitions", argument, error)
}
