//! Profiles and versions as Rust types, from the 2024-03-03 contract (later versions up to 2026-03-03 have the same
//! shape).
//!
//! Types for reading ([`Profile`], [`Version`]) are lenient: absent and null are the same, and unknown
//! members and words do not fail. Types for creating ([`ProfileBody`], [`VersionBody`]) are exact: only
//! members that the contract lets a client set, and always all four lists of the rules. Types for changing
//! ([`ProfileChange`], [`VersionChange`]) edit the service's own body, so that everything else stays as it
//! is.
//!
//! Two more are only read: roles with their assignments and operations, and the references of machines.

mod attachment;
pub mod authorization;
mod change;
mod instance_view;
mod machine;
mod profile;
mod resource;
mod version;
mod words;

#[cfg(test)]
mod tests;

pub(super) use attachment::ExcludedMember;
pub use attachment::{AttachmentChange, Enable, EndpointChange};
pub use change::{Change, Members, ProfileChange, VersionChange};
pub use instance_view::{Extension, InstanceView, Status, VmAgent};
pub use machine::{EndpointSettings, Machine, ProxyAgent};
pub use profile::{Profile, ProfileBody, ProfileProperties, ProfileSettings};
pub use resource::{ArmResource, Body, Object, Properties, SystemData};
pub use version::{
    RegionalReplication, ReplicationStatus, Version, VersionBody, VersionProperties, VersionSettings,
};
pub use words::{ProvisioningState, Word};
