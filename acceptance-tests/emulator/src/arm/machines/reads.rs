//! Lists of machines, scale sets and instances, and instance views.

use hyper::StatusCode;
use serde_json::Value;

use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::layout::{self, Layout};
use crate::arm::machines::{contract, instance_view};
use crate::arm::render::{self, Purpose};
use crate::arm::{Call, read, versions};
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::store::Object;

/// The body of a machine, with its instance view if requested.
pub fn body(emulator: &Emulator, call: &Call<'_>, object: &Object) -> Value {
    let version = call.request.parameter("api-version").unwrap_or("");
    let mut body = render::render(object, version, Purpose::Read, emulator);
    let has_parameter = |name: &str, value: &str| {
        call.request.parameter(name).is_some_and(|given| given.eq_ignore_ascii_case(value))
    };
    let whole = has_parameter("$expand", "instanceView");
    if (whole || has_parameter("statusOnly", "true"))
        && object.id.kind() != Kind::ScaleSet
        && let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
    {
        let mut view = instance_view::view(emulator, object);
        if !whole && let Value::Object(members) = &mut view {
            members.retain(|name, _| name == "statuses");
        }
        properties.insert("instanceView".to_owned(), view);
    }
    body
}

/// One machine, scale set or instance.
pub fn one(emulator: &Emulator, call: &Call<'_>, object: &Object) -> Reply {
    let body = body(emulator, call, object);
    Reply::json_text(StatusCode::OK, layout::text(&body, contract::BODY, Layout::Lines))
}

/// `GET .../instanceView`.
///
/// # Errors
/// If the machine does not exist.
pub fn instance_view(emulator: &Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), id.kind(), "")?;
    let machine = read::find(emulator, call, id)?;
    if id.kind() != Kind::ScaleSet {
        let view = instance_view::view(emulator, machine);
        return Ok(Reply::json_text(StatusCode::OK, layout::text(&view, &[], Layout::Lines)));
    }
    let count = emulator.store.children(id, Kind::Instance).count();
    let summary = serde_json::json!({"virtualMachine": {"statusesSummary":
        [{"code": "ProvisioningState/succeeded", "count": count}]}});
    Ok(Reply::json_text(StatusCode::OK, layout::text(&summary, &[], Layout::Lines)))
}

/// The machines or scale sets of the subscription, or of a group.
///
/// # Errors
/// If the group does not exist, or the query asks for too much.
pub fn list(
    emulator: &Emulator,
    call: &Call<'_>,
    kind: Kind,
    group: Option<&str>,
) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), kind, "")?;
    if let Some(name) = group {
        let id = ResourceId::of_group(&emulator.identity.subscription_id, name);
        if emulator.store.get(&id).is_none() {
            return Err(ArmError::group_missing(name));
        }
    }
    let set = call.request.parameter("$filter").map(filtered_set).transpose()?;
    if set.is_none() && call.request.parameter("$expand").is_some() {
        let text = "The query parameter '$expand' is supported only together with a filter on one scale set.";
        return Err(ArmError::bad("InvalidParameter", text).at("$expand"));
    }
    let wanted = |object: &&Object| {
        object.id.kind() == kind
            && group.is_none_or(|group| object.id.group.eq_ignore_ascii_case(group))
            && set.as_ref().is_none_or(|set| belongs(object, set))
    };
    Ok(read::page(emulator, call, kind, emulator.store.all().filter(wanted)))
}

/// The instances of a scale set: its own, or with flexible orchestration the machines that belong to it.
///
/// # Errors
/// If the scale set does not exist.
pub fn instances(emulator: &Emulator, call: &Call<'_>, set: &ResourceId) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), Kind::Instance, "")?;
    let set = read::find(emulator, call, set)?.id.clone();
    let path = set.path();
    let wanted = |object: &&Object| match object.id.kind() {
        Kind::Instance => object.id.key().starts_with(&set.inside()),
        Kind::Machine => belongs(object, &path),
        _ => false,
    };
    Ok(read::page(emulator, call, Kind::Instance, emulator.store.all().filter(wanted)))
}

/// Whether a machine is one of a flexible scale set.
pub fn belongs(machine: &Object, set: &str) -> bool {
    let reference = machine.properties().and_then(|properties| properties.get("virtualMachineScaleSet"));
    let id = reference.and_then(|reference| reference.get("id")).and_then(Value::as_str);
    id.is_some_and(|id| id.eq_ignore_ascii_case(set))
}

/// The scale set in `'virtualMachineScaleSet/id' eq 'ID'`.
fn filtered_set(filter: &str) -> Result<String, ArmError> {
    let wrong = || {
        let text = format!("The query parameter '$filter' with the value '{filter}' is not supported.");
        ArmError::bad("InvalidParameter", text).at("$filter")
    };
    let (name, value) = filter.split_once(" eq ").ok_or_else(wrong)?;
    if !name.trim().trim_matches('\'').eq_ignore_ascii_case("virtualMachineScaleSet/id") {
        return Err(wrong());
    }
    Ok(value.trim().trim_matches('\'').to_owned())
}
