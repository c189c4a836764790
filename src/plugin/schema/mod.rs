//! Schemas: one value from which the wire form, the documentation and the example checks are made.

pub mod attribute;
pub mod block;
pub mod check;
mod generate;
pub mod identity;
mod normalise;
mod prose;
mod required;
mod wire;

pub use attribute::{Attribute, AttributeNesting, Presence, Shape};
pub use block::{Block, BlockNesting, NestedBlock};
pub use identity::{IdentityAttribute, IdentitySchema};

use super::types::Type;

/// The schema of a resource, data source, provider block or provider meta block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Raised when stored states must be upgraded; see `Resource::upgrade_state`.
    pub version: i64,
    /// The attributes and nested blocks.
    pub block: Block,
}

impl Schema {
    /// The schema of this version and block.
    #[must_use]
    pub const fn new(version: i64, block: Block) -> Self {
        Self { version, block }
    }

    /// The type of the values of this schema.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        self.block.implied_type()
    }
}
