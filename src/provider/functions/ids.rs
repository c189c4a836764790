//! `profile_id(...)`, `profile_version_id(...)` and their inverses.

use std::fmt::Display;
use std::str::FromStr;

use super::arguments::Arguments;
use crate::arm::ids::{
    GalleryId, GalleryName, ProfileId, ProfileName, ResourceGroupName, SubscriptionId, VersionId, VersionName,
};
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::{Type, Value};
use crate::provider::checks::{capitalised, with_full_stop};

/// The parts of an id with their descriptions, outermost first.
const PARTS: [(&str, &str); 5] = [
    ("subscription_id", "The subscription's GUID."),
    ("resource_group_name", "The name of the resource group."),
    ("gallery_name", "The name of the Compute Gallery."),
    ("profile_name", "The name of the profile."),
    ("version_name", "The version, `x.y.z`."),
];

/// Which kind of object an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectIdKind {
    /// A profile.
    Profile,
    /// A version.
    Version,
}

impl ObjectIdKind {
    fn parts(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        PARTS.into_iter().take(if self == Self::Profile { 4 } else { 5 })
    }
}

/// Builds an id from its parts.
#[derive(Clone, Copy, Debug)]
pub struct MakeId(pub ObjectIdKind);

/// Splits an id into its parts.
#[derive(Clone, Copy, Debug)]
pub struct ParseId(pub ObjectIdKind);

impl Function for MakeId {
    fn name(&self) -> &'static str {
        match self.0 {
            ObjectIdKind::Profile => "profile_id",
            ObjectIdKind::Version => "profile_version_id",
        }
    }

    fn signature(&self) -> Signature {
        let (summary, what) = match self.0 {
            ObjectIdKind::Profile => ("The resource id of a profile", "an in-VM access control profile"),
            ObjectIdKind::Version => {
                ("The resource id of a profile version", "a version of an in-VM access control profile")
            }
        };
        Signature {
            summary,
            description: format!(
                "Builds the Azure resource id of {what} from its parts, and checks each part."
            )
            .into(),
            parameters: self
                .0
                .parts()
                .map(|(name, description)| Parameter {
                    name,
                    kind: Type::String,
                    allow_null: false,
                    description: description.into(),
                })
                .collect(),
            variadic: None,
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let arguments = &mut Arguments::new(arguments);
        let subscription: SubscriptionId = parsed(arguments)?;
        let group: ResourceGroupName = parsed(arguments)?;
        let gallery: GalleryName = parsed(arguments)?;
        let profile: ProfileName = parsed(arguments)?;
        let profile = GalleryId::new(subscription, group, gallery).profile(profile);
        if self.0 == ObjectIdKind::Profile {
            return Ok(profile.to_string().into());
        }
        let version: VersionName = parsed(arguments)?;
        Ok(profile.version(version).to_string().into())
    }
}

impl Function for ParseId {
    fn name(&self) -> &'static str {
        match self.0 {
            ObjectIdKind::Profile => "parse_profile_id",
            ObjectIdKind::Version => "parse_profile_version_id",
        }
    }

    fn signature(&self) -> Signature {
        let (summary, what) = match self.0 {
            ObjectIdKind::Profile => {
                ("The parts of a profile's resource id", "an in-VM access control profile")
            }
            ObjectIdKind::Version => (
                "The parts of a profile version's resource id",
                "a version of an in-VM access control profile",
            ),
        };
        let ids = match self.0 {
            ObjectIdKind::Profile => vec!["gallery_id"],
            ObjectIdKind::Version => vec!["gallery_id", "profile_id"],
        };
        let names = self.0.parts().map(|(name, _)| name).chain(ids);
        Signature {
            summary,
            description: format!(
                "Splits the Azure resource id of {what} into its parts. The id may be in any case, or the \
                 address of the object in Azure's portal. The result also has the ids of the objects that \
                 contain it."
            )
            .into(),
            parameters: vec![Parameter {
                name: "id",
                kind: Type::String,
                allow_null: false,
                description: "The resource id.".into(),
            }],
            variadic: None,
            result: Type::object(names.map(|name| (name, Type::String))),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let arguments = &mut Arguments::new(arguments);
        let (profile, version) = match self.0 {
            ObjectIdKind::Profile => (parsed::<ProfileId>(arguments)?, None),
            ObjectIdKind::Version => {
                let id: VersionId = parsed(arguments)?;
                (id.profile().clone(), Some(id.name().clone()))
            }
        };
        let gallery = profile.gallery();
        let mut parts = vec![
            ("subscription_id", Value::from(gallery.subscription().as_str())),
            ("resource_group_name", gallery.resource_group().as_str().into()),
            ("gallery_name", gallery.name().as_str().into()),
            ("profile_name", profile.name().as_str().into()),
            ("gallery_id", gallery.to_string().into()),
        ];
        if let Some(version) = version {
            parts.push(("version_name", version.as_str().into()));
            parts.push(("profile_id", profile.to_string().into()));
        }
        Ok(Value::object(parts))
    }
}

/// The next argument as an id or a part of one.
fn parsed<T>(arguments: &mut Arguments) -> Result<T, FunctionError>
where
    T: FromStr,
    T::Err: Display,
{
    let text = arguments.text()?;
    text.parse().map_err(|error: T::Err| arguments.error(capitalised(&with_full_stop(&error.to_string()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [&str; 5] = ["00000000-0000-0000-0000-000000000001", "rg", "g", "web", "1.2.3"];

    fn call(function: &dyn Function, arguments: &[&str]) -> Result<Value, FunctionError> {
        function.call(arguments.iter().map(|text| (*text).into()).collect())
    }

    #[test]
    fn an_id_is_parsed_as_it_was_built() {
        let id = call(&MakeId(ObjectIdKind::Version), &PARTS).unwrap();
        let parts = call(&ParseId(ObjectIdKind::Version), &[&id.as_str().unwrap().to_uppercase()]).unwrap();
        assert_eq!(parts.get("version_name"), Some(&"1.2.3".into()));
        assert_eq!(parts.get("gallery_name"), Some(&"G".into()));
        let profile = call(&MakeId(ObjectIdKind::Profile), &PARTS[..4]).unwrap();
        let parts = call(&ParseId(ObjectIdKind::Profile), &[profile.as_str().unwrap()]).unwrap();
        assert_eq!(parts.get("profile_name"), Some(&"web".into()));
        assert_eq!(parts.get("version_name"), None);
    }

    #[test]
    fn a_wrong_part_is_reported_by_its_position() {
        let mut parts = PARTS;
        parts[4] = "v1";
        assert_eq!(call(&MakeId(ObjectIdKind::Version), &parts).unwrap_err().argument, Some(4));
        parts[0] = "me";
        assert_eq!(call(&MakeId(ObjectIdKind::Version), &parts).unwrap_err().argument, Some(0));
        assert_eq!(
            call(&ParseId(ObjectIdKind::Profile), &["/subscriptions/x"]).unwrap_err().argument,
            Some(0)
        );
    }
}
