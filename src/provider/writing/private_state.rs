//! Private state: what Terraform stores with a plan or a state for the provider alone. It holds only what a
//! later call needs, and no secrets. An operation is stored as a path; the host comes from the configuration.

use serde::{Deserialize, Serialize};

use crate::arm::ids::VersionName;
use crate::arm::{Location, PendingOperation};
use crate::plugin::resource::Private;

/// The format number. A provider that does not know a format ignores the data.
const FORMAT: u32 = 1;

/// The private state of a plan or state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrivateState {
    format: u32,
    /// The object that the planned one replaces: a version by its name, a profile by its id. A version number
    /// that the provider chooses must be higher, since a guest agent loads new rules only under a new id.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// The region of the parent, if the plan knew it and the planned object inherits it. The deletion of a
    /// replaced object receives it, in the process that then creates the new one. So does the creation
    /// itself, if the host passes private state from one round of a plan to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The id of the replaced object, if that stays at Azure.
    #[serde(skip_serializing_if = "Option::is_none")]
    keeps: Option<String>,
    /// An operation whose end was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Whether the configuration sets the object's name. Otherwise the provider chose it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    named: bool,
    /// The resource's own id where several resources have the same object: an attachment has no object of its
    /// own.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Whether a refresh found that somebody else has deleted the object.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
}

/// An operation that an earlier run began and whose end it did not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What it does to the object.
    #[serde(rename = "work")]
    pub kind: WriteKind,
    /// Its address.
    pub operation: PendingOperation,
    /// Whether it is known to have failed. What it left behind is then replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

/// What an operation does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteKind {
    /// Creates it.
    Create,
    /// Changes it in place.
    Update,
    /// Deletes it.
    Delete,
}

impl PrivateState {
    /// For a plan that may replace this object: a version by its name, a profile by its id.
    #[must_use]
    pub fn replacing(object: &str) -> Self {
        Self { replaces: Some(object.to_owned()), ..Self::default() }
    }

    /// The same for an object whose parent is in this region.
    #[must_use]
    pub fn with_region(self, region: Option<&Location>) -> Self {
        Self { region: region.map(|region| region.as_str().to_owned()), ..self }
    }

    /// The same for a plan whose replaced object, with this id, stays at Azure.
    #[must_use]
    pub fn with_kept(self, id: Option<String>) -> Self {
        Self { keeps: id, ..self }
    }

    /// The same with this operation pending on the object, or none.
    #[must_use]
    pub fn with_pending(self, pending: Option<Pending>) -> Self {
        Self { pending, ..self }
    }

    /// The same with this operation pending on the object.
    #[must_use]
    pub fn with_operation(self, kind: WriteKind, operation: PendingOperation) -> Self {
        self.with_pending(Some(Pending { kind, operation: operation.for_later(), failed: false }))
    }

    /// The same for an object whose name the configuration sets, or the provider chose.
    #[must_use]
    pub fn with_configured_name(self, named: bool) -> Self {
        Self { named, ..self }
    }

    /// The same for a resource with this id of its own.
    #[must_use]
    pub fn with_instance(self, instance: Option<String>) -> Self {
        Self { instance, ..self }
    }

    /// The resource's own id.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// The same for an object that somebody else has deleted.
    #[must_use]
    pub fn with_object_gone(self) -> Self {
        Self { gone: true, ..self }
    }

    /// The part of it that still holds for an object on which nothing is pending.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self::default().with_configured_name(self.named)
    }

    /// Reads private data. Data that cannot be read is ignored.
    #[must_use]
    pub fn read(private: &Private) -> Self {
        let read: Self = serde_json::from_slice(private).unwrap_or_default();
        if read.format == FORMAT { Self { format: 0, ..read } } else { Self::default() }
    }

    /// The private data for Terraform; empty if there is none.
    #[must_use]
    pub fn write(&self) -> Private {
        if *self == Self::default() {
            return Private::new();
        }
        serde_json::to_vec(&Self { format: FORMAT, ..self.clone() }).unwrap_or_default()
    }

    /// Whether the plan replaces another object.
    #[must_use]
    pub const fn is_replacement(&self) -> bool {
        self.replaces.is_some()
    }

    /// Whether the plan replaces this object.
    #[must_use]
    pub fn replaces(&self, object: &str) -> bool {
        self.replaces.as_deref().is_some_and(|replaced| replaced.to_lowercase() == object.to_lowercase())
    }

    /// The version that the plan replaces.
    #[must_use]
    pub fn replaced(&self) -> Option<VersionName> {
        self.replaces.as_deref()?.parse().ok()
    }

    /// The id of the replaced object, if that stays at Azure.
    #[must_use]
    pub fn keeps(&self) -> Option<&str> {
        self.keeps.as_deref()
    }

    /// Whether a refresh found that somebody else has deleted the object.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        self.gone
    }

    /// The region of the parent.
    #[must_use]
    pub fn region(&self) -> Option<Location> {
        self.region.as_deref().map(Location::new)
    }

    /// Whether the configuration gave the object's name.
    #[must_use]
    pub const fn has_configured_name(&self) -> bool {
        self.named
    }

    /// Whether the object is still being created, as far as is known.
    #[must_use]
    pub fn is_being_created(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.kind == WriteKind::Create && !pending.failed)
    }

    /// Whether the object must be replaced: it is gone, its creation failed, or its deletion has begun.
    #[must_use]
    pub fn must_be_replaced(&self) -> bool {
        let is_unusable = |pending: &Pending| pending.kind == WriteKind::Delete || pending.failed;
        self.gone || self.pending.as_ref().is_some_and(is_unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_state_is_read_as_it_was_written() {
        let region = Location::new("West US");
        let pending = |work| PrivateState::default().with_operation(work, PendingOperation::write_of("/x"));
        for private in [
            PrivateState::replacing("1.2.3"),
            PrivateState::replacing("1.2.3").with_region(Some(&region)),
            PrivateState::default().with_region(Some(&region)),
            PrivateState::default().with_configured_name(true).with_object_gone(),
            pending(WriteKind::Delete),
            pending(WriteKind::Create).with_configured_name(true),
        ] {
            assert_eq!(PrivateState::read(&private.write()), private);
        }
        assert_eq!(PrivateState::default().write(), Private::new());
        assert_eq!(PrivateState::read(&b"garbage".to_vec()), PrivateState::default());
        assert!(
            pending(WriteKind::Delete).must_be_replaced() && !pending(WriteKind::Delete).is_being_created()
        );
        assert!(PrivateState::default().with_object_gone().must_be_replaced());
    }

    #[test]
    fn an_unknown_format_is_ignored() {
        let pending =
            PrivateState::default().with_operation(WriteKind::Create, PendingOperation::write_of("/x"));
        let mut written: serde_json::Value = serde_json::from_slice(&pending.write()).unwrap();
        written["format"] = 2.into();
        assert_eq!(PrivateState::read(&written.to_string().into_bytes()), PrivateState::default());
    }

    #[test]
    fn only_the_data_for_resuming_is_written() {
        let operation = PendingOperation::write_of("/subscriptions/s/x");
        let written = PrivateState::default().with_operation(WriteKind::Create, operation).write();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            r#"{"format":1,"pending":{"work":"create","operation":{"by":"provisioning_state","resource":"/subscriptions/s/x"}}}"#
        );
    }
}
