//! The functions, `provider::gallery::name(...)`. Pure and offline.

pub mod access_decision;
pub mod grants;
pub mod ids;
pub mod json;
pub mod options;
pub mod rules_argument;
pub mod rules_diff;
pub mod rules_findings;
pub mod rules_from_audit_log;
pub mod rules_result;

use std::sync::Arc;

use crate::plugin::Function;
use ids::{MakeId, Of, ParseId};

/// All functions, in the order of the documentation.
#[must_use]
pub fn all() -> Vec<Arc<dyn Function>> {
    vec![
        Arc::new(access_decision::AccessDecision),
        Arc::new(grants::Grants),
        Arc::new(ParseId(Of::Profile)),
        Arc::new(ParseId(Of::Version)),
        Arc::new(MakeId(Of::Profile)),
        Arc::new(MakeId(Of::Version)),
        Arc::new(rules_diff::RulesDiff),
        Arc::new(rules_findings::RulesFindings),
        Arc::new(rules_from_audit_log::RulesFromAuditLog),
    ]
}
