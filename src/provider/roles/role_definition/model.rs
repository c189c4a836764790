//! A role as the data source returns it.

use crate::arm::models::authorization::RoleDefinition as ArmRoleDefinition;
use crate::plugin::{Diagnostic, Diagnostics, Value};
use crate::provider::roles::catalogue::Operations;
use crate::provider::roles::{fingerprint, values};
use crate::provider::timeouts;
use crate::rbac::{GrantedOperation, OperationPattern, PermissionBlock, RoleDefinition};

/// The state: what Azure returned, its effective operations if they were expanded, and the arguments as they
/// were written.
#[must_use]
pub fn state(
    definition: &ArmRoleDefinition,
    role: &RoleDefinition,
    operations: Option<&Operations>,
    config: &Value,
) -> Value {
    let argument = |name: &str| config.get(name).cloned().unwrap_or(Value::Null);
    let or_argument = |name: &str, found: &Option<String>| match argument(name) {
        Value::Null => found.clone().into(),
        value => value,
    };
    let mut attributes = vec![
        ("id", Value::from(definition.id.as_str())),
        ("role_definition_id", or_argument("role_definition_id", &role.role_definition_id)),
        ("name", or_argument("name", &role.role_name)),
        ("scope", argument("scope")),
        ("expand", argument("expand")),
        (timeouts::BLOCK, argument(timeouts::BLOCK)),
        ("assignable_scopes", values::list(&role.assignable_scopes)),
        ("created_by", role.created_by.clone().into()),
        ("created_on", role.created_on.clone().into()),
        ("description", role.description.clone().into()),
        ("fingerprint", fingerprint::of(&role.canonical()).into()),
        ("is_conditional", role.permissions.is_conditional().into()),
        ("json", definition.json.to_string().into()),
        ("permissions", Value::List(role.permissions.blocks().iter().map(block).collect())),
        ("type", role.role_type.clone().into()),
        ("updated_by", role.updated_by.clone().into()),
        ("updated_on", role.updated_on.clone().into()),
    ];
    attributes.extend(expanded(role, operations));
    Value::object(attributes)
}

fn expanded(role: &RoleDefinition, operations: Option<&Operations>) -> [(&'static str, Value); 9] {
    let found = operations.map(|operations| {
        let expansion = role.permissions.expand(&operations.catalogue());
        let all = || expansion.control.iter().chain(&expansion.data);
        let names =
            |granted: &[GrantedOperation]| values::set(granted.iter().map(|one| one.operation.as_str()));
        let part = |conditional: bool| {
            values::set(all().filter(|one| one.conditional == conditional).map(|one| one.operation.as_str()))
        };
        [
            operations.fingerprint().into(),
            part(true),
            values::count(expansion.data.len()),
            names(&expansion.data),
            values::count(expansion.control.len()),
            names(&expansion.control),
            values::set(&expansion.uncertain),
            part(false),
            values::set(&expansion.unmatched_patterns),
        ]
    });
    let [catalogue, conditional, data_count, data, count, control, uncertain, unconditional, unmatched] =
        found.unwrap_or([const { Value::Null }; 9]);
    [
        ("catalogue_fingerprint", catalogue),
        ("conditional_operations", conditional),
        ("effective_data_operation_count", data_count),
        ("effective_data_operations", data),
        ("effective_operation_count", count),
        ("effective_operations", control),
        ("uncertain_operations", uncertain),
        ("unconditional_operations", unconditional),
        ("unmatched_patterns", unmatched),
    ]
}

fn block(block: &PermissionBlock) -> Value {
    let list = |patterns: &[OperationPattern]| values::list(patterns.iter().map(|pattern| pattern.as_str()));
    let condition = block.condition.as_ref();
    Value::object([
        ("actions", list(&block.actions)),
        ("not_actions", list(&block.not_actions)),
        ("data_actions", list(&block.data_actions)),
        ("not_data_actions", list(&block.not_data_actions)),
        ("condition", condition.map(|condition| condition.text()).into()),
        ("condition_version", condition.and_then(|condition| condition.version()).into()),
    ])
}

/// Warnings about conditions that cannot be evaluated here.
#[must_use]
pub fn warnings(role: &RoleDefinition) -> Diagnostics {
    let conditions = role.permissions.blocks().iter().filter_map(|block| block.condition.as_ref());
    let unread = conditions.filter_map(|condition| Some((condition, condition.parsed().err()?)));
    unread
        .map(|(condition, error)| {
            let detail = format!(
                "The role {} has a condition that this provider cannot read: {error}. Whatever its block \
                 grants counts as conditional, and it is unknown when the condition holds.\n\n{}",
                role.role_name.as_deref().unwrap_or("without a name"),
                condition.text()
            );
            Diagnostic::warning("Condition cannot be read", detail)
        })
        .collect()
}
