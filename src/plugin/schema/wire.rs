//! Schemas in the protocol's messages.

use prost::bytes::Bytes;

use super::attribute::{Attribute, AttributeNesting, Presence, Shape};
use super::block::{Block, BlockNesting, NestedBlock};
use super::{IdentitySchema, Schema};
use crate::plugin::function::{Parameter, Signature};
use crate::plugin::proto;
use crate::plugin::types::Type;

const MARKDOWN: i32 = proto::StringKind::Markdown as i32;

fn json(kind: &Type) -> Bytes {
    kind.to_json().into()
}

impl Schema {
    /// The schema as a protocol message.
    #[must_use]
    pub fn to_proto(&self) -> proto::Schema {
        let description = self.block.description.trim().to_owned();
        proto::Schema { version: self.version, block: Some(block(&self.block, description, self.version)) }
    }
}

fn block(block: &Block, description: String, version: i64) -> proto::schema::Block {
    proto::schema::Block {
        version,
        attributes: block.attributes.iter().map(|one| attribute(one, false)).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description,
        description_kind: MARKDOWN,
        deprecated: block.deprecated.is_some(),
        deprecation_message: block.deprecated.as_deref().unwrap_or_default().to_owned(),
        computed: false,
    }
}

fn nested_block(nested: &NestedBlock) -> proto::schema::NestedBlock {
    use proto::schema::nested_block::NestingMode;
    let nesting = match nested.nesting {
        BlockNesting::Single => NestingMode::Single,
        BlockNesting::Group => NestingMode::Group,
        BlockNesting::List => NestingMode::List,
        BlockNesting::Set => NestingMode::Set,
        BlockNesting::Map => NestingMode::Map,
    };
    // Terraform requires equal bounds for a single block: 1 and 1 if it is required, otherwise 0 and 0.
    let max_items = if nested.nesting == BlockNesting::Single { nested.min_items } else { nested.max_items };
    proto::schema::NestedBlock {
        type_name: nested.name.to_string(),
        block: Some(block(&nested.block, nested.prose(), 0)),
        nesting: nesting.into(),
        min_items: nested.min_items,
        max_items,
    }
}

/// `replaced` says whether a change of the outer attribute forces a new resource.
fn attribute(attribute: &Attribute, replaced: bool) -> proto::schema::Attribute {
    let (kind, nested_type) = match &attribute.shape {
        Shape::Plain(kind) => (json(kind), None),
        Shape::Nested(nesting, attributes) => {
            (Bytes::new(), Some(object(*nesting, attributes, replaced || attribute.replaces)))
        }
    };
    proto::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: kind,
        nested_type,
        description: attribute.prose_within(replaced),
        required: attribute.presence == Presence::Required,
        optional: matches!(attribute.presence, Presence::Optional | Presence::OptionalComputed),
        computed: matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed),
        sensitive: attribute.sensitive,
        description_kind: MARKDOWN,
        deprecated: attribute.deprecated.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecated.as_deref().unwrap_or_default().to_owned(),
    }
}

fn object(nesting: AttributeNesting, attributes: &[Attribute], replaced: bool) -> proto::schema::Object {
    use proto::schema::object::NestingMode;
    let nesting = match nesting {
        AttributeNesting::Single => NestingMode::Single,
        AttributeNesting::List => NestingMode::List,
        AttributeNesting::Set => NestingMode::Set,
        AttributeNesting::Map => NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes.iter().map(|one| attribute(one, replaced)).collect(),
        nesting: nesting.into(),
        ..proto::schema::Object::default()
    }
}

impl IdentitySchema {
    /// The identity's schema as a protocol message.
    #[must_use]
    pub fn to_proto(&self) -> proto::ResourceIdentitySchema {
        let attributes =
            self.attributes.iter().map(|attribute| proto::resource_identity_schema::IdentityAttribute {
                name: attribute.name.to_owned(),
                r#type: json(&attribute.kind),
                required_for_import: attribute.required_for_import,
                optional_for_import: !attribute.required_for_import,
                description: attribute.description.to_owned(),
            });
        proto::ResourceIdentitySchema { version: self.version, identity_attributes: attributes.collect() }
    }
}

impl Signature {
    /// The signature as a protocol message.
    #[must_use]
    pub fn to_proto(&self) -> proto::Function {
        proto::Function {
            parameters: self.parameters.iter().map(parameter).collect(),
            variadic_parameter: self.variadic.as_ref().map(parameter),
            r#return: Some(proto::function::Return { r#type: json(&self.result) }),
            summary: self.summary.to_owned(),
            description: self.description.trim().to_owned(),
            description_kind: MARKDOWN,
            deprecation_message: String::new(),
        }
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: json(&parameter.kind),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: false,
        description: parameter.description.trim().to_owned(),
        description_kind: MARKDOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::IdentityAttribute;

    fn sent(attribute: Attribute) -> proto::schema::Attribute {
        super::attribute(&attribute, false)
    }

    #[test]
    fn presence_becomes_three_flags() {
        let plain = || Attribute::new("a", Type::Bool, "");
        let flags = |attribute: Attribute| {
            let sent = sent(attribute);
            (sent.required, sent.optional, sent.computed)
        };
        assert_eq!(flags(plain()), (false, true, false));
        assert_eq!(flags(plain().required()), (true, false, false));
        assert_eq!(flags(plain().computed()), (false, false, true));
        assert_eq!(flags(plain().optional_computed()), (false, true, true));
    }

    #[test]
    fn an_attribute_is_sent_whole() {
        let token = Attribute::new("token", Type::list(Type::String), "A *token*.");
        let token = sent(token.sensitive().write_only().deprecated("Use `key`."));
        assert_eq!(token.name, "token");
        assert_eq!(token.r#type.as_ref(), br#"["list","string"]"#);
        assert_eq!(token.description, "A *token*.");
        assert_eq!(token.description_kind, proto::StringKind::Markdown as i32);
        assert!(token.sensitive && token.write_only && token.deprecated);
        assert_eq!(token.deprecation_message, "Use `key`.");
        assert!(token.nested_type.is_none());
    }

    #[test]
    fn nested_attributes_have_no_type_of_their_own() {
        let inner = vec![Attribute::new("path", Type::String, "").required()];
        let rules = sent(Attribute::nested("rules", AttributeNesting::Map, inner, "Rules."));
        assert!(rules.r#type.is_empty());
        let nested = rules.nested_type.expect("nested");
        assert_eq!(nested.nesting, proto::schema::object::NestingMode::Map as i32);
        assert_eq!(nested.attributes.len(), 1);
        assert!(nested.attributes[0].required);
    }

    #[test]
    fn blocks_keep_their_nesting_and_bounds() {
        use proto::schema::nested_block::NestingMode;
        let nested = |nesting, min, max| {
            let sent = nested_block(&NestedBlock::new("b", nesting, Block::new("B.")).items(min, max));
            (sent.nesting, sent.min_items, sent.max_items)
        };
        assert_eq!(nested(BlockNesting::List, 1, 5), (NestingMode::List as i32, 1, 5));
        assert_eq!(nested(BlockNesting::Set, 0, 0), (NestingMode::Set as i32, 0, 0));
        assert_eq!(nested(BlockNesting::Map, 0, 0), (NestingMode::Map as i32, 0, 0));
        assert_eq!(nested(BlockNesting::Group, 0, 0), (NestingMode::Group as i32, 0, 0));
        assert_eq!(nested(BlockNesting::Single, 1, 1), (NestingMode::Single as i32, 1, 1));
        // "At most one" is implied.
        assert_eq!(nested(BlockNesting::Single, 0, 1), (NestingMode::Single as i32, 0, 0));
    }

    #[test]
    fn a_schema_has_its_version_and_descriptions() {
        let inner = Block::new("Inner.").attributes([Attribute::new("x", Type::Bool, "X.")]);
        let mut root =
            Block::new("Outer.").nested(NestedBlock::new("in", BlockNesting::Single, inner).replaces());
        root.deprecated = Some("Gone soon.".into());
        let sent = Schema::new(3, root).to_proto();
        assert_eq!(sent.version, 3);
        let block = sent.block.expect("a block");
        assert_eq!((block.version, block.description.as_str()), (3, "Outer."));
        assert_eq!((block.deprecated, block.deprecation_message.as_str()), (true, "Gone soon."));
        let inner = block.block_types[0].block.as_ref().expect("a block");
        assert_eq!(inner.description, "Inner. Changing this forces a new resource to be created.");
        assert_eq!(inner.attributes[0].name, "x");
    }

    #[test]
    fn an_identity_schema_marks_what_an_import_needs() {
        let part = |name, required_for_import| IdentityAttribute {
            name,
            kind: Type::String,
            required_for_import,
            description: "Part.",
        };
        let sent =
            IdentitySchema { version: 1, attributes: vec![part("a", true), part("b", false)] }.to_proto();
        let flags: Vec<_> = sent
            .identity_attributes
            .iter()
            .map(|part| (part.name.as_str(), part.required_for_import, part.optional_for_import))
            .collect();
        assert_eq!(flags, [("a", true, false), ("b", false, true)]);
        assert_eq!(sent.identity_attributes[0].r#type.as_ref(), br#""string""#);
    }
}
