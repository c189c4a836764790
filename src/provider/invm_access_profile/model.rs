//! A profile in configurations, plans and states, and its mapping to ARM and back.

use super::force_destroy;
use crate::arm::Location;
use crate::arm::ids::{GalleryId, ProfileId};
use crate::arm::models::{Profile, ProfileBody, ProfileChange, ProfileSettings, Word};
use crate::plugin::Value;
use crate::plugin::value::Members;
use crate::provider::profile_cache::KnownProfile;
use crate::provider::{spelling, tags, timeouts};

/// A profile in a configuration, a plan or a state. Any part may be unknown in a configuration and a plan.
/// Absent parts are null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The id at Azure.
    pub id: Value,
    /// The id of the gallery.
    pub gallery_id: Value,
    /// The name.
    pub name: Value,
    /// The region.
    pub location: Value,
    /// The operating system that it is for.
    pub os_type: Value,
    /// The endpoint that it is for.
    pub applicable_host_endpoint: Value,
    /// The description.
    pub description: Value,
    /// Whether the remaining versions are deleted with it.
    pub force_destroy: Value,
    /// The tags.
    pub tags: Value,
    /// How long operations may take.
    pub timeouts: Value,
}

impl Model {
    /// Reads a configuration, a plan or a state.
    #[must_use]
    pub fn read(object: &Value) -> Self {
        let mut model = Self::default();
        for (name, field) in model.attributes() {
            *field = object.get(name).cloned().unwrap_or_default();
        }
        model
    }

    /// Writes a plan or a state.
    #[must_use]
    pub fn write(mut self) -> Value {
        Value::object(self.attributes().map(|(name, field)| (name, std::mem::take(field))))
    }

    /// The attributes, each with its field.
    fn attributes(&mut self) -> [(&'static str, &mut Value); 10] {
        [
            ("id", &mut self.id),
            ("gallery_id", &mut self.gallery_id),
            ("name", &mut self.name),
            ("location", &mut self.location),
            ("os_type", &mut self.os_type),
            ("applicable_host_endpoint", &mut self.applicable_host_endpoint),
            ("description", &mut self.description),
            (force_destroy::ARGUMENT, &mut self.force_destroy),
            ("tags", &mut self.tags),
            (timeouts::BLOCK, &mut self.timeouts),
        ]
    }
}

/// The request to create the planned profile.
#[must_use]
pub fn body(planned: &Value) -> ProfileBody {
    let planned = Model::read(planned);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags = tags::read(Some(&planned.tags));
    ProfileBody {
        location: Location::from(&*text(&planned.location)),
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        properties: ProfileSettings {
            description: planned.description.as_str().map(str::to_owned),
            os_type: Word::read(&text(&planned.os_type)),
            applicable_host_endpoint: Word::read(&text(&planned.applicable_host_endpoint)),
        },
    }
}

/// What the versions of a planned profile can know of it.
#[must_use]
pub fn known_profile(planned: &Value) -> KnownProfile {
    let planned = Model::read(planned);
    KnownProfile {
        location: planned.location.as_str().map(Location::from),
        os_type: planned.os_type.as_str().map(Word::read),
        endpoint: planned.applicable_host_endpoint.as_str().map(Word::read),
    }
}

/// The changes at Azure from the state to the plan; `None` if nothing that Azure stores differs.
#[must_use]
pub fn change(prior: &Value, planned: &Value) -> Option<ProfileChange> {
    let (prior, planned) = (Model::read(prior), Model::read(planned));
    let (prior_tags, planned_tags) = (tags::read(Some(&prior.tags)), tags::read(Some(&planned.tags)));
    let endpoint = planned.applicable_host_endpoint.as_str().unwrap_or_default();
    let change = ProfileChange {
        tags: (!tags::equal(&prior_tags, &planned_tags)).then_some(planned_tags),
        description: (prior.description != planned.description)
            .then(|| planned.description.as_str().map(str::to_owned)),
        applicable_host_endpoint: (prior.applicable_host_endpoint != planned.applicable_host_endpoint)
            .then(|| Word::read(endpoint)),
    };
    (change != ProfileChange::default()).then_some(change)
}

/// The state for what Azure returned, in the spelling of `prior`: the plan after an apply, the state on a
/// refresh, or a state with nothing but the id on an import.
#[must_use]
pub fn state(id: &ProfileId, profile: &Profile, prior: &Value) -> Value {
    let prior = Model::read(prior);
    let returned = &profile.properties;
    let description = match returned.description.as_deref() {
        None | Some("") if prior.description.as_str() == Some("") => prior.description,
        None | Some("") => Value::Null,
        Some(text) => text.into(),
    };
    // An imported state has no name yet.
    let prior_tags = if prior.name.is_null() { Value::Map(Members::new()) } else { prior.tags };
    let word = |returned: Option<&str>, prior: Value| returned.map_or(prior, Value::from);
    Model {
        id: id.to_string().into(),
        gallery_id: spelling::plan::<GalleryId>(&id.gallery().to_string().into(), &prior.gallery_id),
        name: spelling::plan_name(&id.name().as_str().into(), &prior.name),
        location: match &profile.location {
            Some(location) => spelling::location(location, &prior.location),
            None => prior.location,
        },
        os_type: word(returned.os_type.as_ref().map(Word::as_str), prior.os_type),
        applicable_host_endpoint: word(
            returned.applicable_host_endpoint.as_ref().map(Word::as_str),
            prior.applicable_host_endpoint,
        ),
        description,
        force_destroy: prior.force_destroy,
        tags: tags::value(&profile.tags.clone().unwrap_or_default(), &prior_tags),
        timeouts: prior.timeouts,
    }
    .write()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web";

    fn prior() -> Value {
        Value::object([
            ("id", Value::from(ID)),
            ("gallery_id", ID.replace("/inVMAccessControlProfiles/web", "").replace("/rg/", "/RG/").into()),
            ("name", "Web".into()),
            ("location", "West US".into()),
            ("os_type", "Linux".into()),
            ("applicable_host_endpoint", "IMDS".into()),
            ("description", Value::Null),
            ("tags", Value::Null),
            ("force_destroy", Value::Null),
            ("timeouts", Value::Null),
        ])
    }

    fn read(json: serde_json::Value, prior: &Value) -> Value {
        state(&ID.parse().unwrap(), &serde_json::from_value(json).unwrap(), prior)
    }

    #[test]
    fn a_respelling_service_causes_no_difference() {
        let returned = serde_json::json!({
            "location": "WESTUS", "tags": {}, "name": "WEB",
            "properties": { "osType": "LINUX", "applicableHostEndpoint": "imds", "description": null }
        });
        assert_eq!(read(returned, &prior()), prior());
    }

    #[test]
    fn drift_is_seen() {
        let returned = serde_json::json!({
            "location": "westus", "tags": {"team": "a"},
            "properties": { "osType": "Linux", "applicableHostEndpoint": "WireServer", "description": "x" }
        });
        let state = read(returned, &prior());
        assert_eq!(state.get("applicable_host_endpoint"), Some(&"WireServer".into()));
        assert_eq!(state.get("description"), Some(&"x".into()));
        assert_eq!(state.get("tags").and_then(|tags| tags.get("team")), Some(&"a".into()));
    }

    #[test]
    fn an_import_fills_everything_from_azure() {
        let returned = serde_json::json!({
            "location": "westus",
            "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" }
        });
        let state = read(returned, &crate::provider::import::state(ID, &super::super::schema::schema()));
        assert_eq!(state.get("name"), Some(&"web".into()));
        assert_eq!(state.get("tags"), Some(&Value::Map(crate::plugin::value::Members::new())));
        assert_eq!(state.get("description"), Some(&Value::Null));
    }

    #[test]
    fn only_azures_members_are_sent() {
        let mut planned = prior();
        assert_eq!(change(&prior(), &planned), None);
        if let Value::Object(attributes) = &mut planned {
            attributes.insert("timeouts".to_owned(), Value::object([("create", Value::from("1m"))]));
        }
        assert_eq!(change(&prior(), &planned), None);
        if let Value::Object(attributes) = &mut planned {
            attributes.insert("description".to_owned(), "x".into());
        }
        assert_eq!(change(&prior(), &planned).unwrap().description, Some(Some("x".to_owned())));
        assert_eq!(change(&planned, &prior()).unwrap().description, Some(None));
    }
}
