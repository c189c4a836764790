//! Roles: permission patterns, operations, the condition language. Pure.
//!
//! Azure decides an access in two steps, and this module keeps them separate. First a role's permission
//! blocks have to grant the operation: [`OperationPattern`], [`Permissions`], [`Catalogue`],
//! [`RoleDefinition`]. Then the condition on the granting block has to hold: [`Condition`], evaluated in a
//! [`RequestContext`]. A condition that is true grants nothing by itself: it is true for every operation its guards
//! do not name.
//!
//! Every question has three results. `Some(true)` and `Some(false)` are what Azure documents. `None` is
//! "undecided": the documentation says nothing, or the given facts are not enough. A doubt never becomes a
//! yes here. [`kleene`] has the logic.
//!
//! [`access`] combines assignments, deny assignments and scopes: may this identity do that here?
//! [`functions`] is the same with plain JSON, for callers without types.
//!
//! Sources: Microsoft's pages "Understand Azure role definitions" and "Azure role assignment condition format and
//! syntax", the Microsoft.Authorization REST specification, and the spellings found in the built-in roles.

pub mod access;
mod catalogue;
mod character;
pub mod condition;
mod diff;
pub mod functions;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
pub mod kleene;
mod least_privilege;
mod narrowest;
mod nearest;
mod operation;
mod pattern;
mod permission;
mod plane;
mod reading;
mod role;
mod scope;

pub use catalogue::{Catalogue, CatalogueEntry};
pub use condition::{Condition, ConditionError, RequestContext};
pub use diff::{RoleDiff, role_diff};
pub use least_privilege::{Feature, LeastPrivilegeError, LeastPrivilegePermission, LeastPrivilegeRole};
pub use narrowest::{Candidate, narrowest_role};
pub use nearest::nearest_names;
pub use operation::{InvalidOperation, Operation};
pub use pattern::{Coverage, OperationPattern};
pub use permission::{BlockCondition, Expansion, GrantedOperation, PermissionBlock, Permissions};
pub use plane::Plane;
pub use reading::ReadError;
pub use role::RoleDefinition;
pub use scope::{InvalidScope, ManagementGroups, Scope};

#[cfg(test)]
mod tests;
