//! Schemas as a host reads them from the protocol.

use terraform_provider_gallery::plugin::Type;
use terraform_provider_gallery::plugin::schema::{
    Attribute, AttributeNesting, Block, BlockNesting, NestedBlock, Presence, Schema, Shape,
};

use super::proto;
use proto::schema::nested_block::NestingMode as BlockMode;
use proto::schema::object::NestingMode as ObjectMode;

/// Reads a schema; the error is the reason why a host would refuse it.
///
/// # Errors
/// If a part of it is missing or contradicts another.
pub fn read(schema: &proto::Schema) -> Result<Schema, String> {
    Ok(Schema::new(schema.version, block(schema.block.as_ref().ok_or("a schema without a block")?)?))
}

fn block(block: &proto::schema::Block) -> Result<Block, String> {
    let attributes = block.attributes.iter().map(attribute).collect::<Result<Vec<_>, _>>()?;
    let mut read = Block::new(block.description.clone()).attributes(attributes);
    for nested in &block.block_types {
        read = read.nested(nested_block(nested)?);
    }
    Ok(read)
}

fn nested_block(nested: &proto::schema::NestedBlock) -> Result<NestedBlock, String> {
    let nesting = match nested.nesting() {
        BlockMode::Single => BlockNesting::Single,
        BlockMode::Group => BlockNesting::Group,
        BlockMode::List => BlockNesting::List,
        BlockMode::Set => BlockNesting::Set,
        BlockMode::Map => BlockNesting::Map,
        BlockMode::Invalid => return Err(format!("block `{}` without a nesting", nested.type_name)),
    };
    let inner = nested.block.as_ref().ok_or_else(|| format!("block `{}` is empty", nested.type_name))?;
    Ok(NestedBlock::new(nested.type_name.clone(), nesting, block(inner)?)
        .items(nested.min_items, nested.max_items))
}

fn attribute(wire: &proto::schema::Attribute) -> Result<Attribute, String> {
    let wrong = |what: &str| format!("attribute `{}`: {what}", wire.name);
    let shape = match (&wire.nested_type, wire.r#type.is_empty()) {
        (None, false) => {
            Shape::Plain(Type::from_json(&wire.r#type).map_err(|error| wrong(&error.to_string()))?)
        }
        (Some(object), true) => {
            let nesting = match object.nesting() {
                ObjectMode::Single => AttributeNesting::Single,
                ObjectMode::List => AttributeNesting::List,
                ObjectMode::Set => AttributeNesting::Set,
                ObjectMode::Map => AttributeNesting::Map,
                ObjectMode::Invalid => return Err(wrong("no nesting")),
            };
            Shape::Nested(nesting, object.attributes.iter().map(attribute).collect::<Result<_, _>>()?)
        }
        _ => return Err(wrong("a type or nested attributes, and not both")),
    };
    let presence = match (wire.required, wire.optional, wire.computed) {
        (true, false, false) => Presence::Required,
        (false, true, false) => Presence::Optional,
        (false, false, true) => Presence::Computed,
        (false, true, true) => Presence::OptionalComputed,
        _ => return Err(wrong("required, optional and computed contradict each other")),
    };
    let mut read = Attribute::new(wire.name.clone(), Type::Dynamic, wire.description.clone());
    read.shape = shape;
    read.presence = presence;
    read.sensitive = wire.sensitive;
    read.write_only = wire.write_only;
    Ok(read)
}
