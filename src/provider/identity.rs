//! Resource identity: the names that make up an ARM id, as separate attributes.
//!
//! One rule holds for every call that has an identity. A stored identity is kept to the letter as long as it
//! names the same object by ARM's rules, since a host takes any other spelling for another object. Where none
//! is stored yet, as in a state from before identities existed, it is built from the id.

use std::fmt::Display;
use std::str::FromStr;

use crate::arm::ids::{
    GalleryId, GalleryName, MachineId, MachineKind, MachineName, ProfileId, ProfileName, ResourceGroupName,
    SubscriptionId, VersionId, VersionName,
};
use crate::plugin::resource::{ApplyError, Partial, Planned, ReadOutcome, Stored};
use crate::plugin::schema::{IdentityAttribute, IdentitySchema};
use crate::plugin::{Diagnostic, Type, Value};
use crate::provider::checks;

/// A part of an identity, with what it is.
pub type Part = (&'static str, &'static str);

const SUBSCRIPTION: Part = ("subscription_id", "The subscription's GUID.");
const RESOURCE_GROUP: Part = ("resource_group_name", "The name of the resource group.");
const GALLERY: Part = ("gallery_name", "The name of the Compute Gallery.");
const PROFILE: Part = ("profile_name", "The name of the profile.");

/// An ARM id that has a resource identity.
pub trait Identified: FromStr + PartialEq + Send {
    /// Its parts, outermost first.
    const PARTS: &'static [Part];

    /// Their values, in the same order.
    fn parts(&self) -> Vec<&str>;

    /// The id that an identity names.
    ///
    /// # Errors
    /// If a part is missing or not a valid name.
    fn of_identity(identity: &Value) -> Result<Self, Diagnostic>;

    /// The identity.
    fn identity(&self) -> Value {
        Value::object(Self::PARTS.iter().zip(self.parts()).map(|((name, _), part)| (*name, part.into())))
    }
}

impl Identified for ProfileId {
    const PARTS: &'static [Part] = &[SUBSCRIPTION, RESOURCE_GROUP, GALLERY, PROFILE];

    fn parts(&self) -> Vec<&str> {
        let gallery = self.gallery();
        vec![
            gallery.subscription().as_str(),
            gallery.resource_group().as_str(),
            gallery.name().as_str(),
            self.name().as_str(),
        ]
    }

    fn of_identity(identity: &Value) -> Result<Self, Diagnostic> {
        let subscription: SubscriptionId = part(identity, "subscription_id")?;
        let group: ResourceGroupName = part(identity, "resource_group_name")?;
        let gallery: GalleryName = part(identity, "gallery_name")?;
        let name: ProfileName = part(identity, "profile_name")?;
        Ok(GalleryId::new(subscription, group, gallery).profile(name))
    }
}

impl Identified for VersionId {
    const PARTS: &'static [Part] =
        &[SUBSCRIPTION, RESOURCE_GROUP, GALLERY, PROFILE, ("version_name", "The version, `x.y.z`.")];

    fn parts(&self) -> Vec<&str> {
        let mut parts = self.profile().parts();
        parts.push(self.name().as_str());
        parts
    }

    fn of_identity(identity: &Value) -> Result<Self, Diagnostic> {
        let name: VersionName = part(identity, "version_name")?;
        Ok(ProfileId::of_identity(identity)?.version(name))
    }
}

impl Identified for MachineId {
    const PARTS: &'static [Part] = &[
        SUBSCRIPTION,
        RESOURCE_GROUP,
        ("machine_type", "`virtualMachines` or `virtualMachineScaleSets`."),
        ("machine_name", "The name of the virtual machine or scale set."),
    ];

    fn parts(&self) -> Vec<&str> {
        vec![
            self.subscription().as_str(),
            self.resource_group().as_str(),
            self.kind().collection(),
            self.name().as_str(),
        ]
    }

    fn of_identity(identity: &Value) -> Result<Self, Diagnostic> {
        let subscription: SubscriptionId = part(identity, "subscription_id")?;
        let group: ResourceGroupName = part(identity, "resource_group_name")?;
        let kind: MachineKind = part(identity, "machine_type")?;
        let name: MachineName = part(identity, "machine_name")?;
        Ok(Self::new(subscription, group, kind, name))
    }
}

fn part<T>(identity: &Value, name: &str) -> Result<T, Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    let text = checks::text(identity, name).map(str::trim).unwrap_or_default();
    if text.is_empty() {
        let detail = format!("`{name}` of the identity is not set. Set all of its parts.");
        return Err(Diagnostic::error("Incomplete identity", detail));
    }
    text.parse().map_err(|error: T::Err| {
        let detail = format!("`{name}` of the identity is {text:?}: {}.", checks::sentence(&error));
        Diagnostic::error("Malformed identity", detail)
    })
}

/// The schema of the identities of one kind of object.
#[must_use]
pub fn schema<T: Identified>() -> IdentitySchema {
    let attributes = T::PARTS.iter().map(|(name, description)| IdentityAttribute {
        name,
        kind: Type::String,
        required_for_import: true,
        description,
    });
    IdentitySchema { version: 0, attributes: attributes.collect() }
}

/// The identity to return for an object: the stored one if it names the same object.
#[must_use]
pub fn stored_or_new<T: Identified>(stored: Option<Value>, id: &T) -> Value {
    stored
        .filter(|stored| T::of_identity(stored).is_ok_and(|same| same == *id))
        .unwrap_or_else(|| id.identity())
}

/// A plan with its identity. `id` is the planned object's, if it is known already.
#[must_use]
pub fn planned<T: Identified>(mut planned: Planned, stored: Option<Value>, id: Option<T>) -> Planned {
    planned.identity = id.map(|id| stored_or_new(stored, &id));
    planned
}

/// The result of a refresh, with its identity.
#[must_use]
pub fn read<T: Identified>(outcome: ReadOutcome, before: Option<Value>) -> ReadOutcome {
    match outcome {
        ReadOutcome::Present(state) => ReadOutcome::Present(stored::<T>(state, before)),
        other => other,
    }
}

/// The result of a create or update, with its identity. `before` is what the plan had.
///
/// # Errors
/// If the apply failed; the remaining object then has its identity.
pub fn applied<T: Identified>(
    result: Result<Stored, ApplyError>,
    before: Option<Value>,
) -> Result<Stored, ApplyError> {
    match result {
        Ok(done) => Ok(stored::<T>(done, before)),
        Err(ApplyError { failure, partial }) => {
            let partial =
                partial.map(|rest| Partial { identity: of_state::<T>(&rest.state, before), ..rest });
            Err(ApplyError { failure, partial })
        }
    }
}

fn stored<T: Identified>(mut stored: Stored, before: Option<Value>) -> Stored {
    stored.identity = of_state::<T>(&stored.state, before);
    stored
}

fn of_state<T: Identified>(state: &Value, before: Option<Value>) -> Option<Value> {
    match checks::text(state, "id").and_then(|id| id.parse::<T>().ok()) {
        Some(id) => Some(stored_or_new(before, &id)),
        None => before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::check;
    use crate::provider::azure_double::PROFILE;

    fn identity(name: &str, value: impl Into<Value>) -> Value {
        let version: VersionId = format!("{PROFILE}/versions/1.2.3").parse().unwrap();
        let Value::Object(mut parts) = version.identity() else { panic!("an object") };
        parts.insert(name.to_owned(), value.into());
        Value::Object(parts)
    }

    #[test]
    fn terraform_accepts_the_schemas() {
        assert_eq!(check::identity(&schema::<ProfileId>()), []);
        assert_eq!(check::identity(&schema::<VersionId>()), []);
        assert_eq!(schema::<VersionId>().attributes.len(), schema::<ProfileId>().attributes.len() + 1);
    }

    #[test]
    fn an_id_is_rebuilt_from_its_identity() {
        let profile: ProfileId = PROFILE.parse().unwrap();
        assert_eq!(ProfileId::of_identity(&profile.identity()), Ok(profile.clone()));
        assert_eq!(profile.identity().get("profile_name"), Some(&"web".into()));
        let version: VersionId = format!("{PROFILE}/versions/1.2.3").parse().unwrap();
        assert_eq!(VersionId::of_identity(&version.identity()), Ok(version));
    }

    #[test]
    fn a_machine_and_a_scale_set_of_one_name_differ() {
        let text = PROFILE.split("/galleries").next().unwrap().to_owned() + "/virtualMachines/web";
        let machine: MachineId = text.parse().unwrap();
        let set: MachineId = text.replace("virtualMachines", "virtualMachineScaleSets").parse().unwrap();
        assert_eq!(MachineId::of_identity(&machine.identity()), Ok(machine.clone()));
        assert_eq!(MachineId::of_identity(&set.identity()), Ok(set.clone()));
        assert_ne!(machine.identity(), set.identity());
        assert_eq!(check::identity(&schema::<MachineId>()), []);
        let Value::Object(mut wrong) = set.identity() else { panic!("an object") };
        wrong.insert("machine_type".to_owned(), "vmss".into());
        let error = MachineId::of_identity(&Value::Object(wrong)).unwrap_err();
        assert!(error.detail.contains("`machine_type`") && error.detail.contains("virtualMachineScaleSets"));
    }

    #[test]
    fn a_wrong_part_is_named() {
        for (name, value) in
            [("subscription_id", "me"), ("profile_name", "-"), ("version_name", "v1"), ("gallery_name", " ")]
        {
            let error = VersionId::of_identity(&identity(name, value)).unwrap_err();
            assert!(error.detail.contains(&format!("`{name}`")), "{}", error.detail);
        }
        assert!(VersionId::of_identity(&identity("version_name", Value::Null)).is_err());
    }

    #[test]
    fn a_stored_identity_keeps_its_spelling_for_the_same_object() {
        let id: VersionId = format!("{PROFILE}/versions/1.2.3").parse().unwrap();
        let shouted = identity("gallery_name", "G");
        assert_ne!(shouted, id.identity());
        assert_eq!(stored_or_new(Some(shouted.clone()), &id), shouted);
        assert_eq!(stored_or_new(Some(identity("version_name", "1.2.4")), &id), id.identity());
        assert_eq!(stored_or_new(None, &id), id.identity());
    }

    #[test]
    fn an_old_state_without_an_identity_gets_one() {
        let state = Value::object([("id", Value::from(PROFILE))]);
        let with = stored::<ProfileId>(Stored::new(state), None);
        assert_eq!(with.identity, Some(PROFILE.parse::<ProfileId>().unwrap().identity()));
    }
}
