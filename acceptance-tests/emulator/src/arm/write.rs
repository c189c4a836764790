//! PUT and PATCH.

use hyper::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::arm::body::ReadOptions;
use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::operation::Operation;
use crate::arm::render::{self, Purpose};
use crate::arm::{Call, body, contract, immutable, machines, read, regions, verb_word, versions};
use crate::clock::{azure_time, millis};
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::settings::{Lock, Operations};
use crate::store::{Ending, Object, Pending, WriteKind};

/// Creates or replaces.
pub fn put(emulator: &mut Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    let strict = emulator.settings.strict;
    let sent = body::parse(call.request, strict)?;
    let location = sent.get("location").and_then(Value::as_str).unwrap_or("");
    versions::check(call.request.parameter("api-version"), id.kind(), location)?;
    check_name(emulator, id)?;
    let mut kept = body::read(id.kind(), &sent, ReadOptions { strict, patch: false })?;
    drop(sent);
    let id = place(emulator, call, id)?;
    normalise_location(&mut kept);
    if id.kind() == Kind::Version {
        fill_version(&mut kept);
    }
    free(emulator, &id)?;
    if id.kind() == Kind::Instance {
        return Err(ArmError::verb_unsupported(call.request.method.as_str()));
    }
    if id.kind().is_machine() {
        let old = emulator.store.get(&id).map(|object| &object.body);
        machines::writes::put(emulator, call, &id, &mut kept, old)?;
    }
    if let Some(old) = emulator.store.get(&id) {
        let requested = kept.get("location").and_then(Value::as_str).unwrap_or("");
        if regions::normal(old.location()) != regions::normal(requested) {
            return Err(ArmError::location_differs(&id, old.location(), requested));
        }
        hold(emulator, old, &mut kept)?;
    } else if id.kind() == Kind::Version {
        stamp(&mut kept, &azure_time(call.now, Uuid::new_v4().as_u128()));
    }
    let old = emulator.store.take(&id);
    let work = if old.is_some() { WriteKind::Update } else { WriteKind::Create };
    let status = match emulator.settings.put_status {
        Some(status) if id.kind() != Kind::Group => StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
        _ if old.is_some() => StatusCode::OK,
        _ => StatusCode::CREATED,
    };
    let object = match old {
        Some(old) => Object { body: kept, modified: call.now, ..old },
        None => Object::new(id, kept, call.now, &call.caller.client_id),
    };
    Ok(accept(emulator, call, object, work, status))
}

/// Changes.
pub fn patch(emulator: &mut Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    let strict = emulator.settings.strict;
    let mut object = read::find(emulator, call, id)?.clone();
    versions::check(call.request.parameter("api-version"), id.kind(), object.location())?;
    let sent = body::parse(call.request, strict)?;
    let mut change = body::read(id.kind(), &sent, ReadOptions { strict, patch: true })?;
    free(emulator, &object.id)?;
    if let Some(location) = change.remove("location").as_ref().and_then(Value::as_str)
        && regions::normal(location) != regions::normal(object.location())
    {
        return Err(ArmError::location_differs(&object.id, object.location(), location));
    }
    if object.id.kind().is_machine() {
        object.body = machines::writes::patch(emulator, call, &object.id, &object.body, change)?;
        object.modified = call.now;
        return Ok(accept(emulator, call, object, WriteKind::Update, StatusCode::OK));
    }
    let old = object.clone();
    for (name, value) in change {
        match (object.body.get_mut(&name), value) {
            // Lists and maps are replaced whole; only `properties` itself is merged, one level deep.
            (Some(Value::Object(properties)), Value::Object(changes)) if name == "properties" => {
                for (name, value) in changes {
                    if value.is_null() {
                        properties.remove(&name)
                    } else {
                        properties.insert(name, value)
                    };
                }
            }
            (_, Value::Null) => {
                object.body.remove(&name);
            }
            (_, value) => {
                object.body.insert(name, value);
            }
        }
    }
    let whole = Value::Object(object.body.clone());
    body::read(object.id.kind(), &whole, ReadOptions { strict: false, patch: false })?;
    if object.id.kind() == Kind::Version {
        fill_version(&mut object.body);
    }
    hold(emulator, &old, &mut object.body)?;
    object.modified = call.now;
    Ok(accept(emulator, call, object, WriteKind::Update, StatusCode::OK))
}

/// Stores an object, starts the operation on it and returns the response.
fn accept(
    emulator: &mut Emulator,
    call: &Call<'_>,
    mut object: Object,
    work: WriteKind,
    status: StatusCode,
) -> Reply {
    let operation = if object.id.names.is_empty() {
        None
    } else {
        start(emulator, call, &object.id, work, object.location())
    };
    object.pending = operation.as_ref().map(|operation| Pending {
        leaves_nothing: call.fault.is_some_and(|fault| fault.leaves_nothing),
        ..Pending::of(operation, work)
    });
    let state = if operation.is_some() { work.state() } else { "Succeeded" };
    state.clone_into(&mut object.state);
    let version = call.request.parameter("api-version").unwrap_or("");
    let mut reply = render::reply(status, &object, version, Purpose::Write, emulator);
    emulator.limits.work(object.id.kind(), work, emulator.settings.compute_scale(), call.now);
    let id = object.id.clone();
    emulator.store.put(object);
    emulator.unsaved = true;
    if id.kind() == Kind::ScaleSet {
        machines::scale_set::follow(emulator, &id, &call.caller.client_id);
    }
    if let Some(operation) = &operation {
        announce(&mut reply, call, operation, emulator);
    }
    reply
}

/// Starts an operation; none if writes finish at once.
pub fn start(
    emulator: &mut Emulator,
    call: &Call<'_>,
    target: &ResourceId,
    work: WriteKind,
    region: &str,
) -> Option<Operation> {
    if emulator.settings.immediate() && call.fault.is_none() {
        return None;
    }
    let settled = || emulator.settings.seconds(target.kind(), work);
    let seconds = call.fault.and_then(|fault| fault.seconds).unwrap_or_else(settled);
    let error = call.fault.and_then(|fault| {
        let message = fault
            .message
            .clone()
            .unwrap_or_else(|| "The operation ended badly, as the script says.".to_owned());
        fault.code.clone().map(|code| (code, message))
    });
    let operation = Operation {
        name: Uuid::new_v4().to_string(),
        target: target.clone(),
        work,
        region: regions::normal(region),
        api_version: call.request.parameter("api-version").unwrap_or("").to_owned(),
        started: call.now,
        ends: call.now.saturating_add(millis(seconds).max(0)),
        ending: call.fault.map_or(Ending::Succeeded, |fault| fault.ending),
        error,
        hidden: call.fault.map_or(0, |fault| fault.hidden_polls),
        // A script that sets a duration means time, not polls.
        polls_left: emulator
            .settings
            .operation_polls
            .filter(|_| call.fault.is_none_or(|fault| fault.seconds.is_none())),
    };
    emulator.operations.begin(operation.clone());
    Some(operation)
}

/// Adds the headers that announce an operation, according to the settings.
pub fn announce(reply: &mut Reply, call: &Call<'_>, operation: &Operation, emulator: &Emulator) {
    let settings = &emulator.settings;
    let base = &call.request.base;
    let group = operation.target.names.is_empty();
    if !group {
        // As recorded: the name of the operation.
        reply.set("x-ms-request-id", &operation.name);
        identify(reply, emulator, call, &operation.region);
    }
    let delete = operation.work == WriteKind::Delete;
    let (status, monitor) = match settings.operations {
        _ if group => (false, true),
        Operations::Async => (true, delete),
        Operations::Both => (true, true),
        Operations::Location => (false, true),
        Operations::State => (false, false),
        // A fault needs an operation although writes finish at once.
        Operations::None => (true, delete),
    };
    if status {
        reply.set("azure-asyncoperation", &operation.status_address(base));
    }
    if monitor {
        reply.set("location", &operation.monitor_address(base));
    }
    if let Some(seconds) = settings.retry_after {
        reply.set("retry-after", &seconds.to_string());
    }
}

/// Adds the header with the caller, on every response about an operation.
pub fn identify(reply: &mut Reply, emulator: &Emulator, call: &Call<'_>, region: &str) {
    let (tenant, caller) = (&emulator.identity.tenant_id, &call.caller.object_id);
    let value = format!("tenantId={tenant},objectId={caller}/{region}/{}", Uuid::new_v4());
    reply.set("x-ms-operation-identifier", &value);
}

/// The id as it will be stored, in the spelling of an existing object; everything above must exist.
fn place(emulator: &Emulator, call: &Call<'_>, id: &ResourceId) -> Result<ResourceId, ArmError> {
    if let Some(object) = emulator.store.get(id) {
        return Ok(object.id.clone());
    }
    let Some(parent) = id.parent() else { return Ok(id.clone()) };
    read::above(emulator, id, verb_word(&call.request.method))?;
    let unready = |object: &Object| {
        object.id.kind() != Kind::Group
            && object.pending.as_ref().is_some_and(|pending| pending.work != WriteKind::Update)
    };
    match emulator.store.get(&parent) {
        Some(parent) if unready(parent) => Err(ArmError::busy()),
        Some(parent) => Ok(ResourceId { family: id.family, ..parent.id.child(id.name()) }),
        None => Err(ArmError::parent_missing(id, verb_word(&call.request.method))),
    }
}

/// Refuses a write while another one runs on the same object, while the group is deleted, or, if the settings
/// lock galleries, in the same gallery.
pub fn free(emulator: &Emulator, id: &ResourceId) -> Result<(), ArmError> {
    let group = ResourceId::of_group(&id.subscription, &id.group);
    if emulator.store.get(&group).is_some_and(|group| group.pending.is_some()) {
        return Err(ArmError::group_leaving(&id.group));
    }
    let gallery = id.gallery().map(|gallery| gallery.key());
    let own = id.key();
    let locked = |other: &ResourceId| {
        other.key() == own
            || (emulator.settings.lock == Lock::Gallery
                && gallery.is_some()
                && other.gallery().map(|gallery| gallery.key()) == gallery)
    };
    if emulator.store.busy(locked) { Err(ArmError::busy()) } else { Ok(()) }
}

fn check_name(emulator: &Emulator, id: &ResourceId) -> Result<(), ArmError> {
    let kind = id.kind();
    if emulator.settings.strict && !contract::name_fits(kind, id.name()) {
        let target = match kind {
            Kind::Group => "resourceGroupName",
            Kind::Gallery => "galleryName",
            Kind::Profile => "inVMAccessControlProfileName",
            Kind::Version => "inVMAccessControlProfileVersionName",
            Kind::Machine => "vmName",
            Kind::ScaleSet => "vmScaleSetName",
            Kind::Instance => "instanceId",
        };
        return Err(ArmError::name_invalid(target, id.name(), contract::name_pattern(kind)));
    }
    Ok(())
}

fn hold(emulator: &Emulator, old: &Object, new: &mut Map<String, Value>) -> Result<(), ArmError> {
    let empty = Map::new();
    let before = old.properties().unwrap_or(&empty);
    let Some(Value::Object(after)) = new.get_mut("properties") else { return Ok(()) };
    if let Some(date) = before.get("publishedDate") {
        after.insert("publishedDate".to_owned(), date.clone());
    }
    if matches!(old.id.kind(), Kind::Profile | Kind::Version) {
        immutable::hold(old.id.kind(), before, after, &emulator.settings)?;
    }
    Ok(())
}

fn stamp(body: &mut Map<String, Value>, date: &str) {
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        properties.insert("publishedDate".to_owned(), json!(date));
    }
}

/// Fills in and respells the members of a version as the service does. The home region comes first, whether
/// it was sent or not. That it is added to others that were sent is assumed.
fn fill_version(body: &mut Map<String, Value>) {
    let home = regions::normal(body.get("location").and_then(Value::as_str).unwrap_or(""));
    let Some(Value::Object(properties)) = body.get_mut("properties") else { return };
    properties.entry("excludeFromLatest").or_insert(Value::Bool(false));
    let sent = properties.remove("targetLocations");
    let mut targets = vec![json!({ "name": home })];
    for mut target in sent.and_then(|sent| sent.as_array().cloned()).unwrap_or_default() {
        let name = regions::normal(target.get("name").and_then(Value::as_str).unwrap_or(""));
        if let Value::Object(members) = &mut target {
            members.insert("name".to_owned(), json!(name));
        }
        match targets.first_mut() {
            Some(first) if name == home => *first = target,
            _ => targets.push(target),
        }
    }
    properties.insert("targetLocations".to_owned(), Value::Array(targets));
}

fn normalise_location(body: &mut Map<String, Value>) {
    if let Some(Value::String(location)) = body.get_mut("location") {
        *location = regions::normal(location);
    }
}
