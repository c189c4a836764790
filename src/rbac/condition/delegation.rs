//! Writes the condition to assign chosen roles and no others.

use super::syntax::{AttributeRef, AttributeSource, Comparison, Expression, GuardSubject, Literal, Operand};
use super::{Family, Guid, MAX_BYTES, Operator, Quantifier, Test};
use crate::rbac::OperationPattern;

/// Why no condition can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelegationError {
    /// No role is named: instead of a condition that allows none, do not assign the role.
    #[error("name at least one role")]
    NoRoles,
    /// A text is neither a GUID nor a role definition's id.
    #[error("`{0}` is neither the GUID nor the resource id of a role definition")]
    NotARole(String),
    /// So many roles that Azure would not store the condition.
    #[error("the condition for {roles} roles has {bytes} bytes, but Azure stores at most {MAX_BYTES}")]
    TooLong {
        /// How many roles.
        roles: usize,
        /// The length that the condition would have.
        bytes: usize,
    },
}

/// The condition that lets its holder assign and unassign the roles in `role_ids`, GUIDs or resource ids, and
/// no others. It has two halves, because writing an assignment has the role as `@Request` and deleting one
/// has it as `@Resource`.
pub fn condition_for_roles<T: AsRef<str>>(role_ids: &[T]) -> Result<String, DelegationError> {
    let mut guids = Vec::with_capacity(role_ids.len());
    for id in role_ids {
        guids.push(role_guid(id.as_ref())?);
    }
    guids.sort_unstable();
    guids.dedup();
    if guids.is_empty() {
        return Err(DelegationError::NoRoles);
    }
    let halves = vec![
        half("Microsoft.Authorization/roleAssignments/write", AttributeSource::Request, &guids),
        half("Microsoft.Authorization/roleAssignments/delete", AttributeSource::Resource, &guids),
    ];
    let text = Expression::And(halves).to_string();
    if text.len() > MAX_BYTES {
        return Err(DelegationError::TooLong { roles: guids.len(), bytes: text.len() });
    }
    Ok(text)
}

fn role_guid(id: &str) -> Result<Guid, DelegationError> {
    let not_a_role = || DelegationError::NotARole(id.to_owned());
    let end = match id.rsplit_once('/') {
        None => id,
        Some((path, end)) if path.to_ascii_lowercase().ends_with("/roledefinitions") => end,
        Some(_) => return Err(not_a_role()),
    };
    end.parse().map_err(|_| not_a_role())
}

fn half(action: &str, source: AttributeSource, roles: &[Guid]) -> Expression {
    let guard =
        Expression::Matches { subject: GuardSubject::Action, patterns: vec![OperationPattern::new(action)] };
    let name = "Microsoft.Authorization/roleAssignments:RoleDefinitionId".to_owned();
    let comparison = Comparison {
        left: Operand::Attribute(AttributeRef { source, name, offset: 0 }),
        quantifier: Some(Quantifier::AnyAny),
        operator: Operator { family: Family::Guid, test: Test::Equals, negated: false, ignore_case: false },
        right: Operand::Set(roles.iter().copied().map(Literal::Guid).collect()),
    };
    Expression::Or(vec![Expression::Not(Box::new(guard)), Expression::Comparison(comparison)])
}
