//! What the ids of a gallery, a profile and a version have in common: one names what holds the other.

use super::{GalleryId, IdError, NameError, ProfileId, ProfileName, VersionId, VersionName};
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

/// The id of an object that holds others.
pub trait ParentId: Clone + Debug + Display + Eq + Hash + FromStr<Err = IdError> + Send + Sync {
    /// What an object in it is called.
    type Name: Clone + Debug + Display + Eq + Hash + FromStr<Err = NameError> + Send + Sync;
    /// The id of an object in it.
    type Child: ChildId<Parent = Self>;

    /// The id of the object of this name.
    fn child(&self, name: Self::Name) -> Self::Child;

    /// The path of the list of what it holds.
    fn list(&self) -> String;
}

/// The id of an object that another one holds.
pub trait ChildId: Clone + Debug + Display + Eq + Hash + FromStr<Err = IdError> + Send + Sync {
    /// The id of what holds it.
    type Parent: ParentId<Child = Self>;

    /// What holds it.
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
