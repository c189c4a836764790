//! Common to the ids of a gallery, a profile and a version: each contains its parent's id.

use super::{GalleryId, IdError, NameError, ProfileId, ProfileName, VersionId, VersionName};
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

/// The id of a parent.
pub trait ParentId: Clone + Debug + Display + Eq + Hash + FromStr<Err = IdError> + Send + Sync {
    /// The name of an object in it.
    type Name: Clone + Debug + Display + Eq + Hash + FromStr<Err = NameError> + Send + Sync;
    /// The id of an object in it.
    type Child: ChildId<Parent = Self>;

    /// The id of the object of this name.
    fn child(&self, name: Self::Name) -> Self::Child;

    /// The path of the list of its objects.
    fn list(&self) -> String;
}

/// The id of an object with a parent.
pub trait ChildId: Clone + Debug + Display + Eq + Hash + FromStr<Err = IdError> + Send + Sync {
    /// The parent's id.
    type Parent: ParentId<Child = Self>;

    /// The parent.
    fn parent(&self) -> &Self::Parent;

    /// Its own name.
    fn own_name(&self) -> &<Self::Parent as ParentId>::Name;
}

impl ParentId for GalleryId {
    type Name = ProfileName;
    type Child = ProfileId;

    fn child(&self, name: ProfileName) -> ProfileId {
        self.profile(name)
    }

    fn list(&self) -> String {
        format!("{self}/inVMAccessControlProfiles")
    }
}

impl ParentId for ProfileId {
    type Name = VersionName;
    type Child = VersionId;

    fn child(&self, name: VersionName) -> VersionId {
        self.version(name)
    }

    fn list(&self) -> String {
        format!("{self}/versions")
    }
}

impl ChildId for ProfileId {
    type Parent = GalleryId;

    fn parent(&self) -> &GalleryId {
        self.gallery()
    }

    fn own_name(&self) -> &ProfileName {
        self.name()
    }
}

impl ChildId for VersionId {
    type Parent = ProfileId;

    fn parent(&self) -> &ProfileId {
        self.profile()
    }

    fn own_name(&self) -> &VersionName {
        self.name()
    }
}
