//! What changed between two versions of a role.

use super::{Catalogue, Permissions};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The difference between an older and a newer role, in operations rather than in patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RoleDiff {
    /// Operations the newer role grants and the older did not, sorted.
    pub added: Vec<String>,
    /// Operations the older role granted and the newer does not, sorted.
    pub removed: Vec<String>,
    /// Whether a condition changed its meaning: the set of conditions differs, or an operation that both
    /// grant is under other conditions than before. Another spelling of the same condition is not a change.
    pub condition_changed: bool,
}

/// Compares what `old` and `new` grant of the operations in `catalogue`.
pub fn role_diff(old: &Permissions, new: &Permissions, catalogue: &Catalogue) -> RoleDiff {
    let before = conditions_by_operation(old, catalogue);
    let after = conditions_by_operation(new, catalogue);
    let only_in = |these: &ConditionsByOperation, those: &ConditionsByOperation| {
        these.keys().filter(|operation| !those.contains_key(*operation)).cloned().collect()
    };
    let differs = before
        .iter()
        .any(|(operation, conditions)| after.get(operation).is_some_and(|others| others != conditions));
    RoleDiff {
        added: only_in(&after, &before),
        removed: only_in(&before, &after),
        condition_changed: differs || conditions(old) != conditions(new),
    }
}

/// Operations with their conditions; `None` among these is a grant without one.
type ConditionsByOperation = BTreeMap<String, BTreeSet<Option<String>>>;

fn conditions_by_operation(permissions: &Permissions, catalogue: &Catalogue) -> ConditionsByOperation {
    let mut conditions_by_operation = ConditionsByOperation::new();
    for block in permissions.blocks() {
        let condition = block.condition.as_ref().map(super::BlockCondition::canonical);
        for name in Permissions::new(vec![block.clone()]).expand(catalogue).names() {
            conditions_by_operation.entry(name).or_default().insert(condition.clone());
        }
    }
    for conditions in conditions_by_operation.values_mut() {
        // An unconditional grant makes the conditional ones of the same operation irrelevant.
        if conditions.contains(&None) {
            conditions.retain(Option::is_none);
        }
    }
    conditions_by_operation
}

fn conditions(permissions: &Permissions) -> BTreeSet<String> {
    permissions.blocks().iter().filter_map(|block| block.condition.as_ref()).map(|c| c.canonical()).collect()
}
