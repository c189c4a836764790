//! What a data source gives of an object besides what the resource holds.

use super::attributes::OF_THE_CONFIGURATION;
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::{
    Profile, ProvisioningState, RegionalReplication, ReplicationStatus, SystemData, Version,
};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostics, Value};
use crate::provider::invm_access_profile_version::rules;
use crate::provider::{invm_access_profile, invm_access_profile_version};

/// A profile as a data source gives it. What the configuration says of `gallery_id` and `name` is kept as spelled.
#[must_use]
pub fn profile(id: &ProfileId, profile: &Profile, config: &Value) -> Value {
    let state = invm_access_profile::model::state(id, profile, &spelled(config, &["gallery_id", "name"]));
    let mut attributes = described(state);
    attributes.extend(common(profile.provisioning_state.as_ref(), profile.system_data.as_ref()));
    Value::Object(attributes)
}

/// A version as a data source gives it, with warnings about rules that mean less than they say.
#[must_use]
pub fn version(id: &VersionId, mut version: Version, config: &Value) -> (Value, Diagnostics) {
    let prior = spelled(config, &["profile_id", "name"]);
    let (stage, data) = (version.provisioning_state.take(), version.system_data.take());
    let replicated = version.replication_status.take();
    let (state, warnings) = invm_access_profile_version::model::state(id, version, &prior);
    let mut attributes = described(state);
    if attributes.get(rules::BLOCK).is_none_or(Value::is_null) {
        attributes.insert(rules::BLOCK.to_owned(), no_rules());
    }
    attributes.extend(common(stage.as_ref(), data.as_ref()));
    attributes.insert("replication_status".to_owned(), replication(replicated.as_ref()));
    (Value::Object(attributes), warnings)
}

fn spelled(config: &Value, names: &[&str]) -> Value {
    Value::object(names.iter().filter_map(|name| Some((*name, config.get(name)?.clone()))))
}

/// The state of the resource, without what is about its configuration. Nothing is an empty map here and not null:
/// whoever reads wants to go through it.
fn described(state: Value) -> Members {
    let Value::Object(mut attributes) = state else { return Members::new() };
    attributes.retain(|name, _| !OF_THE_CONFIGURATION.contains(&name.as_str()));
    if attributes.get("tags").is_none_or(Value::is_null) {
        attributes.insert("tags".to_owned(), Value::Map(Members::new()));
    }
    attributes
}

fn no_rules() -> Value {
    let lists = ["privileges", "roles", "identities", "role_assignments"];
    Value::object(lists.map(|list| (list, Value::Map(Members::new()))))
}

fn common(state: Option<&ProvisioningState>, system_data: Option<&SystemData>) -> [(String, Value); 2] {
    let state = state.map(|state| state.as_str().to_owned());
    let system_data = system_data.map_or(Value::Null, |data| {
        Value::object([
            ("created_at", Value::from(data.created_at.clone())),
            ("created_by", data.created_by.clone().into()),
            ("created_by_type", data.created_by_type.clone().into()),
            ("last_modified_at", data.last_modified_at.clone().into()),
            ("last_modified_by", data.last_modified_by.clone().into()),
            ("last_modified_by_type", data.last_modified_by_type.clone().into()),
        ])
    });
    [("provisioning_state".to_owned(), state.into()), ("system_data".to_owned(), system_data)]
}

fn replication(status: Option<&ReplicationStatus>) -> Value {
    let Some(status) = status else { return Value::Null };
    let mut regions: Vec<_> = status.summary.iter().collect();
    regions.sort_by_key(|one| one.region.as_ref().map(Location::normalised));
    let region = |one: &RegionalReplication| {
        Value::object([
            ("region", Value::from(one.region.as_ref().map(Location::as_str))),
            ("state", one.state.clone().into()),
            ("details", one.details.clone().into()),
            ("progress", one.progress.into()),
        ])
    };
    Value::object([
        ("aggregated_state", status.aggregated_state.clone().into()),
        ("summary", Value::List(regions.into_iter().map(region).collect())),
    ])
}
