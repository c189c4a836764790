//! Resource identity: the few values that identify an object at its service, whatever the state contains.

use crate::plugin::types::Type;

/// The identity of a resource type (protocol 6.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentitySchema {
    /// Raised when stored identities must be upgraded.
    pub version: i64,
    /// Its parts.
    pub attributes: Vec<IdentityAttribute>,
}

/// One part of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// Whether an import must set it; otherwise it may.
    pub required_for_import: bool,
    /// Its description.
    pub description: &'static str,
}

impl IdentitySchema {
    /// The type of identity values.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        Type::object(self.attributes.iter().map(|attribute| (attribute.name, attribute.kind.clone())))
    }
}
