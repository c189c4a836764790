//! Profiles and versions as Rust types, from the 2024-03-03 contract (later versions up to 2026-03-03 have the same
//! shape).
//!
//! What is read ([`Profile`], [`Version`]) is lenient: absent and null are the same, unknown members and words are
//! kept out of the way. What is written ([`ProfileBody`], [`VersionBody`]) is exact: only members the contract lets
//! a client set, and always all four lists of the rules. What changes an object ([`ProfileChange`],
//! [`VersionChange`]) edits the body the service has given, so that whatever we do not know stays as it is.
//!
//! Beside them, only read: roles, who has them, and the operations there are; and of machines what they refer to.

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

pub(super) use attachment::Other;
pub use attachment::{AttachmentChange, Enable, EndpointChange};
pub use change::{Change, Members, ProfileChange, VersionChange};
pub use instance_view::{Extension, InstanceView, Status, VmAgent};
pub use machine::{EndpointSettings, Machine, ProxyAgent};
pub use profile::{Profile, ProfileBody, ProfileProperties, ProfileSettings};
pub use resource::{Body, Object, Properties, Resource, SystemData};
pub use version::{
    RegionalReplication, ReplicationStatus, Version, VersionBody, VersionProperties, VersionSettings,
};
pub use words::{DefaultAccess, HostEndpoint, Mode, OsType, ProvisioningState};
