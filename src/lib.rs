//! `terraform-provider-gallery`: in-VM access control profiles of Azure Compute Gallery, for Terraform and OpenTofu.
//!
//! The layout explains the program. [`plugin`] implements Terraform's protocol and contains nothing about
//! Azure. [`arm`] talks to Azure and contains nothing about Terraform. [`allowlist`] and [`rbac`] are pure
//! and use neither. [`provider`] connects them. Imports run in one direction: `provider` uses all four. None
//! of the four uses another, except that [`arm`] reads and writes rules as the lists of [`allowlist`].
//! [`explain`] is a command for people, and uses [`allowlist`] alone.

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
