//! Blocks: names with braces and without an equals sign.

use std::borrow::Cow;

use super::attribute::Attribute;
use crate::plugin::types::Type;

/// The collection of nested blocks of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most one; null when absent.
    Single,
    /// At most one; an object of nulls when absent.
    Group,
    /// Any number, in order.
    List,
    /// Any number, without order.
    Set,
    /// Any number, each with a label.
    Map,
}

/// A block of attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Its attributes, in the order the documentation shows them.
    pub attributes: Vec<Attribute>,
    /// Its nested blocks, in the order the documentation shows them.
    pub blocks: Vec<NestedBlock>,
    /// Its description, in Markdown.
    pub description: Cow<'static, str>,
    /// Why it should no longer be used, and what to use instead.
    pub deprecated: Option<Cow<'static, str>>,
}

/// A nested block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBlock {
    /// Its name in the configuration.
    pub name: Cow<'static, str>,
    /// Its collection.
    pub nesting: BlockNesting,
    /// The minimum number; 0 or 1 for a single one.
    pub min_items: i64,
    /// The maximum number; 0 for any.
    pub max_items: i64,
    /// Its content.
    pub block: Block,
    /// Whether changing it makes a new resource. Documentation; the plan itself decides.
    pub replaces: bool,
}

impl Block {
    /// A block with this description in Markdown, empty so far.
    #[must_use]
    pub fn new(description: impl Into<Cow<'static, str>>) -> Self {
        Self { description: description.into(), ..Self::default() }
    }

    /// The same with these further attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// The same with this further nested block.
    #[must_use]
    pub fn nested(mut self, block: NestedBlock) -> Self {
        self.blocks.push(block);
        self
    }

    /// The type of the values that this block takes.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.as_ref(), a.implied_type()));
        let blocks = self.blocks.iter().map(|b| (b.name.as_ref(), b.implied_type()));
        Type::object(attributes.chain(blocks))
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

impl NestedBlock {
    /// Nested blocks of this name, in any number that the collection allows.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, nesting: BlockNesting, block: Block) -> Self {
        Self { name: name.into(), nesting, min_items: 0, max_items: 0, block, replaces: false }
    }

    /// At least `min` and at most `max` of them; `max` 0 for any number.
    #[must_use]
    pub const fn items(mut self, min: i64, max: i64) -> Self {
        self.min_items = min;
        self.max_items = max;
        self
    }

    /// A change in it makes a new resource.
    #[must_use]
    pub const fn replaces(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// The type of the value of all blocks of this name together.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let object = self.block.implied_type();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => object,
            BlockNesting::List => Type::list(object),
            BlockNesting::Set => Type::set(object),
            BlockNesting::Map => Type::map(object),
        }
    }
}
