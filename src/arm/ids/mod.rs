//! Resource ids as validated types that compare as Azure Resource Manager compares: without case.
//!
//! ```
//! use terraform_provider_gallery::arm::ids::ProfileId;
//!
//! let subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
//! let typed = format!("{subscription}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p");
//! let pasted: ProfileId = typed.to_uppercase().replace("SUBSCRIPTIONS", "subscriptions").parse()?;
//! assert_eq!(pasted, typed.parse()?);
//! # Ok::<(), terraform_provider_gallery::arm::ids::IdError>(())
//! ```
//!
//! An id is read from what people have at hand: ARM's own text in any case, with or without a slash at the end,
//! or the address bar of an Azure portal. It is written in ARM's canonical casing of the fixed segments, with the
//! names as they were spelled.

mod error;
mod name;
mod path;
mod portal;
mod resource;
mod version_name;

#[cfg(test)]
mod tests;

pub use error::{IdError, IdKind, NameError};
pub use name::{GalleryName, ProfileName, ResourceGroupName, SubscriptionId};
pub use resource::{GalleryId, ProfileId, VersionId};
pub use version_name::VersionName;
