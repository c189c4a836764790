//! A null in each required place of each schema of the provider. The test is driven by the schemas, so a new
//! attribute is tested too.

use futures::StreamExt as _;
use tonic::Request;

use super::*;
use crate::plugin::proto::{self, provider_server::Provider as _};
use crate::plugin::schema::{Attribute, AttributeNesting, Block, BlockNesting, Presence, Shape};
use crate::plugin::value::msgpack;
use crate::plugin::{Path, Service, Step, Type};

/// A value of a type, with everything in it set.
fn filled(kind: &Type) -> Value {
    match kind {
        Type::Bool => true.into(),
        Type::Number => 1.into(),
        Type::String | Type::Dynamic => "x".into(),
        Type::List(element) => Value::List(vec![filled(element)]),
        Type::Set(element) => Value::Set(vec![filled(element)]),
        Type::Map(element) => Value::Map([("k".to_owned(), filled(element))].into()),
        Type::Tuple(elements) => Value::Tuple(elements.iter().map(filled).collect()),
        Type::Object(attributes) => {
            Value::object(attributes.iter().map(|(name, kind)| (name.clone(), filled(kind))))
        }
    }
}

/// Every required place in a value made by [`filled`].
fn places(block: &Block, path: &Path, found: &mut Vec<Path>) {
    in_attributes(&block.attributes, path, found);
    for nested in &block.blocks {
        let path = path.with_attribute(nested.name.as_ref());
        let inside = match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => path,
            BlockNesting::List | BlockNesting::Set => path.with_index(0),
            BlockNesting::Map => path.with_key("k"),
        };
        places(&nested.block, &inside, found);
    }
}

fn in_attributes(attributes: &[Attribute], path: &Path, found: &mut Vec<Path>) {
    for attribute in attributes {
        let path = path.with_attribute(attribute.name.as_ref());
        if attribute.presence == Presence::Required {
            found.push(path.clone());
        }
        if let Shape::Nested(nesting, inner) = &attribute.shape {
            let inside = match nesting {
                AttributeNesting::Single => path,
                AttributeNesting::List | AttributeNesting::Set => path.with_index(0),
                AttributeNesting::Map => path.with_key("k"),
            };
            in_attributes(inner, &inside, found);
        }
    }
}

/// The value, with another one at this place.
fn replaced(value: &Value, steps: &[Step], other: &Value) -> Value {
    let Some((step, rest)) = steps.split_first() else { return other.clone() };
    let mut value = value.clone();
    match (&mut value, step) {
        (Value::Object(members) | Value::Map(members), Step::Attribute(name) | Step::Key(name)) => {
            let member = members.get_mut(name.as_str()).expect("filled");
            *member = replaced(member, rest, other);
        }
        (Value::List(elements) | Value::Set(elements), Step::Index(_)) => {
            elements[0] = replaced(&elements[0], rest, other);
        }
        _ => panic!("no such place"),
    }
    value
}

/// The path as a host receives it: it ends at a set.
fn host_path(schema: &Schema, path: &Path) -> Path {
    let value = filled(&schema.implied_type());
    let mut host_path = Path::root();
    for step in path.steps() {
        if matches!(value.at(&host_path), Some(Value::Set(_))) {
            break;
        }
        host_path = host_path.with(step.clone());
    }
    host_path
}

fn sent(value: &Value, kind: &Type) -> Option<proto::DynamicValue> {
    let msgpack = msgpack::encode(value, kind).expect("conforms").into();
    Some(proto::DynamicValue { msgpack, ..proto::DynamicValue::default() })
}

type Diagnostics = Vec<proto::Diagnostic>;

/// The paths of the messages about required values.
fn missing(diagnostics: &Diagnostics) -> Vec<String> {
    use proto::attribute_path::step::Selector;
    let about = diagnostics.iter().filter(|one| one.summary.starts_with("Missing value for `"));
    let path = |one: &proto::Diagnostic| {
        assert!(one.summary.chars().count() < 60, "{}", one.summary);
        let steps = one.attribute.iter().flat_map(|path| &path.steps);
        let path = steps.fold(Path::root(), |path, step| match step.selector.as_ref().expect("a step") {
            Selector::AttributeName(name) => path.with_attribute(name),
            Selector::ElementKeyString(key) => path.with_key(key),
            Selector::ElementKeyInt(index) => path.with_index(*index),
        });
        path.to_string()
    };
    about.map(path).collect()
}

/// Sends a configuration with a null in each required place, and with an unknown value there, and checks the
/// messages.
async fn check(
    name: &str,
    schema: &Schema,
    call: impl AsyncFn(Option<proto::DynamicValue>) -> Diagnostics,
) -> usize {
    let kind = schema.implied_type();
    let whole = filled(&kind);
    let mut found = Vec::new();
    places(&schema.block, &Path::root(), &mut found);
    assert_eq!(missing(&call(sent(&whole, &kind)).await), [""; 0], "{name}");
    for path in &found {
        let diagnostics = call(sent(&replaced(&whole, path.steps(), &Value::Null), &kind)).await;
        assert_eq!(missing(&diagnostics), [host_path(schema, path).to_string()], "{name}: {diagnostics:?}");
        let diagnostics = call(sent(&replaced(&whole, path.steps(), &Value::unknown()), &kind)).await;
        assert_eq!(missing(&diagnostics), [""; 0], "{name}: {path} unknown");
    }
    found.len()
}

#[tokio::test]
async fn null_in_a_required_argument_is_an_error_wherever_a_configuration_is_sent() {
    let provider = Gallery::new();
    let service = Service::new(Gallery::new());
    let mut places = 0;

    let schema = provider.schema();
    places += check("validate provider", &schema, async |config| {
        let request = proto::validate_provider_config::Request { config };
        service.validate_provider_config(Request::new(request)).await.unwrap().into_inner().diagnostics
    })
    .await;
    places += check("configure", &schema, async |config| {
        let request = proto::configure_provider::Request { config, ..Default::default() };
        let service = Service::new(Gallery::new());
        service.configure_provider(Request::new(request)).await.unwrap().into_inner().diagnostics
    })
    .await;

    for resource in provider.resources() {
        let (schema, type_name) = (resource.schema(), resource.type_name());
        places += check(&format!("validate {type_name}"), &schema, async |config| {
            let type_name = type_name.to_owned();
            let request =
                proto::validate_resource_config::Request { type_name, config, ..Default::default() };
            service.validate_resource_config(Request::new(request)).await.unwrap().into_inner().diagnostics
        })
        .await;
        let state = sent(&filled(&schema.implied_type()), &schema.implied_type());
        for prior_state in [sent(&Value::Null, &Type::Bool), state] {
            places += check(&format!("plan {type_name}"), &schema, async |config| {
                let request = proto::plan_resource_change::Request {
                    type_name: type_name.to_owned(),
                    prior_state: prior_state.clone(),
                    proposed_new_state: config.clone(),
                    config,
                    ..Default::default()
                };
                service.plan_resource_change(Request::new(request)).await.unwrap().into_inner().diagnostics
            })
            .await;
        }
    }

    for source in provider.data_sources() {
        let (schema, type_name) = (source.schema(), source.type_name());
        places += check(&format!("validate data {type_name}"), &schema, async |config| {
            let type_name = type_name.to_owned();
            let request = proto::validate_data_resource_config::Request { type_name, config };
            let answer = service.validate_data_resource_config(Request::new(request)).await;
            answer.unwrap().into_inner().diagnostics
        })
        .await;
        places += check(&format!("read data {type_name}"), &schema, async |config| {
            let type_name = type_name.to_owned();
            let request = proto::read_data_source::Request { type_name, config, ..Default::default() };
            service.read_data_source(Request::new(request)).await.unwrap().into_inner().diagnostics
        })
        .await;
    }

    for list in provider.list_resources() {
        let (schema, type_name) = (list.schema(), list.type_name());
        places += check(&format!("validate list {type_name}"), &schema, async |config| {
            let type_name = type_name.to_owned();
            let request =
                proto::validate_list_resource_config::Request { type_name, config, ..Default::default() };
            let answer = service.validate_list_resource_config(Request::new(request)).await;
            answer.unwrap().into_inner().diagnostics
        })
        .await;
        places += check(&format!("list {type_name}"), &schema, async |config| {
            let type_name = type_name.to_owned();
            let request = proto::list_resource::Request { type_name, config, ..Default::default() };
            let answer = service.list_resource(Request::new(request)).await.unwrap().into_inner();
            let events: Vec<_> = answer.collect().await;
            events.into_iter().flat_map(|event| event.unwrap().diagnostic).collect()
        })
        .await;
    }
    assert!(places > 40, "{places}");
}
