//! The routes under `/emulator/`: for tests and people, never for Azure clients. They need no token.

mod agents;
mod login;

use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::arm::id::ResourceId;
use crate::emulator::Emulator;
use crate::exchange::{Reply, Request};
use crate::faults::Script;
use crate::json;
use crate::store::Object;

/// The response of `GET /emulator`.
const INDEX: &str = "gallery-emulator\n\n\
    GET    /emulator/requests        every request received, newest last\n\
    DELETE /emulator/requests        forget them\n\
    GET    /emulator/objects         every object held\n\
    GET    /emulator/objects{arm id} one object\n\
    PUT    /emulator/objects{arm id} put one in, without checks\n\
    PATCH  /emulator/objects{arm id} change one: members are merged, a null removes\n\
    DELETE /emulator/objects{arm id} take one out, with everything inside it\n\
    GET    /emulator/agents{arm id}  what the guest proxy agent of a machine has loaded and counted\n\
    PUT    /emulator/agents{arm id}  change the members in the body: version, power, reports, denied, connections, loaded\n\
    GET    /emulator/authorization   role definitions, assignments, denials, groups, management groups\n\
    PUT    /emulator/authorization   other ones, for the members in the body\n\
    GET    /emulator/login           certificates, federated credentials, tenants, managed identities\n\
    PUT    /emulator/login           other ones, for the members in the body\n\
    GET    /emulator/endpoints       where pipelines, machines and az find what they ask\n\
    POST   /emulator/assertions      an assertion: issuer, subject, audience, seconds\n\
    GET    /emulator/operations      every operation\n\
    GET    /emulator/faults          the faults to come, with how often each has matched\n\
    PUT    /emulator/faults          other faults\n\
    DELETE /emulator/faults          no faults\n\
    GET    /emulator/settings        the settings\n\
    PUT    /emulator/settings        change the settings named in the body\n\
    POST   /emulator/reset           forget objects, operations, requests, faults, changed settings and registrations\n";

/// Whether a request is for these routes.
pub fn owns(request: &Request) -> bool {
    !request.plain && (request.path == "/emulator" || request.path.starts_with("/emulator/"))
}

/// Handles it.
pub fn answer(emulator: &mut Emulator, request: &Request) -> Reply {
    let segments = request.segments();
    let names: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    if let Some(result) = login::answer(emulator, request, &names) {
        return result.unwrap_or_else(refuse);
    }
    let result = match (request.method.as_str(), names.as_slice()) {
        ("GET", []) => Ok(Reply::text(StatusCode::OK, "text/plain; charset=utf-8", INDEX.to_owned())),
        ("GET", ["requests"]) => Ok(ok(&emulator.journal.show())),
        ("DELETE", ["requests"]) => {
            emulator.journal.clear();
            Ok(done())
        }
        ("GET", ["objects"]) => Ok(ok(&Value::Array(emulator.store.all().map(show).collect()))),
        (_, ["objects", ..]) => object(emulator, request, &segments),
        (_, ["agents", ..]) => agents::answer(emulator, request, &segments),
        ("GET", ["operations"]) => Ok(ok(&json!(emulator.operations.all().collect::<Vec<_>>()))),
        ("GET", ["authorization"]) => Ok(ok(&json!(emulator.directory))),
        ("PUT" | "PATCH", ["authorization"]) => read(request).and_then(|change| {
            emulator.directory = emulator.directory.changed(&change)?;
            emulator.unsaved = true;
            Ok(ok(&json!(emulator.directory)))
        }),
        ("GET", ["faults"]) => Ok(ok(&json!(emulator.script))),
        ("PUT", ["faults"]) => {
            Script::parse(&request.body).map_err(|error| error.to_string()).map(|script| {
                emulator.script = script;
                ok(&json!(emulator.script))
            })
        }
        ("DELETE", ["faults"]) => {
            emulator.script = Script::default();
            Ok(done())
        }
        ("GET", ["settings"]) => Ok(ok(&json!(emulator.settings))),
        ("PUT" | "PATCH", ["settings"]) => read(request).and_then(|change| {
            emulator.settings = emulator.settings.changed(&change)?;
            if change.get("registration").is_some() {
                emulator.registration = None;
            }
            Ok(ok(&json!(emulator.settings)))
        }),
        ("POST", ["reset"]) => {
            emulator.reset();
            Ok(done())
        }
        _ => Ok(Reply::text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", INDEX.to_owned())),
    };
    result.unwrap_or_else(refuse)
}

fn refuse(message: String) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, &json!({"error": {"code": "BadRequest", "message": message}}))
}

fn object(emulator: &mut Emulator, request: &Request, segments: &[String]) -> Result<Reply, String> {
    let path = segments.get(2..).unwrap_or_default();
    let id = ResourceId::from_segments(path)
        .ok_or("after /emulator/objects comes the id of a group, gallery, profile or version")?;
    let missing =
        || Reply::json(StatusCode::NOT_FOUND, &json!({"error": {"code": "NotFound", "message": id.path()}}));
    match request.method {
        Method::GET => Ok(emulator.store.get(&id).map_or_else(missing, |object| ok(&show(object)))),
        Method::PUT => {
            let now = emulator.clock.now();
            let (body, state) = parts(read(request)?)?;
            let mut object = Object::new(id, body, now, "emulator");
            object.state = state.unwrap_or(object.state);
            let shown = show(&object);
            emulator.store.put(object);
            emulator.unsaved = true;
            Ok(ok(&shown))
        }
        Method::PATCH => {
            let change = read(request)?;
            let Some(object) = emulator.store.get_mut(&id) else { return Ok(missing()) };
            let mut whole = show(object);
            json::merge(&mut whole, &change);
            let (body, state) = parts(whole)?;
            object.body = body;
            object.state = state.unwrap_or_else(|| object.state.clone());
            emulator.unsaved = true;
            Ok(ok(&show(object)))
        }
        Method::DELETE => {
            emulator.unsaved = true;
            Ok(if emulator.store.remove(&id) { done() } else { missing() })
        }
        _ => Err("objects support GET, PUT, PATCH and DELETE".to_owned()),
    }
}

/// The body of an object as the control routes show it: nothing respelt, and only its id and state added.
fn show(object: &Object) -> Value {
    let mut body = object.body.clone();
    body.insert("id".to_owned(), json!(object.id.path()));
    body.insert("name".to_owned(), json!(object.id.name()));
    body.insert("type".to_owned(), json!(object.id.kind().type_name()));
    if let Value::Object(properties) = body.entry("properties").or_insert_with(|| json!({})) {
        properties.insert("provisioningState".to_owned(), json!(object.state));
    }
    Value::Object(body)
}

/// The opposite of [`show`].
fn parts(body: Value) -> Result<(Map<String, Value>, Option<String>), String> {
    let Value::Object(mut body) = body else { return Err("an object is a JSON object".to_owned()) };
    for name in ["id", "name", "type"] {
        body.remove(name);
    }
    let properties = body.get_mut("properties").and_then(Value::as_object_mut);
    let state = properties.and_then(|properties| properties.remove("provisioningState"));
    Ok((body, state.and_then(|state| state.as_str().map(str::to_owned))))
}

fn read(request: &Request) -> Result<Value, String> {
    json::parse(&request.body).map_err(|error| error.to_string())
}

fn ok(body: &Value) -> Reply {
    Reply::json(StatusCode::OK, body)
}

fn done() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}
