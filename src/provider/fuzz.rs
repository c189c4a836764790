//! Properties that fuzzing checks in the provider. Each function takes any bytes, and panics where a property
//! is violated.

use std::sync::LazyLock;

use prost::Message;
use tonic::{Code, Request, Status};

use super::Gallery;
use crate::plugin::proto::provider_server::Provider as _;
use crate::plugin::proto::{self, Diagnostic};
use crate::plugin::value::{json, msgpack};
use crate::plugin::{Provider as _, Schema, Service};

/// Names that a host may send.
struct Names {
    resources: Vec<String>,
    data_sources: Vec<String>,
    list_resources: Vec<String>,
    functions: Vec<String>,
    schemas: Vec<Schema>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let gallery = Gallery::new();
    let (resources, data_sources) = (gallery.resources(), gallery.data_sources());
    let lists = gallery.list_resources();
    let mut schemas = vec![gallery.schema()];
    schemas.extend(resources.iter().map(|one| one.schema()));
    schemas.extend(data_sources.iter().map(|one| one.schema()));
    schemas.extend(lists.iter().map(|one| one.schema()));
    Names {
        resources: resources.iter().map(|one| one.type_name().to_owned()).collect(),
        data_sources: data_sources.iter().map(|one| one.type_name().to_owned()).collect(),
        list_resources: lists.iter().map(|one| one.type_name().to_owned()).collect(),
        functions: gallery.functions().iter().map(|one| one.name().to_owned()).collect(),
        schemas,
    }
});

/// Any bytes are a value of any of the provider's schemas; the first byte chooses. A decoded value is
/// settled, encoded and decoded again, and stays the same.
pub fn schemas(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let Some(schema) = NAMES.schemas.get(usize::from(choice) % NAMES.schemas.len()) else { return };
    let kind = schema.implied_type();
    for decoded in
        [msgpack::decode(bytes, &kind), json::decode(bytes, &kind), json::decode_stored(bytes, &kind)]
    {
        let Ok(value) = decoded else { continue };
        let settled = schema.block.normalise(value);
        let packed = msgpack::encode(&settled, &kind).expect("what was decoded conforms");
        let again = msgpack::decode(&packed, &kind).expect("our own encoding");
        assert_eq!(again, settled);
        assert_eq!(schema.block.normalise(again), settled, "settling is done once");
    }
}

/// Any message may come from a host. The first byte chooses the call, the second the type or function, the
/// rest is the message. Every call gets a response, and no response reports a crash.
pub fn calls(data: &[u8]) {
    static SERVICE: LazyLock<Service> = LazyLock::new(|| Service::new(Gallery::new()));
    let &[call, name, ref message @ ..] = data else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let service = &*SERVICE;
    // Decodes the message, sets the name in it, makes the call, and returns its diagnostics.
    macro_rules! call {
        ($method:ident, $module:ident, $names:ident, $field:ident) => {{
            let Ok(mut request) = proto::$module::Request::decode(message) else { return };
            request.$field = pick(&NAMES.$names, name);
            diagnostics_of(runtime.block_on(service.$method(Request::new(request))), |response| {
                response.diagnostics
            })
        }};
    }
    let diagnostics = match call % 15 {
        0 => {
            let Ok(request) = proto::validate_provider_config::Request::decode(message) else { return };
            diagnostics_of(
                runtime.block_on(service.validate_provider_config(Request::new(request))),
                |response| response.diagnostics,
            )
        }
        1 => call!(validate_resource_config, validate_resource_config, resources, type_name),
        2 => call!(upgrade_resource_state, upgrade_resource_state, resources, type_name),
        3 => call!(upgrade_resource_identity, upgrade_resource_identity, resources, type_name),
        4 => call!(plan_resource_change, plan_resource_change, resources, type_name),
        5 => call!(apply_resource_change, apply_resource_change, resources, type_name),
        6 => call!(read_resource, read_resource, resources, type_name),
        7 => call!(import_resource_state, import_resource_state, resources, type_name),
        8 => call!(move_resource_state, move_resource_state, resources, target_type_name),
        9 => call!(generate_resource_config, generate_resource_config, resources, type_name),
        10 => call!(validate_data_resource_config, validate_data_resource_config, data_sources, type_name),
        11 => call!(read_data_source, read_data_source, data_sources, type_name),
        12 => call!(validate_list_resource_config, validate_list_resource_config, list_resources, type_name),
        _ => {
            let Ok(mut request) = proto::call_function::Request::decode(message) else { return };
            request.name = pick(&NAMES.functions, name);
            let answer = runtime.block_on(service.call_function(Request::new(request))).expect("answered");
            let error = answer.into_inner().error.map(|error| error.text).unwrap_or_default();
            assert!(!error.contains("stopped unexpectedly"), "{error}");
            Vec::new()
        }
    };
    assert!(diagnostics.iter().all(|one| one.summary != "Provider crashed"), "{diagnostics:?}");
}

fn pick(names: &[String], choice: u8) -> String {
    names.get(usize::from(choice) % names.len().max(1)).cloned().unwrap_or_default()
}

fn diagnostics_of<R>(
    response: Result<tonic::Response<R>, Status>,
    diagnostics: fn(R) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    match response {
        Ok(response) => diagnostics(response.into_inner()),
        Err(status) => {
            assert_ne!(status.code(), Code::Internal, "{status}");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::corpus::replay;

    #[test]
    fn schemas() {
        replay("schemas", super::schemas);
    }

    #[test]
    fn calls() {
        replay("calls", super::calls);
    }
}
