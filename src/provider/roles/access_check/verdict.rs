//! Decides from what was collected.

use super::collect::{CollectedAccess, OwnPermissions};
use crate::plugin::Value;
use crate::provider::roles::values;
use crate::provider::timeouts;
use crate::rbac::access::AccessReport;
use crate::rbac::{Operation, Permissions, RequestContext, kleene};

/// Decides about operations.
#[must_use]
pub fn decide(collected: &CollectedAccess, operations: &[Operation]) -> AccessReport {
    let CollectedAccess { own, facts, .. } = collected;
    let mut report = facts.check(operations);
    let own = match own {
        // Without them only the lists are left, as for any other identity; they record how complete they are.
        OwnPermissions::NotRequested | OwnPermissions::Unreadable => return report,
        OwnPermissions::Known(permissions) => permissions,
    };
    let answers: Vec<_> =
        operations.iter().map(|operation| (operation, both(own, collected, operation))).collect();
    let answered = |expected: Option<bool>| {
        let those = answers.iter().filter(|(_, answer)| *answer == expected);
        those.map(|(operation, _)| operation.as_str().to_owned()).collect()
    };
    report.missing = answered(Some(false));
    report.conditional = answered(None);
    report.allowed = kleene::all(answers.iter().map(|(_, answer)| *answer));
    report
}

/// Combines the identity's own permissions with the lists. The permissions are Azure's own sum of all roles.
/// So if they grant an operation and a list shows no grant, the list is incomplete, and the result is not a
/// certain no.
fn both(own: &Permissions, collected: &CollectedAccess, operation: &Operation) -> Option<bool> {
    let granted = own.permit(operation, &RequestContext::unknown());
    let facts = &collected.facts;
    match (granted, facts.permits(operation)) {
        (Some(false), _) => Some(false),
        (granted, Some(true)) => granted,
        (_, Some(false)) if !facts.check(std::slice::from_ref(operation)).denied_by.is_empty() => Some(false),
        _ => None,
    }
}

/// The state.
#[must_use]
pub fn state(
    report: &AccessReport,
    collected: &CollectedAccess,
    operations: &[Operation],
    config: &Value,
) -> Value {
    let argument = |name: &str| config.get(name).cloned().unwrap_or(Value::Null);
    let CollectedAccess { scope, facts, .. } = collected;
    let checked = match argument("operations") {
        Value::Null => values::set(operations.iter().map(Operation::as_str)),
        value => value,
    };
    let granted = report.granted_by.iter().filter_map(|place| facts.assignments.get(*place)).map(|one| {
        Value::object([
            ("role_definition_id", Value::from(one.role.id.clone())),
            ("role_name", one.role.role_name.clone().into()),
            ("assignment_scope", one.scope.as_str().into()),
        ])
    });
    let denied = report.denied_by.iter().filter_map(|place| facts.denials.get(*place)).map(|one| {
        Value::object([
            ("id", Value::from(one.id.clone())),
            ("name", one.name.clone().into()),
            ("scope", one.scope.as_str().into()),
        ])
    });
    Value::object([
        ("scope", argument("scope")),
        ("operations", checked),
        ("principal_id", argument("principal_id")),
        (timeouts::BLOCK, argument(timeouts::BLOCK)),
        ("allowed", report.allowed.into()),
        ("complete", report.complete.into()),
        ("conditional", values::set(&report.conditional)),
        ("denied_by", Value::List(denied.collect())),
        ("evaluated_scope", if scope.is_empty() { "/".into() } else { scope.as_str().into() }),
        ("granted_by", Value::List(granted.collect())),
        ("missing", values::set(&report.missing)),
    ])
}
