//! `permissions`: the grants of the caller's roles at a scope.

use serde_json::{Map, Value};

use super::page::page;
use super::property;
use super::scope::Scope;
use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::emulator::Emulator;
use crate::exchange::Reply;

/// The lists of a permission in the published model, which has no conditions.
const LISTS: [&str; 4] = ["actions", "notActions", "dataActions", "notDataActions"];

/// The permission blocks of every role that the caller has at the scope or above, itself or through a group.
pub(super) fn list(emulator: &Emulator, call: &Call<'_>, scope: &Scope) -> Result<Reply, ArmError> {
    // Published for a resource group and its content; returned for a subscription too, unless strict.
    if !scope.in_subscription() || (scope.is_subscription() && emulator.settings.strict) {
        return Err(ArmError::path_unknown(&call.request.path));
    }
    scope.existing(emulator)?;
    let directory = &emulator.directory;
    let holds = |item: &&Value| {
        Scope::parse(property(item, "scope")).contains(scope, emulator)
            && directory.stands_for(property(item, "principalId"), &call.caller.object_id)
    };
    let roles = directory
        .role_assignments
        .iter()
        .filter(holds)
        .filter_map(|item| directory.definition(property(item, "roleDefinitionId")));
    let blocks = roles.flat_map(|role| {
        let blocks = role.get("properties").and_then(|properties| properties.get("permissions"));
        blocks.and_then(Value::as_array).into_iter().flatten()
    });
    Ok(page(emulator, call, blocks.map(published).collect()))
}

fn published(block: &Value) -> Value {
    let lists = LISTS.iter().map(|name| {
        let list = block.get(*name).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
        ((*name).to_owned(), list)
    });
    Value::Object(lists.collect::<Map<_, _>>())
}
