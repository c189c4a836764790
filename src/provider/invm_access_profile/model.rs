//! A profile between the state and ARM.

use super::left;
use crate::arm::Location;
use crate::arm::ids::{GalleryId, ProfileId};
use crate::arm::models::{HostEndpoint, OsType, Profile, ProfileBody, ProfileChange, ProfileSettings};
use crate::plugin::Value;
use crate::provider::profile_cache::KnownProfile;
use crate::provider::{checks, spelling, tags};

/// What to send to create the profile that is planned.
#[must_use]
pub fn body(planned: &Value) -> ProfileBody {
    let text = |name| checks::text(planned, name);
    let tags = tags::read(planned.get("tags"));
    ProfileBody {
        location: Location::from(text("location").unwrap_or_default()),
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        properties: ProfileSettings {
            description: text("description").map(str::to_owned),
            os_type: OsType::from(text("os_type").unwrap_or_default()),
            applicable_host_endpoint: HostEndpoint::from(
                text("applicable_host_endpoint").unwrap_or_default(),
            ),
        },
    }
}

/// What the versions of a planned profile can know of it.
#[must_use]
pub fn known(planned: &Value) -> KnownProfile {
    let text = |name| checks::text(planned, name);
    KnownProfile {
        location: None,
        os_type: text("os_type").map(OsType::from),
        endpoint: text("applicable_host_endpoint").map(HostEndpoint::from),
    }
}

/// What to change at Azure to get from the state to the plan; `None` when nothing that Azure holds differs.
#[must_use]
pub fn change(prior: &Value, planned: &Value) -> Option<ProfileChange> {
    let differs = |name: &str| prior.get(name) != planned.get(name);
    let text = |name| checks::text(planned, name).map(str::to_owned);
    let (held, wanted) = (tags::read(prior.get("tags")), tags::read(planned.get("tags")));
    let change = ProfileChange {
        tags: (!tags::equal(&held, &wanted)).then_some(wanted),
        description: differs("description").then(|| text("description")),
        applicable_host_endpoint: differs("applicable_host_endpoint").then(|| {
            HostEndpoint::from(checks::text(planned, "applicable_host_endpoint").unwrap_or_default())
        }),
    };
    (change != ProfileChange::default()).then_some(change)
}

/// The state for what Azure returned, in the spelling of `prior`: the plan after an apply, the state on a refresh,
/// and a state with nothing but the id on an import.
#[must_use]
pub fn state(id: &ProfileId, profile: &Profile, prior: &Value) -> Value {
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let imported = held("name").is_null();
    let gallery = id.gallery().to_string();
    let description = match profile.properties.description.as_deref() {
        None | Some("") if held("description").as_str() == Some("") => held("description"),
        None | Some("") => Value::Null,
        Some(text) => text.into(),
    };
    let empty = Value::Map(crate::plugin::value::Members::new());
    let returned = profile.tags.clone().unwrap_or_default();
    let location = profile
        .location
        .as_ref()
        .map_or_else(|| held("location"), |location| spelling::location(location, &held("location")));
    let word = |returned: Option<&str>, name| returned.map_or_else(|| held(name), Value::from);
    Value::object([
        ("id", id.to_string().into()),
        ("gallery_id", spelling::plan::<GalleryId>(&gallery.into(), &held("gallery_id"))),
        ("name", spelling::plan_name(&id.name().as_str().into(), &held("name"))),
        ("location", location),
        ("os_type", word(profile.properties.os_type.as_ref().map(OsType::as_str), "os_type")),
        (
            "applicable_host_endpoint",
            word(
                profile.properties.applicable_host_endpoint.as_ref().map(HostEndpoint::as_str),
                "applicable_host_endpoint",
            ),
        ),
        ("description", description),
        (left::ARGUMENT, held(left::ARGUMENT)),
        (
            "tags",
            tags::value(&returned, if imported { &empty } else { prior.get("tags").unwrap_or(&Value::Null) }),
        ),
        ("timeouts", held("timeouts")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web";

    fn held() -> Value {
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
    fn a_shouting_service_makes_no_difference() {
        let returned = serde_json::json!({
            "location": "WESTUS", "tags": {}, "name": "WEB",
            "properties": { "osType": "LINUX", "applicableHostEndpoint": "imds", "description": null }
        });
        assert_eq!(read(returned, &held()), held());
    }

    #[test]
    fn drift_is_seen() {
        let returned = serde_json::json!({
            "location": "westus", "tags": {"team": "a"},
            "properties": { "osType": "Linux", "applicableHostEndpoint": "WireServer", "description": "x" }
        });
        let state = read(returned, &held());
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
    fn only_what_azure_holds_is_sent() {
        let mut planned = held();
        assert_eq!(change(&held(), &planned), None);
        if let Value::Object(attributes) = &mut planned {
            attributes.insert("timeouts".to_owned(), Value::object([("create", Value::from("1m"))]));
        }
        assert_eq!(change(&held(), &planned), None);
        if let Value::Object(attributes) = &mut planned {
            attributes.insert("description".to_owned(), "x".into());
        }
        assert_eq!(change(&held(), &planned).unwrap().description, Some(Some("x".to_owned())));
        assert_eq!(change(&planned, &held()).unwrap().description, Some(None));
    }
}
