//! DELETE.

use hyper::StatusCode;

use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::{Call, machines, read, versions, write};
use crate::clock::millis;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::settings::VersionInUse;
use crate::store::{Ending, Object, Pending, WriteKind};

/// Deletes. An absent object returns 204; a gallery or profile that is not empty returns 409.
pub fn delete(emulator: &mut Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), id.kind(), "")?;
    let Some(object) = emulator.store.get(id).cloned() else {
        if id.kind() == Kind::Group {
            return Err(ArmError::group_missing(&id.group));
        }
        read::above(emulator, id, "delete")?;
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    if let Some(pending) = object.pending.as_ref().filter(|pending| pending.work == WriteKind::Delete) {
        // A second delete joins the first one.
        let name = pending.operation.clone();
        let mut reply = Reply::empty(StatusCode::ACCEPTED);
        if let Some(operation) = emulator.operations.get_mut(&name).cloned() {
            write::announce(&mut reply, call, &operation, emulator);
        }
        return Ok(reply);
    }
    if !matches!(object.id.kind(), Kind::Group | Kind::ScaleSet) {
        childless(emulator, call, &object)?;
    }
    write::free(emulator, &object.id)?;
    unused(emulator, &object)?;
    Ok(accept(emulator, call, object))
}

/// Refuses to delete an object with children, readable or only counted.
fn childless(emulator: &Emulator, call: &Call<'_>, object: &Object) -> Result<(), ArmError> {
    let children: Vec<ResourceId> =
        emulator.store.inside(&object.id).take(5).map(|child| child.id.clone()).collect();
    if !children.is_empty() {
        return Err(ArmError::nested(&children));
    }
    if emulator.store.has_ghosts(&object.id, call.now) {
        return Err(ArmError::nested_lag());
    }
    Ok(())
}

/// Refuses to delete a version that machines refer to, if the settings say so.
fn unused(emulator: &Emulator, object: &Object) -> Result<(), ArmError> {
    if object.id.kind() != Kind::Version || emulator.settings.version_in_use == VersionInUse::Delete {
        return Ok(());
    }
    let version = object.id.path();
    let refers = |one: &&Object| {
        let kind = one.id.kind();
        kind.is_machine() && machines::proxy_agent::refers(kind, &one.body, &version)
    };
    let users: Vec<String> = emulator.store.all().filter(refers).take(5).map(|one| one.id.path()).collect();
    if users.is_empty() { Ok(()) } else { Err(ArmError::in_use(&object.id, &users)) }
}

fn accept(emulator: &mut Emulator, call: &Call<'_>, mut object: Object) -> Reply {
    let id = object.id.clone();
    let region = object.location().to_owned();
    let group = id.kind() == Kind::Group;
    let settings = &emulator.settings;
    let (lag, visible) = (millis(settings.delete_lag_seconds).max(0), settings.delete_lag_visible);
    let lag = if group { 0 } else { lag };
    let operation = write::start(emulator, call, &id, WriteKind::Delete, &region);
    emulator.limits.work(id.kind(), WriteKind::Delete, emulator.settings.compute_scale(), call.now);
    emulator.unsaved = true;
    let (ends, ending, name) = operation.as_ref().map_or_else(
        || (call.now, Ending::Succeeded, String::new()),
        |operation| (operation.ends, operation.ending, operation.name.clone()),
    );
    let (ends, lag) = if visible && ending == Ending::Succeeded { (ends + lag, 0) } else { (ends, lag) };
    WriteKind::Delete.state().clone_into(&mut object.state);
    object.pending =
        Some(Pending { operation: name, work: WriteKind::Delete, ends, ending, lag, leaves_nothing: false });
    emulator.store.put(object);
    emulator.store.settle(call.now);
    match operation {
        Some(operation) => {
            let mut reply = Reply::empty(StatusCode::ACCEPTED);
            write::announce(&mut reply, call, &operation, emulator);
            reply
        }
        // The contract of the in-VM types has only 202 and 204; resource groups return 200.
        None => Reply::empty(if group { StatusCode::OK } else { StatusCode::NO_CONTENT }),
    }
}
