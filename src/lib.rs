//! `terraform-provider-gallery`: in-VM access control profiles of Azure Compute Gallery, for Terraform and OpenTofu.
//!
//! The layout explains the program. [`plugin`] speaks Terraform's protocol and knows no Azure; [`arm`] speaks
//! Azure and knows no Terraform; [`allowlist`] and [`rbac`] are pure and know neither; [`provider`] is where
//! they meet. Imports run one way: `provider` uses all four. None of the four uses another, except that [`arm`] reads and
//! writes rules as the lists of [`allowlist`]. [`explain`] is a command for people, and uses [`allowlist`] alone.

pub mod allowlist;
pub mod arm;
#[cfg(test)]
mod corpus;
pub mod explain;
mod lenient;
mod plain;
pub mod plugin;
pub mod provider;
pub mod rbac;
