//! The ids of a gallery, a profile and a version.

use super::path::{self, Parts, Tail};
use super::{
    GalleryName, IdError, IdKind, ProfileName, ResourceGroupName, SubscriptionId, VersionName, portal,
};
use std::fmt;
use std::str::FromStr;

/// The id of an Azure Compute Gallery.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GalleryId {
    subscription: SubscriptionId,
    resource_group: ResourceGroupName,
    name: GalleryName,
}

/// The id of an in-VM access control profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProfileId {
    gallery: GalleryId,
    name: ProfileName,
}

/// The id of a version of an in-VM access control profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionId {
    profile: ProfileId,
    name: VersionName,
}

impl GalleryId {
    /// Builds an id from its names.
    pub fn new(subscription: SubscriptionId, resource_group: ResourceGroupName, name: GalleryName) -> Self {
        Self { subscription, resource_group, name }
    }

    /// The subscription the gallery belongs to.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.subscription
    }

    /// The resource group the gallery belongs to.
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// The gallery's own name.
    pub fn name(&self) -> &GalleryName {
        &self.name
    }

    /// The id of a profile in this gallery.
    pub fn profile(&self, name: ProfileName) -> ProfileId {
        ProfileId { gallery: self.clone(), name }
    }
}

impl ProfileId {
    /// The id of a profile in a gallery.
    pub fn new(gallery: GalleryId, name: ProfileName) -> Self {
        Self { gallery, name }
    }

    /// The gallery that holds the profile.
    pub fn gallery(&self) -> &GalleryId {
        &self.gallery
    }

    /// The profile's own name.
    pub fn name(&self) -> &ProfileName {
        &self.name
    }

    /// The id of a version of this profile.
    pub fn version(&self, name: VersionName) -> VersionId {
        VersionId { profile: self.clone(), name }
    }
}

impl VersionId {
    /// The id of a version of a profile.
    pub fn new(profile: ProfileId, name: VersionName) -> Self {
        Self { profile, name }
    }

    /// The profile that the version belongs to.
    pub fn profile(&self) -> &ProfileId {
        &self.profile
    }

    /// The version's own name.
    pub fn name(&self) -> &VersionName {
        &self.name
    }
}

impl FromStr for GalleryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parts(text, &IdKind::Gallery).map(gallery)
    }
}

impl FromStr for ProfileId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = parts(text, &IdKind::Profile)?;
        let shape = path::shape(&IdKind::Profile);
        let name = parts.profile.take().ok_or(IdError::Empty { shape })?;
        Ok(gallery(parts).profile(name))
    }
}

impl FromStr for VersionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = parts(text, &IdKind::Version)?;
        let shape = path::shape(&IdKind::Version);
        let profile = parts.profile.take().ok_or(IdError::Empty { shape })?;
        let version = parts.version.take().ok_or(IdError::Empty { shape })?;
        Ok(gallery(parts).profile(profile).version(version))
    }
}

/// Reads an id or a portal link; surrounding blanks (from copying) are ignored.
fn parts(text: &str, expected: &IdKind) -> Result<Parts, IdError> {
    let shape = path::shape(expected);
    let text = text.trim();
    if text.is_empty() {
        return Err(IdError::Empty { shape });
    }
    if portal::is_link(text) {
        return path::read(&portal::path_of(text, shape)?, expected, Tail::PortalPage);
    }
    path::read(text, expected, Tail::None)
}

fn gallery(parts: Parts) -> GalleryId {
    GalleryId::new(parts.subscription, parts.resource_group, parts.gallery)
}

impl fmt::Display for GalleryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, resource_group, name } = self;
        write!(
            f,
            "/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/Microsoft.Compute/galleries/{name}"
        )
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/inVMAccessControlProfiles/{}", self.gallery, self.name)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/versions/{}", self.profile, self.name)
    }
}
