//! Refinements of a value that is not known yet.

/// An unknown value, with the refinements that Terraform may send (not null, a prefix, length bounds).
///
/// They are kept unchanged, so that an unknown value copied into a plan loses nothing. A value that the
/// provider makes itself has none, because refinements must hold at apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    refinements: Option<Vec<u8>>,
}

impl Unknown {
    /// An unknown value without refinements.
    #[must_use]
    pub const fn new() -> Self {
        Self { refinements: None }
    }

    /// An unknown value with these refinements, in their msgpack form.
    #[must_use]
    pub const fn refined(refinements: Vec<u8>) -> Self {
        Self { refinements: Some(refinements) }
    }

    /// The refinements in their msgpack form, if there are any.
    #[must_use]
    pub fn refinements(&self) -> Option<&[u8]> {
        self.refinements.as_deref()
    }
}
