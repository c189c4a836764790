//! The functions, `provider::gallery::name(...)`. Pure and offline.

pub mod access_decision;
pub mod arguments;
pub mod conditions;
pub mod grants;
pub mod ids;
pub mod json;
pub mod least_privilege_role;
pub mod operations;
pub mod options;
pub mod pictures;
pub mod role_arguments;
#[cfg(test)]
mod role_tests;
pub mod roles;
pub mod rules_argument;
pub mod rules_diff;
pub mod rules_findings;
pub mod rules_from_audit_log;

use std::sync::Arc;

use crate::plugin::Function;
use ids::{MakeId, ObjectIdKind, ParseId};

/// All functions, in the order of the documentation.
#[must_use]
pub fn all() -> Vec<Arc<dyn Function>> {
    vec![
        Arc::new(access_decision::AccessDecision),
        Arc::new(grants::Grants),
        Arc::new(ParseId(ObjectIdKind::Profile)),
        Arc::new(ParseId(ObjectIdKind::Version)),
        Arc::new(MakeId(ObjectIdKind::Profile)),
        Arc::new(MakeId(ObjectIdKind::Version)),
        Arc::new(pictures::RulesDiagram),
        Arc::new(rules_diff::RulesDiff),
        Arc::new(rules_findings::RulesFindings),
        Arc::new(rules_from_audit_log::RulesFromAuditLog),
        Arc::new(pictures::RulesMarkdown),
        Arc::new(operations::OperationMatches),
        Arc::new(operations::EffectiveOperations),
        Arc::new(roles::RolePermits),
        Arc::new(roles::RoleMissing),
        Arc::new(roles::RoleDiff),
        Arc::new(conditions::ConditionEvaluate),
        Arc::new(conditions::ConditionParse),
        Arc::new(conditions::ConditionFormat),
        Arc::new(conditions::ConditionForRoles),
        Arc::new(least_privilege_role::LeastPrivilegeRole),
    ]
}
