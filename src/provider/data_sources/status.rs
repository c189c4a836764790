//! What a data source returns of an object beyond what the resource holds.

use super::attributes::CONFIGURATION_ONLY;
use super::described::Described;
use crate::arm::Location;
use crate::arm::models::{
    ArmResource as _, ProvisioningState, RegionalReplication, ReplicationStatus, SystemData,
};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostics, Value};
use crate::provider::invm_access_profile_version::rules;

/// An object as a data source returns it, with warnings about rules that mean less than they say. The
/// object's and the parent's names keep the configuration's spelling.
#[must_use]
pub fn object<K: Described>(id: &K::Id, object: K::Object, config: &Value) -> (Members, Diagnostics) {
    let mut more = K::more(&object);
    more.extend(common(object.provisioning_state(), object.system_data()));
    let (state, warnings) = K::state(id, object, &spelled(config, &[K::PARENT_ATTRIBUTE, "name"]));
    let mut attributes = described(state);
    attributes.extend(more);
    (attributes, warnings)
}

fn spelled(config: &Value, names: &[&str]) -> Value {
    Value::object(names.iter().filter_map(|name| Some((*name, config.get(name)?.clone()))))
}

/// The state of the resource, without arguments about its configuration. An absent map is empty here, not
/// null, so that expressions can iterate over it.
fn described(state: Value) -> Members {
    let Value::Object(mut attributes) = state else { return Members::new() };
    attributes.retain(|name, _| !CONFIGURATION_ONLY.contains(&name.as_str()));
    if attributes.get("tags").is_none_or(Value::is_null) {
        attributes.insert("tags".to_owned(), Value::Map(Members::new()));
    }
    if attributes.get(rules::BLOCK).is_some_and(Value::is_null) {
        attributes.insert(rules::BLOCK.to_owned(), no_rules());
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

pub(super) fn replication(status: Option<&ReplicationStatus>) -> Value {
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
