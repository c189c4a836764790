//! Terraform's rules for schemas, to be checked by a provider's own tests.
//!
//! The rules are those of Terraform core (`internal/configs/configschema/internal_validate.go`), which a host
//! checks when it fetches the schema, and those of its language: a name with a meaning in every resource
//! cannot be an attribute's.

use std::collections::BTreeSet;

use super::attribute::{Attribute, AttributeNesting, Presence, Shape};
use super::block::{Block, BlockNesting, NestedBlock};
use super::normalise::has_write_only;
use super::{IdentitySchema, Schema};
use crate::plugin::function::Signature;
use crate::plugin::path::Path;
use crate::plugin::types::Type;

/// Names that the language reserves in every resource and data block.
const RESERVED_IN_RESOURCES: [&str; 7] =
    ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// Names that the language reserves in every provider block.
const RESERVED_IN_PROVIDERS: [&str; 2] = ["alias", "version"];

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// The provider block, or `provider_meta`.
    Provider,
}

/// A rule that a schema breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {rule}")]
pub struct RuleViolation {
    /// The attribute or block; the root for the schema as a whole.
    pub path: Path,
    /// The rule, as a sentence without a full stop.
    pub rule: String,
}

/// Every rule that this schema breaks; empty for a schema that Terraform accepts.
#[must_use]
pub fn schema(schema: &Schema, purpose: Use) -> Vec<RuleViolation> {
    let mut check = Check { violations: Vec::new(), write_only: purpose == Use::Resource };
    if schema.version < 0 {
        check.report(&Path::root(), "the version of a schema is not negative");
    }
    let reserved = match purpose {
        Use::Resource | Use::DataSource => RESERVED_IN_RESOURCES.as_slice(),
        Use::Provider => RESERVED_IN_PROVIDERS.as_slice(),
    };
    let attributes = schema.block.attributes.iter().map(|attribute| attribute.name.as_ref());
    let blocks = schema.block.blocks.iter().map(|block| block.name.as_ref());
    for name in attributes.chain(blocks).filter(|name| reserved.contains(name)) {
        check.report(&Path::attribute(name), "Terraform's language reserves the name");
    }
    let computed = |attribute: &&Attribute| {
        matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed)
    };
    if purpose == Use::Provider {
        for attribute in schema.block.attributes.iter().filter(computed) {
            check
                .report(&Path::attribute(attribute.name.as_ref()), "nothing in a provider block is computed");
        }
    }
    check.block(&schema.block, &Path::root());
    check.violations
}

/// Every rule that this identity breaks.
#[must_use]
pub fn identity(schema: &IdentitySchema) -> Vec<RuleViolation> {
    let mut check = Check { violations: Vec::new(), write_only: false };
    if schema.attributes.is_empty() {
        check.report(&Path::root(), "an identity has at least one attribute");
    }
    if schema.version < 0 {
        check.report(&Path::root(), "the version of a schema is not negative");
    }
    check.names(schema.attributes.iter().map(|attribute| attribute.name), &Path::root());
    for attribute in &schema.attributes {
        let primitive = |kind: &Type| matches!(kind, Type::Bool | Type::Number | Type::String);
        let allowed = match &attribute.kind {
            Type::List(element) => primitive(element),
            kind => primitive(kind),
        };
        if !allowed {
            let rule = "an identity is made of primitive values and lists of them";
            check.report(&Path::attribute(attribute.name), rule);
        }
    }
    check.violations
}

/// Every rule that this signature breaks.
#[must_use]
pub fn signature(signature: &Signature) -> Vec<RuleViolation> {
    let mut check = Check { violations: Vec::new(), write_only: false };
    let parameters = signature.parameters.iter().chain(&signature.variadic);
    check.names(parameters.clone().map(|parameter| parameter.name), &Path::root());
    for parameter in parameters {
        check.plain_type(&parameter.kind, &Path::attribute(parameter.name));
    }
    check.plain_type(&signature.result, &Path::root());
    check.violations
}

struct Check {
    violations: Vec<RuleViolation>,
    /// Whether a write-only attribute is allowed here.
    write_only: bool,
}

impl Check {
    fn report(&mut self, path: &Path, rule: impl Into<String>) {
        self.violations.push(RuleViolation { path: path.clone(), rule: rule.into() });
    }

    fn names<'a>(&mut self, names: impl Iterator<Item = &'a str>, inside: &Path) {
        let mut seen = BTreeSet::new();
        for name in names {
            let path = inside.with_attribute(name);
            if !is_name(name) {
                self.report(
                    &path,
                    "a name has lower-case letters, digits and underscores, and begins with a letter",
                );
            }
            if !seen.insert(name) {
                self.report(&path, "the name occurs twice");
            }
        }
    }

    fn block(&mut self, block: &Block, path: &Path) {
        let attributes = block.attributes.iter().map(|attribute| attribute.name.as_ref());
        self.names(attributes.chain(block.blocks.iter().map(|block| block.name.as_ref())), path);
        for attribute in &block.attributes {
            self.attribute(attribute, &path.with_attribute(attribute.name.as_ref()));
        }
        for nested in &block.blocks {
            self.nested_block(nested, &path.with_attribute(nested.name.as_ref()));
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, path: &Path) {
        let (min, max) = (nested.min_items, nested.max_items);
        if min < 0 || max < 0 {
            self.report(path, "numbers of blocks are not negative");
        }
        match nested.nesting {
            BlockNesting::Single => {
                if min > 1 || max > 1 {
                    self.report(path, "a single block occurs at most once");
                }
            }
            BlockNesting::List | BlockNesting::Set => {
                if max != 0 && min > max {
                    self.report(path, "the minimum number of blocks is at most the maximum");
                }
            }
            BlockNesting::Group | BlockNesting::Map => {
                if min != 0 || max != 0 {
                    self.report(path, "a group or map of blocks has no minimum or maximum number");
                }
            }
        }
        if nested.nesting == BlockNesting::Set {
            self.set_element(&nested.block.implied_type(), block_has_write_only(&nested.block), path);
        }
        self.block(&nested.block, path);
    }

    fn set_element(&mut self, element: &Type, write_only: bool, path: &Path) {
        if element.has_dynamic() {
            self.report(
                path,
                "an element of a set has no attribute of any type: Terraform could not compare it",
            );
        }
        if write_only {
            self.report(path, "an element of a set has no write-only attribute");
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path) {
        if attribute.write_only {
            if !self.write_only {
                self.report(path, "only a resource has write-only attributes");
            }
            if !matches!(attribute.presence, Presence::Required | Presence::Optional) {
                self.report(path, "a write-only attribute is required or optional, never computed");
            }
        }
        if attribute.description.trim().is_empty() {
            self.report(path, "an attribute has a description");
        }
        match &attribute.shape {
            Shape::Plain(kind) => self.plain_type(kind, path),
            Shape::Nested(nesting, inner) => {
                self.names(inner.iter().map(|attribute| attribute.name.as_ref()), path);
                let write_only = inner.iter().any(has_write_only);
                if *nesting == AttributeNesting::Set {
                    self.set_element(&Type::set(attribute.implied_type()), write_only, path);
                }
                if write_only && attribute.presence == Presence::Computed {
                    self.report(path, "a computed attribute holds no write-only attribute");
                }
                for attribute in inner {
                    self.attribute(attribute, &path.with_attribute(attribute.name.as_ref()));
                }
            }
        }
    }

    /// All elements of a collection have one type, so "any type" is possible alone or in an object or tuple
    /// only.
    fn plain_type(&mut self, kind: &Type, path: &Path) {
        match kind {
            Type::Bool | Type::Number | Type::String | Type::Dynamic => {}
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                if element.has_dynamic() {
                    self.report(path, "the elements of a collection have one type, not any type");
                }
            }
            Type::Tuple(elements) => elements.iter().for_each(|kind| self.plain_type(kind, path)),
            Type::Object(attributes) => attributes.values().for_each(|kind| self.plain_type(kind, path)),
        }
    }
}

fn block_has_write_only(block: &Block) -> bool {
    block.attributes.iter().any(has_write_only)
        || block.blocks.iter().any(|nested| block_has_write_only(&nested.block))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
