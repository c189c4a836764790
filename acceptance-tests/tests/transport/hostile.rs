//! Values that no host would send: each is reported as an error, and the plugin survives.

use acceptance_tests::host::Connection;
use acceptance_tests::host::proto::{self, DynamicValue};
use prost::bytes::Bytes;

use super::{answers, launch};

const VERSION: &str = "gallery_invm_access_profile_version";
const DEPTH: usize = 10_000;

fn msgpack(bytes: Vec<u8>) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: bytes.into(), json: Bytes::new() })
}

fn json(text: &str) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: Bytes::new(), json: text.to_owned().into() })
}

/// This many nested lists.
fn deep_msgpack() -> Vec<u8> {
    [vec![0x91; DEPTH], vec![0xc0]].concat()
}

fn deep_json() -> String {
    format!("{}null{}", "[".repeat(DEPTH), "]".repeat(DEPTH))
}

/// A value of "any type" with an equally deep type.
fn deep_type() -> Vec<u8> {
    let kind = format!("{}\"string\"{}", "[\"list\",".repeat(DEPTH), "]".repeat(DEPTH));
    let length = u32::try_from(kind.len()).unwrap().to_be_bytes();
    [&[0x92, 0xc6], length.as_slice(), kind.as_bytes(), &[0xc0]].concat()
}

#[track_caller]
fn assert_refused(diagnostics: &[proto::Diagnostic], what: &str) {
    assert!(!diagnostics.is_empty(), "{what} was accepted");
    for diagnostic in diagnostics {
        assert_eq!(diagnostic.summary, "Value does not fit the schema", "{what}: {diagnostic:?}");
        assert!(diagnostic.detail.len() < 2_000, "{what}: {} bytes", diagnostic.detail.len());
    }
}

async fn validate(connection: &mut Connection, config: Option<DynamicValue>) -> Vec<proto::Diagnostic> {
    let type_name = VERSION.to_owned();
    let request = proto::validate_resource_config::Request { type_name, config, client_capabilities: None };
    connection.provider.validate_resource_config(request).await.unwrap().into_inner().diagnostics
}

async fn upgrade(connection: &mut Connection, stored: String) -> Vec<proto::Diagnostic> {
    let raw_state = Some(proto::RawState { json: stored.into(), ..proto::RawState::default() });
    let request =
        proto::upgrade_resource_state::Request { type_name: VERSION.to_owned(), version: 0, raw_state };
    connection.provider.upgrade_resource_state(request).await.unwrap().into_inner().diagnostics
}

async fn call(connection: &mut Connection, name: &str, argument: Option<DynamicValue>) -> String {
    let arguments = argument.into_iter().collect();
    let request = proto::call_function::Request { name: name.to_owned(), arguments };
    let answer = connection.provider.call_function(request).await.unwrap().into_inner();
    answer.error.map(|error| error.text).unwrap_or_default()
}

#[tokio::test]
async fn a_value_ten_thousand_deep_is_refused_wherever_it_is() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    for (what, value) in [("msgpack", msgpack(deep_msgpack())), ("json", json(&deep_json()))] {
        assert_refused(&validate(&mut connection, value.clone()).await, what);
        let request = proto::plan_resource_change::Request {
            type_name: VERSION.to_owned(),
            prior_state: msgpack(vec![0xc0]),
            proposed_new_state: value.clone(),
            config: value.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let plan = connection.provider.plan_resource_change(request).await.unwrap().into_inner();
        assert_refused(&plan.diagnostics, what);
        let request = proto::read_resource::Request {
            type_name: VERSION.to_owned(),
            current_state: value.clone(),
            ..proto::read_resource::Request::default()
        };
        assert_refused(
            &connection.provider.read_resource(request).await.unwrap().into_inner().diagnostics,
            what,
        );
        assert_ne!(call(&mut connection, "condition_parse", value.clone()).await, "", "{what}");
    }
    assert!(!upgrade(&mut connection, deep_json()).await.is_empty());
    // Where a value of any type is accepted, its type may be as deep.
    for function in ["rules_findings", "grants"] {
        let error = call(&mut connection, function, msgpack(deep_type())).await;
        assert!(error.contains("does not fit") || error.contains("type"), "{function}: {error}");
    }
    // And text that is parsed as something nested.
    let nested = format!("{}a{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
    let length = u16::try_from(nested.len()).unwrap().to_be_bytes();
    let text = [&[0xda], length.as_slice(), nested.as_bytes()].concat();
    assert_eq!(call(&mut connection, "condition_parse", msgpack(text)).await, "", "its result reports it");
    answers(&mut connection).await;
    assert_eq!(plugin.shutdown().await.unwrap().stderr, "", "nothing panicked");
}

#[tokio::test]
async fn false_lengths_do_not_allocate() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    // Arrays, maps, texts, binaries and extensions that claim four billion elements.
    for marker in [0xdd, 0xdf, 0xdb, 0xc6, 0xc9] {
        let value = vec![marker, 0xff, 0xff, 0xff, 0xff];
        assert_refused(&validate(&mut connection, msgpack(value)).await, &format!("{marker:x}"));
    }
    #[cfg(target_os = "linux")]
    assert!(super::peak_memory(plugin.id().unwrap()) < 128 << 10);
    answers(&mut connection).await;
    assert_eq!(plugin.shutdown().await.unwrap().stderr, "", "nothing panicked");
}

#[tokio::test]
async fn bytes_that_expand_are_limited() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    // Sixteen million nulls in as many bytes; each would be a value in memory.
    let count = 16_u32 << 20;
    let kind = b"[\"list\",\"number\"]";
    let mut value = vec![0x92, 0xc4, u8::try_from(kind.len()).unwrap()];
    value.extend(kind);
    value.push(0xdd);
    value.extend(count.to_be_bytes());
    value.resize(value.len() + count as usize, 0xc0);
    let error = call(&mut connection, "grants", msgpack(value)).await;
    assert!(error.contains("has too many elements"), "{error}");
    #[cfg(target_os = "linux")]
    assert!(super::peak_memory(plugin.id().unwrap()) < 640 << 10);
    answers(&mut connection).await;
    assert_eq!(plugin.shutdown().await.unwrap().stderr, "", "nothing panicked");
}
