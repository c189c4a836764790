//! Terraform's requirements on values that the type alone does not express.

use super::attribute::{Attribute, Presence, Shape};
use super::block::{Block, BlockNesting, NestedBlock};
use crate::plugin::path::Path;
use crate::plugin::value::{Members, Value};

impl Block {
    /// The value with Terraform's requirements applied (core's `objchange` package): write-only attributes are
    /// null, and a collection without blocks is empty rather than null. Everything else stays as it is.
    #[must_use]
    pub fn normalise(&self, value: Value) -> Value {
        let Value::Object(mut values) = value else { return value };
        normalise_attributes(&self.attributes, &mut values);
        for block in &self.blocks {
            if let Some(value) = values.get_mut(block.name.as_ref()) {
                let current = std::mem::replace(value, Value::Null);
                *value = block.normalise(current);
            }
        }
        Value::Object(values)
    }

    /// The configuration, with unknown values for attributes that the provider sets and the configuration
    /// does not. It represents an object about which nothing is known yet.
    #[must_use]
    pub fn with_unknown_computed(&self, config: &Value) -> Value {
        let Value::Object(values) = config else { return config.clone() };
        let mut values = values.clone();
        for attribute in &self.attributes {
            let computed = matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed);
            if values.get(attribute.name.as_ref()).is_none_or(Value::is_null) {
                values.insert(
                    attribute.name.to_string(),
                    if computed { Value::unknown() } else { Value::Null },
                );
            }
        }
        Value::Object(values)
    }

    /// The write-only attributes that are set in a configuration, at every depth. Inside a set, the path
    /// names only the set.
    #[must_use]
    pub fn write_only_set(&self, config: &Value) -> Vec<Path> {
        let mut found = Vec::new();
        // Skips the search in most schemas, which have none.
        if self.may_be_write_only() {
            find_in_block(self, config, &Path::root(), &mut found);
        }
        found
    }

    fn may_be_write_only(&self) -> bool {
        self.attributes.iter().any(has_write_only)
            || self.blocks.iter().any(|nested| nested.block.may_be_write_only())
    }

    /// The value of an omitted block of the group kind.
    fn absent(&self) -> Value {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.to_string(), Value::Null));
        let blocks = self.blocks.iter().map(|block| (block.name.to_string(), block.normalise(Value::Null)));
        Value::Object(attributes.chain(blocks).collect())
    }
}

impl NestedBlock {
    fn normalise(&self, value: Value) -> Value {
        match (self.nesting, value) {
            (BlockNesting::List, Value::Null) => Value::List(Vec::new()),
            (BlockNesting::Set, Value::Null) => Value::Set(Vec::new()),
            (BlockNesting::Map, Value::Null) => Value::Map(Members::new()),
            (BlockNesting::Group, Value::Null) => self.block.absent(),
            (_, value) => map_objects(value, |value| self.block.normalise(value)),
        }
    }
}

fn normalise_attributes(attributes: &[Attribute], values: &mut Members) {
    for attribute in attributes {
        let Some(value) = values.get_mut(attribute.name.as_ref()) else { continue };
        if attribute.write_only {
            *value = Value::Null;
        } else if let Shape::Nested(_, inner) = &attribute.shape
            && inner.iter().any(has_write_only)
        {
            let current = std::mem::replace(value, Value::Null);
            *value = map_objects(current, |value| match value {
                Value::Object(mut values) => {
                    normalise_attributes(inner, &mut values);
                    Value::Object(values)
                }
                other => other,
            });
        }
    }
}

fn find_in_block(block: &Block, config: &Value, path: &Path, found: &mut Vec<Path>) {
    find_in_object(&block.attributes, config, path, found);
    for nested in &block.blocks {
        let Some(value) = config.get(nested.name.as_ref()) else { continue };
        for (path, element) in objects(value, &path.with_attribute(nested.name.as_ref())) {
            find_in_block(&nested.block, element, &path, found);
        }
    }
}

fn find_in_object(attributes: &[Attribute], object: &Value, path: &Path, found: &mut Vec<Path>) {
    for attribute in attributes {
        let Some(value) = object.get(attribute.name.as_ref()) else { continue };
        let path = path.with_attribute(attribute.name.as_ref());
        match &attribute.shape {
            _ if attribute.write_only => found.extend((!value.is_null()).then_some(path)),
            Shape::Plain(_) => {}
            Shape::Nested(_, inner) => {
                for (path, element) in objects(value, &path) {
                    find_in_object(inner, element, &path, found);
                }
            }
        }
    }
}

/// The object, or each object of a collection, with its path.
pub(super) fn objects<'a>(value: &'a Value, path: &Path) -> Vec<(Path, &'a Value)> {
    match value {
        Value::List(elements) => {
            elements.iter().zip(0..).map(|(element, index)| (path.with_index(index), element)).collect()
        }
        Value::Set(elements) => elements.iter().map(|element| (path.clone(), element)).collect(),
        Value::Map(elements) => {
            elements.iter().map(|(key, element)| (path.with_key(&**key), element)).collect()
        }
        other => vec![(path.clone(), other)],
    }
}

pub(super) fn has_write_only(attribute: &Attribute) -> bool {
    attribute.write_only
        || matches!(&attribute.shape, Shape::Nested(_, inner) if inner.iter().any(has_write_only))
}

/// Changes the object, or each object of a collection.
pub(super) fn map_objects(value: Value, change: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::List(elements) => Value::List(elements.into_iter().map(change).collect()),
        Value::Set(elements) => Value::Set(elements.into_iter().map(change).collect()),
        Value::Map(elements) => {
            Value::Map(elements.into_iter().map(|(key, value)| (key, change(value))).collect())
        }
        other => change(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::AttributeNesting;
    use crate::plugin::types::Type;

    fn block(nesting: BlockNesting) -> NestedBlock {
        let inner = NestedBlock::new("deeper", BlockNesting::Set, Block::new(""));
        let secret = Attribute::new("secret", Type::String, "").write_only();
        NestedBlock::new("inner", nesting, Block::new("").attributes([secret]).nested(inner))
    }

    fn normalised(nesting: BlockNesting, value: Value) -> Value {
        let block = Block::new("").nested(block(nesting));
        let value = block.normalise(Value::object([("inner", value)]));
        value.get("inner").cloned().expect("still there")
    }

    #[test]
    fn absent_blocks_are_empty_collections() {
        assert_eq!(normalised(BlockNesting::List, Value::Null), Value::List(vec![]));
        assert_eq!(normalised(BlockNesting::Set, Value::Null), Value::Set(vec![]));
        assert_eq!(normalised(BlockNesting::Map, Value::Null), Value::Map(Members::new()));
        assert_eq!(normalised(BlockNesting::Single, Value::Null), Value::Null);
        let group = Value::object([("deeper", Value::Set(vec![])), ("secret", Value::Null)]);
        assert_eq!(normalised(BlockNesting::Group, Value::Null), group);
        assert_eq!(normalised(BlockNesting::List, Value::unknown()), Value::unknown());
    }

    #[test]
    fn blocks_inside_blocks_are_settled_too() {
        let given = || Value::object([("deeper", Value::Null), ("secret", "x".into())]);
        let expected = || Value::object([("deeper", Value::Set(vec![])), ("secret", Value::Null)]);
        assert_eq!(normalised(BlockNesting::Single, given()), expected());
        assert_eq!(normalised(BlockNesting::List, Value::List(vec![given()])), Value::List(vec![expected()]));
        let map = |value| Value::Map(Members::from([("k".to_owned(), value)]));
        assert_eq!(normalised(BlockNesting::Map, map(given())), map(expected()));
    }

    #[test]
    fn computed_attributes_are_unknown_until_apply() {
        let block = Block::new("").attributes([
            Attribute::new("id", Type::String, "").computed(),
            Attribute::new("name", Type::String, "").optional_computed(),
            Attribute::new("note", Type::String, ""),
        ]);
        let config = Value::object([("id", Value::Null), ("name", "x".into()), ("note", Value::Null)]);
        let expected = Value::object([("id", Value::unknown()), ("name", "x".into()), ("note", Value::Null)]);
        assert_eq!(block.with_unknown_computed(&config), expected);
    }

    #[test]
    fn write_only_attributes_are_never_kept() {
        let secret = || Attribute::new("secret", Type::String, "").write_only();
        let nested = Attribute::nested("list", AttributeNesting::List, vec![secret()], "");
        let block = Block::new("").attributes([secret(), nested]);
        let given = Value::object([
            ("secret", "x".into()),
            ("list", Value::List(vec![Value::object([("secret", Value::unknown())]), Value::Null])),
        ]);
        let expected = Value::object([
            ("secret", Value::Null),
            ("list", Value::List(vec![Value::object([("secret", Value::Null)]), Value::Null])),
        ]);
        let set: Vec<_> = block.write_only_set(&given).iter().map(ToString::to_string).collect();
        assert_eq!(set, ["secret", "list[0].secret"]);
        assert_eq!(block.write_only_set(&expected), Vec::new());
        assert_eq!(block.normalise(given), expected);
        assert_eq!(block.normalise(Value::Null), Value::Null);
    }
}
