//! The instances of a scale set: it creates and removes them, and gives them its model.
//!
//! Source: documentation of scale sets. Here `Rolling` happens at once, like `Automatic`; that, and the names
//! of instances with flexible orchestration, are assumed.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::id::{Family, Kind, ResourceId};
use crate::arm::machines::reads;
use crate::arm::{Call, body, read, versions, write};
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::store::{Object, Pending, WriteKind};

/// The maximum number of instances of a scale set here.
const MOST: u64 = 1000;

/// The target state of instances: the model, and other members of the scale set.
pub fn model(set: &Object) -> Option<&Value> {
    set.properties()?.get("virtualMachineProfile")
}

/// Updates the instances after a write to their scale set.
pub fn follow(emulator: &mut Emulator, set: &ResourceId, creator: &str) {
    let Some(object) = emulator.store.get(set).cloned() else { return };
    let wanted =
        object.body.get("sku").and_then(|sku| sku.get("capacity")).and_then(Value::as_u64).unwrap_or(0);
    let wanted = usize::try_from(wanted.min(MOST)).unwrap_or(0);
    let mut present = members(emulator, &object);
    while present.len() > wanted {
        if let Some(last) = present.pop() {
            emulator.store.remove(&last);
        }
    }
    let mut number = 0;
    while present.len() < wanted {
        let id = member(&object, number);
        number += 1;
        if emulator.store.get(&id).is_none() {
            let now = emulator.clock.now();
            let mut instance = Object::new(id.clone(), instance_body(&object), now, creator);
            instance.model = model(&object).cloned();
            instance.pending.clone_from(&object.pending);
            state_of(&mut instance);
            emulator.store.put(instance);
            present.push(id);
        }
    }
    let mode = object.properties().and_then(|all| all.get("upgradePolicy")?.get("mode")?.as_str());
    if mode.is_some_and(|mode| !mode.eq_ignore_ascii_case("Manual")) {
        apply(emulator, &object, &present, object.pending.as_ref());
    }
}

/// `POST .../manualupgrade`: gives instances the model.
///
/// # Errors
/// If the scale set or an instance does not exist, or a write runs on the set.
pub fn upgrade(emulator: &mut Emulator, call: &Call<'_>, set: &ResourceId) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), Kind::ScaleSet, "")?;
    let object = read::find(emulator, call, set)?.clone();
    let sent = body::parse(call.request, false)?;
    let ids = sent.get("instanceIds").and_then(Value::as_array);
    let ids: Vec<&str> = ids.into_iter().flatten().filter_map(Value::as_str).collect();
    if ids.is_empty() {
        return Err(ArmError::member_missing("instanceIds"));
    }
    let present = members(emulator, &object);
    let mut chosen = Vec::new();
    for id in &ids {
        if *id == "*" {
            chosen.clone_from(&present);
            break;
        }
        let found = present.iter().find(|one| one.name().eq_ignore_ascii_case(id)).cloned();
        chosen.push(found.ok_or_else(|| {
            let text = format!(
                "The provided instanceId {id} is not an active Virtual Machine Scale Set VM instanceId."
            );
            ArmError::bad("InvalidParameter", text).at("instanceIds")
        })?);
    }
    write::free(emulator, &object.id)?;
    let operation = write::start(emulator, call, &object.id, WriteKind::Update, object.location());
    let pending = operation.as_ref().map(|operation| Pending::of(operation, WriteKind::Update));
    apply(emulator, &object, &chosen, pending.as_ref());
    emulator.unsaved = true;
    let Some(operation) = operation else { return Ok(Reply::empty(StatusCode::OK)) };
    let mut reply = Reply::empty(StatusCode::ACCEPTED);
    write::announce(&mut reply, call, &operation, emulator);
    Ok(reply)
}

/// The ids of the instances, in order.
fn members(emulator: &Emulator, set: &Object) -> Vec<ResourceId> {
    let path = set.id.path();
    let mut ids: Vec<ResourceId> = if is_flexible(set) {
        let all = emulator.store.all().filter(|object| object.id.kind() == Kind::Machine);
        all.filter(|machine| reads::belongs(machine, &path)).map(|machine| machine.id.clone()).collect()
    } else {
        emulator.store.children(&set.id, Kind::Instance).map(|instance| instance.id.clone()).collect()
    };
    ids.sort_by_key(|id| (id.name().len(), id.name().to_owned()));
    ids
}

fn is_flexible(set: &Object) -> bool {
    let mode = set.properties().and_then(|properties| properties.get("orchestrationMode")?.as_str());
    mode.is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible"))
}

fn member(set: &Object, number: usize) -> ResourceId {
    if !is_flexible(set) {
        return set.id.child(&number.to_string());
    }
    let mut id = set.id.clone();
    id.family = Family::Machine;
    id.names = vec![format!("{}_{number:08x}", set.id.name())];
    id
}

/// The body of an instance: where it is, and the model.
fn instance_body(set: &Object) -> Map<String, Value> {
    let mut body = Map::new();
    for name in ["location", "sku", "zones", "tags"] {
        if let Some(value) = set.body.get(name) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    let mut properties = model(set).and_then(Value::as_object).cloned().unwrap_or_default();
    if is_flexible(set) {
        properties.insert("virtualMachineScaleSet".to_owned(), json!({ "id": set.id.path() }));
    }
    body.insert("properties".to_owned(), Value::Object(properties));
    body
}

fn apply(emulator: &mut Emulator, set: &Object, ids: &[ResourceId], pending: Option<&Pending>) {
    let body = instance_body(set);
    for id in ids {
        let Some(instance) = emulator.store.get_mut(id) else { continue };
        if instance.model.as_ref() == model(set) {
            continue;
        }
        instance.body.clone_from(&body);
        instance.model = model(set).cloned();
        instance.pending = pending.cloned();
        state_of(instance);
    }
}

fn state_of(instance: &mut Object) {
    let state = instance.pending.as_ref().map_or("Succeeded", |pending| pending.work.state());
    state.clone_into(&mut instance.state);
}
