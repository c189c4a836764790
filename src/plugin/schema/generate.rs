//! Generates the configuration that a person would have written for a state.

use super::attribute::{Attribute, Presence, Shape};
use super::block::Block;
use super::normalise::map_objects;
use crate::plugin::value::{Members, Value};

impl Block {
    /// The configuration for this state. Attributes that only the provider sets, deprecated or write-only
    /// ones, and empty optional collections are null. Blocks stay.
    #[must_use]
    pub fn config_of(&self, state: Value) -> Value {
        let Value::Object(mut values) = state else { return state };
        settings(&self.attributes, &mut values);
        for nested in &self.blocks {
            if let Some(value) = values.get_mut(nested.name.as_ref()) {
                let current = std::mem::replace(value, Value::Null);
                if nested.block.deprecated.is_none() {
                    *value = map_objects(current, |value| nested.block.config_of(value));
                }
            }
        }
        Value::Object(values)
    }
}

fn settings(attributes: &[Attribute], values: &mut Members) {
    for attribute in attributes {
        if let Some(value) = values.get_mut(attribute.name.as_ref()) {
            let current = std::mem::replace(value, Value::Null);
            *value = setting(attribute, current);
        }
    }
}

fn setting(attribute: &Attribute, value: Value) -> Value {
    let required = attribute.presence == Presence::Required;
    let is_setting = attribute.presence != Presence::Computed && !attribute.write_only;
    let says_nothing = attribute.deprecated.is_some() || is_empty(&value);
    if !is_setting || (says_nothing && !required) {
        return Value::Null;
    }
    match &attribute.shape {
        Shape::Plain(_) => value,
        Shape::Nested(_, inner) => map_objects(value, |value| match value {
            Value::Object(mut values) => {
                settings(inner, &mut values);
                Value::Object(values)
            }
            other => other,
        }),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(elements) | Value::Set(elements) => elements.is_empty(),
        Value::Map(elements) => elements.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::attribute::AttributeNesting;
    use super::super::block::{BlockNesting, NestedBlock};
    use super::*;
    use crate::plugin::types::Type;

    fn block() -> Block {
        let text = |name: &'static str| Attribute::new(name, Type::String, "");
        let rule = vec![text("path").required(), text("note"), text("etag").computed()];
        let inner = Block::new("").attributes([text("size"), text("made").computed()]);
        Block::new("")
            .attributes([
                text("id").computed(),
                text("name").required(),
                text("zone").optional_computed(),
                text("old").deprecated("Use `name`."),
                Attribute::new("tags", Type::map(Type::String), "").optional_computed(),
                Attribute::new("members", Type::set(Type::String), "").required(),
                Attribute::nested("rules", AttributeNesting::Map, rule, "").optional_computed(),
            ])
            .nested(NestedBlock::new("disk", BlockNesting::Single, inner.clone()))
            .nested(NestedBlock::new("item", BlockNesting::List, inner))
    }

    fn disk(made: Value) -> Value {
        Value::object([("size", "1".into()), ("made", made)])
    }

    fn state(id: Value, etag: Value, tags: Value, old: Value, made: &Value) -> Value {
        let rule = Value::object([("path", "/".into()), ("note", Value::Null), ("etag", etag)]);
        Value::object([
            ("id", id),
            ("name", "x".into()),
            ("zone", "1".into()),
            ("old", old),
            ("tags", tags),
            ("members", Value::Set(vec![])),
            ("rules", Value::Map([("a".to_owned(), rule)].into())),
            ("disk", disk(made.clone())),
            ("item", Value::List(vec![disk(made.clone())])),
        ])
    }

    #[test]
    fn only_what_a_person_would_write_is_generated() {
        let empty = Value::Map(Members::new());
        let held = state("i".into(), "e".into(), empty, "o".into(), &"m".into());
        let null = || Value::Null;
        assert_eq!(block().config_of(held), state(null(), null(), null(), null(), &null()));
    }

    #[test]
    fn null_stays_null() {
        assert_eq!(block().config_of(Value::Null), Value::Null);
        let Value::Object(mut absent) = state("i".into(), "e".into(), Value::Null, Value::Null, &Value::Null)
        else {
            panic!("an object")
        };
        absent.insert("disk".to_owned(), Value::Null);
        assert_eq!(block().config_of(Value::Object(absent)).get("disk"), Some(&Value::Null));
    }
}
