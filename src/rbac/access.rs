//! Whether somebody may do something somewhere: role assignments, deny assignments and conditions together.
//!
//! Azure's order (Microsoft, "How Azure RBAC determines if a user has access to a resource"): a deny assignment
//! that applies ends the matter; otherwise some role assignment at the scope or above has to grant the operation,
//! and its conditions have to hold.

mod deny;

pub use deny::{DenyAssignment, Identity, Principal};

use super::{BlockCondition, Context, ManagementGroups, Operation, RoleDefinition, Scope, kleene};

/// A role given to somebody at a scope.
#[derive(Clone, Debug)]
pub struct RoleAssignment {
    /// Where.
    pub scope: Scope,
    /// Which role.
    pub role: RoleDefinition,
    /// What must hold on top of the conditions inside the role. That both have to hold is our reading.
    pub condition: Option<BlockCondition>,
}

/// Everything an answer rests on.
#[derive(Clone, Debug)]
pub struct AccessFacts {
    /// Where access is asked for.
    pub scope: Scope,
    /// The management groups above it.
    pub management_groups: ManagementGroups,
    /// Who asks.
    pub identity: Identity,
    /// The assignments this identity holds, itself or through a group.
    pub assignments: Vec<RoleAssignment>,
    /// The deny assignments that were found.
    pub denials: Vec<DenyAssignment>,
    /// Whether all assignments and their roles could be read. If not, an assignment that was not seen may grant
    /// what is not granted here.
    pub assignments_complete: bool,
    /// Whether all deny assignments could be read. If not, one that was not seen may deny what is granted here.
    pub denials_complete: bool,
}

/// The answer for a set of operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessReport {
    /// Whether all of them are permitted; `None` if that is not certain.
    pub allowed: Option<bool>,
    /// Operations that are surely not permitted, in the order they were asked for.
    pub missing: Vec<String>,
    /// Operations that are not certain: a condition decides, or some fact is not known.
    pub conditional: Vec<String>,
    /// Assignments that surely grant at least one of the operations, by their place in the facts.
    pub granted_by: Vec<usize>,
    /// Deny assignments that surely deny at least one of them, by their place in the facts.
    pub denied_by: Vec<usize>,
    /// Whether every list could be read.
    pub complete: bool,
}

impl AccessFacts {
    /// Answers for `operations`, requests about which nothing else is known.
    pub fn check(&self, operations: &[Operation]) -> AccessReport {
        let mut report = AccessReport {
            allowed: kleene::all(operations.iter().map(|operation| self.permits(operation))),
            complete: self.assignments_complete && self.denials_complete,
            ..AccessReport::default()
        };
        for operation in operations {
            let list = match self.permits(operation) {
                Some(true) => continue,
                Some(false) => &mut report.missing,
                None => &mut report.conditional,
            };
            let name = operation.as_str().to_owned();
            if !list.contains(&name) {
                list.push(name);
            }
        }
        report.granted_by =
            places(&self.assignments, operations, |assignment, operation| self.grants(assignment, operation));
        report.denied_by =
            places(&self.denials, operations, |denial, operation| self.denies(denial, operation));
        report
    }

    /// Whether `operation` is permitted.
    pub fn permits(&self, operation: &Operation) -> Option<bool> {
        let unseen = |complete: bool| if complete { Some(false) } else { None };
        let denied = self.denials.iter().map(|denial| self.denies(denial, operation));
        let granted = self.assignments.iter().map(|assignment| self.grants(assignment, operation));
        kleene::all([
            kleene::any(granted.chain([unseen(self.assignments_complete)])),
            kleene::not(kleene::any(denied.chain([unseen(self.denials_complete)]))),
        ])
    }

    fn grants(&self, assignment: &RoleAssignment, operation: &Operation) -> Option<bool> {
        let context = Context::unknown().with_action(operation);
        let condition = assignment.condition.as_ref();
        kleene::all([
            assignment.scope.contains(&self.scope, &self.management_groups),
            assignment.role.permissions.permit(operation, &context),
            condition.map_or(Some(true), |condition| condition.evaluate(&context)),
        ])
    }

    fn denies(&self, denial: &DenyAssignment, operation: &Operation) -> Option<bool> {
        let reaches = if denial.do_not_apply_to_child_scopes {
            Some(denial.scope == self.scope)
        } else {
            denial.scope.contains(&self.scope, &self.management_groups)
        };
        kleene::all([
            reaches,
            denial.applies_to(&self.identity),
            denial.permissions.permit(operation, &Context::unknown()),
        ])
    }
}

/// The places of those items for which `decides` is surely true of one of the operations.
fn places<T>(
    items: &[T],
    operations: &[Operation],
    decides: impl Fn(&T, &Operation) -> Option<bool>,
) -> Vec<usize> {
    let surely = |item: &T| operations.iter().any(|operation| decides(item, operation) == Some(true));
    items.iter().enumerate().filter(|(_, item)| surely(item)).map(|(place, _)| place).collect()
}
