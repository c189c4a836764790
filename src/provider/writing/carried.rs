//! What is kept beside a plan or a state for the provider alone: no more than resuming needs, and nothing secret. An
//! operation is kept by its path; its host comes from the configuration.

use serde::{Deserialize, Serialize};

use crate::arm::ids::VersionName;
use crate::arm::{Location, PendingOperation};
use crate::plugin::resource::Private;

/// The form of what is written. A later form is not guessed at: a provider that does not know it goes by what Azure
/// shows.
const FORMAT: u32 = 1;

/// The private data of a plan or state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    #[serde(default)]
    format: u32,
    /// The object that the planned one takes the place of: a version by its name, a profile by its id. A name chosen by the provider must
    /// be above it, since a guest agent notices new rules by a new id only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// The region of the parent, where the planned object takes it from there and the plan knew it. It comes as far as
    /// the deletion of the object that is replaced, in the process that then creates the other; and to the creation
    /// itself from a host that keeps private data from one round of a plan to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// What was begun and not seen to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// An operation that an earlier run has begun and not seen to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What it does to the object.
    pub work: Work,
    /// Where to look at it.
    pub operation: PendingOperation,
    /// Whether it is known by now to have failed; what it left behind has to be replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

/// What an operation does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Makes it.
    Create,
    /// Changes it in place.
    Update,
    /// Removes it.
    Delete,
}

impl Carried {
    /// A plan that may take the place of this object: a version by its name, a profile by its id.
    #[must_use]
    pub fn replacing(object: &str) -> Self {
        Self { replaces: Some(object.to_owned()), ..Self::default() }
    }

    /// The same plan for an object whose parent is in this region.
    #[must_use]
    pub fn beneath(self, region: Option<&Location>) -> Self {
        Self { region: region.map(|region| region.as_str().to_owned()), ..self }
    }

    /// An object on which an operation was begun.
    #[must_use]
    pub fn begun(work: Work, operation: PendingOperation) -> Self {
        let pending = Pending { work, operation: operation.for_later(), failed: false };
        Self { pending: Some(pending), ..Self::default() }
    }

    /// The same plan for an object on which this was begun, if anything was.
    #[must_use]
    pub fn with(self, pending: Option<Pending>) -> Self {
        Self { pending, ..self }
    }

    /// Reads private data; what cannot be read carries nothing.
    #[must_use]
    pub fn read(private: &Private) -> Self {
        let read: Self = serde_json::from_slice(private).unwrap_or_default();
        if read.format == FORMAT { read } else { Self::default() }
    }

    /// The private data to hand to Terraform.
    #[must_use]
    pub fn write(&self) -> Private {
        if self.replaces.is_none() && self.region.is_none() && self.pending.is_none() {
            return Private::new();
        }
        serde_json::to_vec(&Self { format: FORMAT, ..self.clone() }).unwrap_or_default()
    }

    /// Whether the plan takes the place of another object.
    #[must_use]
    pub const fn is_replacement(&self) -> bool {
        self.replaces.is_some()
    }

    /// Whether the plan takes the place of this object.
    #[must_use]
    pub fn replaces(&self, object: &str) -> bool {
        self.replaces.as_deref().is_some_and(|replaced| replaced.to_lowercase() == object.to_lowercase())
    }

    /// The version that the plan takes the place of.
    #[must_use]
    pub fn replaced(&self) -> Option<VersionName> {
        self.replaces.as_deref()?.parse().ok()
    }

    /// The region of the parent.
    #[must_use]
    pub fn region(&self) -> Option<Location> {
        self.region.as_deref().map(Location::new)
    }

    /// Whether the object is still being created, as far as is known.
    #[must_use]
    pub fn is_being_created(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.work == Work::Create && !pending.failed)
    }

    /// Whether the object has to make room: its creation failed, or its deletion was begun.
    #[must_use]
    pub fn must_be_replaced(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.work == Work::Delete || pending.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_comes_back() {
        let carried = Carried::replacing("1.2.3");
        assert_eq!(Carried::read(&carried.write()).replaced(), "1.2.3".parse().ok());
        assert_eq!(carried.region(), None);
        let beneath = carried.beneath(Some(&Location::new("West US")));
        assert_eq!(Carried::read(&beneath.write()).region(), Some(Location::new("West US")));
        let new = Carried::default().beneath(Some(&Location::new("West US")));
        assert_eq!(Carried::read(&new.write()).region(), Some(Location::new("West US")));
        assert!(!Carried::read(&new.write()).is_replacement());
        assert_eq!(Carried::default().write(), Private::new());
        assert_eq!(Carried::read(&b"garbage".to_vec()), Carried::default());
        let begun = Carried::begun(Work::Delete, PendingOperation::look_at("/x"));
        let read = Carried::read(&begun.write());
        assert_eq!(read.pending, begun.pending);
        assert!(read.must_be_replaced() && !read.is_being_created());
    }

    #[test]
    fn another_form_carries_nothing() {
        let mut begun =
            serde_json::to_value(Carried::begun(Work::Create, PendingOperation::look_at("/x"))).unwrap();
        begun["format"] = 2.into();
        assert_eq!(Carried::read(&begun.to_string().into_bytes()), Carried::default());
    }

    #[test]
    fn nothing_but_what_resuming_needs_is_written() {
        let written = Carried::begun(Work::Create, PendingOperation::look_at("/subscriptions/s/x")).write();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            r#"{"format":1,"pending":{"work":"create","operation":{"by":"provisioning_state","resource":"/subscriptions/s/x"}}}"#
        );
    }
}
