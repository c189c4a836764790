//! Whether somebody may do something somewhere: role assignments, deny assignments and conditions together.
//!
//! Azure's order (Microsoft, "How Azure RBAC determines if a user has access to a resource"): if a deny
//! assignment applies, access is denied. Otherwise some role assignment at the scope or above has to grant
//! the operation, and its conditions have to hold.

mod deny;

pub use deny::{CallerIdentity, DenyAssignment, Principal};

use super::{BlockCondition, ManagementGroups, Operation, RequestContext, RoleDefinition, Scope, kleene};

/// A role assignment at a scope.
#[derive(Clone, Debug)]
pub struct RoleAssignment {
    /// The scope.
    pub scope: Scope,
    /// The role.
    pub role: RoleDefinition,
    /// The condition, in addition to those inside the role. That both have to hold is our reading.
    pub condition: Option<BlockCondition>,
}

/// Everything a decision is based on.
#[derive(Clone, Debug)]
pub struct AccessFacts {
    /// The scope of the access.
    pub scope: Scope,
    /// The management groups above it.
    pub management_groups: ManagementGroups,
    /// The caller.
    pub identity: CallerIdentity,
    /// The assignments of this identity, direct or through a group.
    pub assignments: Vec<RoleAssignment>,
    /// The deny assignments that were found.
    pub denials: Vec<DenyAssignment>,
    /// Whether all assignments and their roles could be read. If not, an unread assignment may grant more.
    pub assignments_complete: bool,
    /// Whether all deny assignments could be read. If not, an unread one may deny what is granted here.
    pub denials_complete: bool,
}

/// The decision for a set of operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessReport {
    /// Whether all of them are permitted; `None` if that is not certain.
    pub allowed: Option<bool>,
    /// Operations that are certainly not permitted, in the order of the question.
    pub missing: Vec<String>,
    /// Undecided operations: a condition decides, or some fact is not known.
    pub conditional: Vec<String>,
    /// Assignments that certainly grant at least one of the operations, by their index in the facts.
    pub granted_by: Vec<usize>,
    /// Deny assignments that certainly deny at least one of them, by their index in the facts.
    pub denied_by: Vec<usize>,
    /// Whether every list could be read.
    pub complete: bool,
}

impl AccessFacts {
    /// Decisions for `operations`, requests about which nothing else is known.
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
        report.granted_by = indices_where(&self.assignments, operations, |assignment, operation| {
            self.grants(assignment, operation)
        });
        report.denied_by =
            indices_where(&self.denials, operations, |denial, operation| self.denies(denial, operation));
        report
    }

    /// Whether `operation` is permitted.
    pub fn permits(&self, operation: &Operation) -> Option<bool> {
        let unread = |complete: bool| if complete { Some(false) } else { None };
        let denied = self.denials.iter().map(|denial| self.denies(denial, operation));
        let granted = self.assignments.iter().map(|assignment| self.grants(assignment, operation));
        kleene::all([
            kleene::any(granted.chain([unread(self.assignments_complete)])),
            kleene::not(kleene::any(denied.chain([unread(self.denials_complete)]))),
        ])
    }

    fn grants(&self, assignment: &RoleAssignment, operation: &Operation) -> Option<bool> {
        let context = RequestContext::unknown().with_action(operation);
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
            denial.permissions.permit(operation, &RequestContext::unknown()),
        ])
    }
}

/// The indices of those items for which `decides` is certainly true of one of the operations.
fn indices_where<T>(
    items: &[T],
    operations: &[Operation],
    decides: impl Fn(&T, &Operation) -> Option<bool>,
) -> Vec<usize> {
    let surely = |item: &T| operations.iter().any(|operation| decides(item, operation) == Some(true));
    items.iter().enumerate().filter(|(_, item)| surely(item)).map(|(place, _)| place).collect()
}
