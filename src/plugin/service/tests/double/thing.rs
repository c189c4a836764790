//! The things of the provider: their schema, and their values.

use std::sync::LazyLock;

use crate::plugin::schema::{
    Attribute, AttributeNesting, Block, BlockNesting, IdentityAttribute, IdentitySchema, NestedBlock, Schema,
};
use crate::plugin::types::Type;
use crate::plugin::value::Value;

pub(in super::super) static THING: LazyLock<Type> = LazyLock::new(|| schema().implied_type());
pub(in super::super) static IDENTITY: LazyLock<Type> = LazyLock::new(|| identity_schema().implied_type());

pub(super) fn schema() -> Schema {
    let rule = vec![
        Attribute::new("path", Type::String, "Path.").required(),
        Attribute::new("codes", Type::list(Type::Number), "Codes."),
    ];
    let item =
        Block::new("An item.").attributes([Attribute::new("value", Type::String, "Value.").required()]);
    let block = Block::new("A thing.")
        .attributes([
            Attribute::new("name", Type::String, "Name.").required().replaces(),
            Attribute::new("id", Type::String, "Id.").computed(),
            Attribute::new("any", Type::Dynamic, "Any."),
            Attribute::new("password", Type::String, "Password.").sensitive().write_only(),
            Attribute::nested("rules", AttributeNesting::Map, rule, "Rules."),
        ])
        .nested(NestedBlock::new("item", BlockNesting::Set, item));
    Schema::new(2, block)
}

pub(super) fn identity_schema() -> IdentitySchema {
    let name = IdentityAttribute {
        name: "name",
        kind: Type::String,
        required_for_import: true,
        description: "Name.",
    };
    IdentitySchema { version: 1, attributes: vec![name] }
}

/// A thing of this name.
pub(in super::super) fn thing(name: &str) -> Value {
    let rule = Value::object([("path", "/".into()), ("codes", Value::List(vec![1.into()]))]);
    Value::object([
        ("name", name.into()),
        ("id", format!("/things/{name}").into()),
        ("any", Value::Null),
        ("password", Value::Null),
        ("rules", Value::Map([("a".to_owned(), rule)].into())),
        ("item", Value::Set(vec![Value::object([("value", "x".into())])])),
    ])
}

/// The same with one attribute changed.
pub(in super::super) fn with(thing: Value, name: &str, value: impl Into<Value>) -> Value {
    let Value::Object(mut attributes) = thing else { panic!("a thing") };
    attributes.insert(name.to_owned(), value.into());
    Value::Object(attributes)
}

pub(super) fn name_of(thing: &Value) -> String {
    thing.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn identity_of(thing: &Value) -> Option<Value> {
    Some(Value::object([("name", name_of(thing).into())]))
}
