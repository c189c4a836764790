//! GET, HEAD and the lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::contract;
use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::layout::{self, Layout};
use crate::arm::render::{self, Purpose, render};
use crate::arm::{Call, machines, poll, verb_word, versions};
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::settings::{NextLink, Operations};
use crate::store::Object;

/// One object.
pub fn one(emulator: &mut Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), id.kind(), "")?;
    if let Some(left) = emulator.hidden.get_mut(&id.key()).filter(|left| **left > 0) {
        *left -= 1;
        return Err(missing(id));
    }
    if emulator.settings.operations == Operations::State
        && let Some(pending) = emulator.store.get(id).and_then(|object| object.pending.clone())
    {
        poll::count_poll(emulator, &pending.operation, call);
    }
    let object = find(emulator, call, id)?;
    let version = call.request.parameter("api-version").unwrap_or("");
    let mut reply = if id.kind().is_machine() {
        machines::reads::one(emulator, call, object)
    } else {
        render::reply(StatusCode::OK, object, version, Purpose::Read, emulator)
    };
    if object.pending.is_some()
        && emulator.settings.operations == Operations::State
        && let Some(seconds) = emulator.settings.retry_after
    {
        reply.set("retry-after", &seconds.to_string());
    }
    Ok(reply)
}

/// Whether a resource group exists: 204 or 404, without a body.
pub fn exists(emulator: &Emulator, _call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    let found = emulator.store.get(id).is_some();
    Ok(Reply::empty(if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }))
}

/// The object, or an error that names what is missing: the group, a parent, or the object itself.
pub fn find<'a>(emulator: &'a Emulator, call: &Call<'_>, id: &ResourceId) -> Result<&'a Object, ArmError> {
    if let Some(object) = emulator.store.get(id) {
        return Ok(object);
    }
    above(emulator, id, verb_word(&call.request.method))?;
    Err(missing(id))
}

fn missing(id: &ResourceId) -> ArmError {
    if id.kind() == Kind::Group { ArmError::group_missing(&id.group) } else { ArmError::resource_missing(id) }
}

/// Checks that everything above an id exists.
pub fn above(emulator: &Emulator, id: &ResourceId, verb: &str) -> Result<(), ArmError> {
    if id.kind() == Kind::Group {
        return Ok(());
    }
    if emulator.store.get(&ResourceId::of_group(&id.subscription, &id.group)).is_none() {
        return Err(ArmError::group_missing(&id.group));
    }
    let mut lowest = id.clone();
    let mut missing = None;
    while let Some(parent) = lowest.parent().filter(|parent| parent.kind() != Kind::Group) {
        if emulator.store.get(&parent).is_none() {
            missing = Some(lowest.clone());
        }
        lowest = parent;
    }
    missing.map_or(Ok(()), |child| Err(ArmError::parent_missing(&child, verb)))
}

/// The resource groups of the subscription.
pub fn groups(emulator: &Emulator, call: &Call<'_>) -> Result<Reply, ArmError> {
    let objects = emulator.store.all().filter(|object| object.id.kind() == Kind::Group);
    Ok(page(emulator, call, Kind::Group, objects))
}

/// The galleries of a group, or of the subscription.
pub fn galleries(emulator: &Emulator, call: &Call<'_>, group: Option<&str>) -> Result<Reply, ArmError> {
    versions::check(call.request.parameter("api-version"), Kind::Gallery, "")?;
    let Some(group) = group else {
        let all = emulator.store.all().filter(|object| object.id.kind() == Kind::Gallery);
        return Ok(page(emulator, call, Kind::Gallery, all));
    };
    let group = ResourceId::of_group(&emulator.identity.subscription_id, group);
    if emulator.store.get(&group).is_none() {
        return Err(ArmError::group_missing(&group.group));
    }
    Ok(page(emulator, call, Kind::Gallery, emulator.store.children(&group, Kind::Gallery)))
}

/// The profiles of a gallery, or the versions of a profile.
pub fn children(emulator: &Emulator, call: &Call<'_>, parent: &ResourceId) -> Result<Reply, ArmError> {
    let kind = if parent.kind() == Kind::Gallery { Kind::Profile } else { Kind::Version };
    versions::check(call.request.parameter("api-version"), kind, "")?;
    if emulator.store.get(parent).is_none() {
        above(emulator, parent, "read")?;
        return Err(ArmError::parent_missing(&parent.child(""), "read"));
    }
    Ok(page(emulator, call, kind, emulator.store.children(parent, kind)))
}

/// Every resource of a group, or of the subscription, in the short form.
pub fn resources(emulator: &Emulator, call: &Call<'_>, group: Option<&str>) -> Result<Reply, ArmError> {
    if let Some(group) = group {
        let id = ResourceId::of_group(&emulator.identity.subscription_id, group);
        if emulator.store.get(&id).is_none() {
            return Err(ArmError::group_missing(group));
        }
    }
    let wanted = |object: &&Object| {
        object.id.kind() != Kind::Group
            && group.is_none_or(|group| object.id.group.eq_ignore_ascii_case(group))
    };
    let mut body = entries(emulator, call, emulator.store.all().filter(wanted));
    for item in body.get_mut("value").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = item.as_object_mut() {
            members.remove("properties");
            let id = members.get("id").and_then(Value::as_str).and_then(ResourceId::parse);
            members.insert("type".to_owned(), json!(id.map(|id| id.kind().type_name())));
        }
    }
    Ok(Reply::json(StatusCode::OK, &body))
}

/// A page of a list, compact as recorded, with its entries' members in order.
pub fn page<'a>(
    emulator: &Emulator,
    call: &Call<'_>,
    kind: Kind,
    objects: impl Iterator<Item = &'a Object>,
) -> Reply {
    let body = entries(emulator, call, objects);
    let entry = contract::body(kind);
    let written = |one: &Value| layout::text(one, entry, Layout::Compact);
    let list: Vec<String> =
        body.get("value").and_then(Value::as_array).into_iter().flatten().map(written).collect();
    let next = body.get("nextLink").map_or_else(String::new, |link| format!(",\"nextLink\":{link}"));
    let mut reply = Reply::json_text(StatusCode::OK, format!("{{\"value\":[{}]{next}}}", list.join(",")));
    if !list.is_empty() && kind != Kind::Group {
        reply.set("x-ms-original-request-ids", &Uuid::new_v4().to_string());
    }
    reply
}

fn entries<'a>(emulator: &Emulator, call: &Call<'_>, objects: impl Iterator<Item = &'a Object>) -> Value {
    let request = call.request;
    let version = request.parameter("api-version").unwrap_or("");
    let after = request
        .parameter("$skiptoken")
        .and_then(|token| URL_SAFE_NO_PAD.decode(token).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let size = emulator.settings.page_size;
    let mut rest = objects.filter(|object| after.as_ref().is_none_or(|after| object.id.key() > *after));
    let shown: Vec<&Object> = rest.by_ref().take(size).collect();
    let one_entry = |object: &&Object| {
        if object.id.kind().is_machine() {
            machines::reads::body(emulator, call, object)
        } else {
            render(object, version, Purpose::Read, emulator)
        }
    };
    let mut value: Vec<Value> = shown.iter().map(one_entry).collect();
    if emulator.settings.shout {
        value.reverse();
    }
    let mut body = json!({ "value": value });
    if let (Some(_), Some(last), Value::Object(members)) = (rest.next(), shown.last(), &mut body) {
        let token = URL_SAFE_NO_PAD.encode(last.id.key());
        let link = match emulator.settings.next_link {
            NextLink::Full => {
                format!("{}{}?api-version={version}&%24skiptoken={token}", request.base, request.path)
            }
            NextLink::NoApiVersion => format!("{}{}?$skiptoken={token}", request.base, request.path),
            NextLink::Foreign => format!("http://svchost:99{}?$skiptoken={token}", request.path),
        };
        members.insert("nextLink".to_owned(), json!(link));
    }
    body
}
