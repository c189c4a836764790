//! Null in required arguments.
//!
//! A host checks that a required argument is written, but accepts `name = var.x` with a variable that is
//! null. So the service checks this itself, before it calls the provider.

use super::attribute::{Attribute, Presence, Shape};
use super::block::{Block, BlockNesting};
use super::normalise::objects;
use crate::plugin::diagnostic::{Diagnostic, Diagnostics};
use crate::plugin::path::Path;
use crate::plugin::value::Value;

impl Block {
    /// An error for each required argument that is null in a configuration, at every depth. Unknown values
    /// pass: they are checked once they are known.
    #[must_use]
    pub fn missing_required(&self, config: &Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        check_block(self, config, &Path::root(), &mut found);
        found
    }
}

fn check_block(block: &Block, config: &Value, path: &Path, found: &mut Diagnostics) {
    let Value::Object(_) = config else { return };
    check_attributes(&block.attributes, config, path, found);
    for nested in &block.blocks {
        let Some(value) = config.get(&nested.name) else { continue };
        // A group that is not written is an object of nulls.
        if nested.nesting == BlockNesting::Group && is_unset(value) {
            continue;
        }
        for (path, element) in objects(value, &path.with_attribute(nested.name.as_ref())) {
            check_block(&nested.block, element, &path, found);
        }
    }
}

fn check_attributes(attributes: &[Attribute], object: &Value, path: &Path, found: &mut Diagnostics) {
    for attribute in attributes {
        let path = path.with_attribute(attribute.name.as_ref());
        let value = object.get(&attribute.name).unwrap_or(&Value::Null);
        if value.is_null() {
            if attribute.presence == Presence::Required {
                found.push(missing(&attribute.name, path));
            }
        } else if let Shape::Nested(_, inner) = &attribute.shape {
            let has_required = inner.iter().any(|attribute| attribute.presence == Presence::Required);
            for (path, element) in objects(value, &path) {
                match element {
                    Value::Object(_) => check_attributes(inner, element, &path, found),
                    Value::Null if has_required => found.push(missing(&attribute.name, path)),
                    _ => {}
                }
            }
        }
    }
}

fn missing(name: &str, path: Path) -> Diagnostic {
    let detail = format!(
        "`{path}` is null, but a value is required. If the value comes from a variable or an output, make sure that it \
         is not null."
    );
    Diagnostic::error(format!("Missing value for `{name}`"), detail).at(path)
}

/// Whether nothing is set in a value.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(elements) | Value::Set(elements) => elements.is_empty(),
        Value::Map(elements) => elements.is_empty(),
        Value::Object(attributes) => attributes.values().all(is_unset),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::{AttributeNesting, NestedBlock};
    use crate::plugin::types::Type;

    fn name() -> Attribute {
        Attribute::new("name", Type::String, "").required()
    }

    fn inner() -> Block {
        Block::new("").attributes([name(), Attribute::new("note", Type::String, "")])
    }

    fn missing_in(block: &Block, config: &Value) -> Vec<String> {
        let found = block.missing_required(config);
        found.into_iter().filter_map(|one| one.path.map(|path| path.to_string())).collect()
    }

    fn object(name: impl Into<Value>) -> Value {
        Value::object([("name", name.into()), ("note", Value::Null)])
    }

    #[test]
    fn null_in_a_required_argument_is_an_error_on_its_path() {
        let block = Block::new("")
            .attributes([
                name(),
                Attribute::nested("one", AttributeNesting::Single, vec![name()], ""),
                Attribute::nested("list", AttributeNesting::List, vec![name()], ""),
                Attribute::nested("set", AttributeNesting::Set, vec![name()], ""),
                Attribute::nested("map", AttributeNesting::Map, vec![name()], "").required(),
            ])
            .nested(NestedBlock::new("single", BlockNesting::Single, inner()))
            .nested(NestedBlock::new("blocks", BlockNesting::List, inner()))
            .nested(NestedBlock::new("bag", BlockNesting::Set, inner()))
            .nested(NestedBlock::new("labelled", BlockNesting::Map, inner()));
        let with = |name: &Value| {
            let element = || Value::object([("name", name.clone())]);
            let map = |value| Value::Map([("k".to_owned(), value)].into());
            Value::object([
                ("name", name.clone()),
                ("one", element()),
                ("list", Value::List(vec![object("x"), element()])),
                ("set", Value::Set(vec![element()])),
                ("map", map(element())),
                ("single", object(name.clone())),
                ("blocks", Value::List(vec![object(name.clone())])),
                ("bag", Value::Set(vec![object(name.clone())])),
                ("labelled", map(object(name.clone()))),
            ])
        };
        let expected = [
            "name",
            "one.name",
            "list[1].name",
            "set.name",
            "map[\"k\"].name",
            "single.name",
            "blocks[0].name",
            "bag.name",
            "labelled[\"k\"].name",
        ];
        assert_eq!(missing_in(&block, &with(&Value::Null)), expected);
        assert_eq!(missing_in(&block, &with(&Value::unknown())), [""; 0]);
        assert_eq!(missing_in(&block, &with(&"x".into())), [""; 0]);
    }

    #[test]
    fn a_null_entry_is_checked_for_required_arguments() {
        let map = |inner| Attribute::nested("map", AttributeNesting::Map, vec![inner], "");
        let config = Value::object([("map", Value::Map([("k".to_owned(), Value::Null)].into()))]);
        assert_eq!(missing_in(&Block::new("").attributes([map(name())]), &config), ["map[\"k\"]"]);
        let optional = Attribute::new("note", Type::String, "");
        assert_eq!(missing_in(&Block::new("").attributes([map(optional)]), &config), [""; 0]);
    }

    #[test]
    fn an_omitted_block_requires_nothing() {
        for nesting in [BlockNesting::Single, BlockNesting::Group] {
            let block = Block::new("").nested(NestedBlock::new("b", nesting, inner()));
            let absent = if nesting == BlockNesting::Group { object(Value::Null) } else { Value::Null };
            assert_eq!(missing_in(&block, &Value::object([("b", absent)])), [""; 0]);
            assert_eq!(missing_in(&block, &Value::object([("b", Value::unknown())])), [""; 0]);
        }
        assert_eq!(missing_in(&inner(), &Value::Null), [""; 0]);
        assert_eq!(missing_in(&inner(), &Value::unknown()), [""; 0]);
    }
}
