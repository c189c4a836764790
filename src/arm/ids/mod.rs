//! Resource ids as validated types that compare as Azure Resource Manager compares: ignoring case.
//!
//! ```
//! use terraform_provider_gallery::arm::ids::ProfileId;
//!
//! let text = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg/providers/microsoft.compute\
//!     /galleries/g/invmaccesscontrolprofiles/Web";
//! let id: ProfileId = text.parse()?;
//! assert_eq!(id, text.to_uppercase().parse()?);
//! assert!(id.to_string().ends_with("/galleries/g/inVMAccessControlProfiles/Web"));
//! # Ok::<(), terraform_provider_gallery::arm::ids::IdError>(())
//! ```
//!
//! An id is read from what people can copy: ARM's own text in any case, with or without a slash at the end,
//! or the address bar of an Azure portal. It is written with the fixed segments in ARM's canonical case, and
//! with the names as they were spelled.

mod error;
mod machine;
mod machine_kind;
mod name;
mod nested;
mod path;
mod portal;
mod resource;
mod resource_group;
mod version_name;

#[cfg(test)]
mod tests;

pub use error::{IdError, IdKind, NameError};
pub use machine::MachineId;
pub use machine_kind::MachineKind;
pub use name::{GalleryName, MachineName, ProfileName, ResourceGroupName, SubscriptionId};
pub use nested::{ChildId, ParentId};
pub use resource::{GalleryId, ProfileId, VersionId};
pub use resource_group::ResourceGroupId;
pub use version_name::VersionName;
