//! Roles as a domain: permission patterns, operations, the condition language. Pure.
//!
//! Azure decides an access in two steps, and this module keeps them apart. First a role's permission blocks
//! have to grant the operation: [`OperationPattern`], [`Permissions`], [`Catalogue`], [`RoleDefinition`]. Then
//! the condition on the granting block has to hold: [`Condition`], evaluated in a [`Context`]. A condition that
//! is true grants nothing by itself: it is true for every operation its guards do not name.
//!
//! Every question has three answers. `Some(true)` and `Some(false)` are what Azure documents; `None` is "cannot
//! tell", and stands wherever the documentation is silent or the facts given are not enough. Nothing here ever
//! turns a doubt into a yes. [`kleene`] holds the arithmetic.
//!
//! [`access`] puts assignments, deny assignments and scopes around that: may this identity do that here?
//! [`functions`] is the same behind plain JSON, for a caller whose values are not typed.
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
pub use condition::{Condition, ConditionError, Context};
pub use diff::{RoleDiff, role_diff};
pub use least_privilege::{Feature, LeastPrivilegeError, LeastPrivilegePermission, LeastPrivilegeRole};
pub use narrowest::{Candidate, narrowest_role};
pub use nearest::nearest_names;
pub use operation::{InvalidOperation, Operation};
pub use pattern::{Coverage, OperationPattern};
pub use permission::{BlockCondition, Expansion, Granted, PermissionBlock, Permissions};
pub use plane::Plane;
pub use reading::ReadError;
pub use role::RoleDefinition;
pub use scope::{InvalidScope, ManagementGroups, Scope};

#[cfg(test)]
mod tests;
