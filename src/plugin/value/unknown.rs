//! What is promised about a value that is not known yet.

/// An unknown value, with the refinements Terraform may send along (not null, a prefix, length bounds).
///
/// They are kept as they came so that an unknown echoed into a plan loses nothing; a value that the provider
/// makes itself promises nothing, because what is promised must be kept at apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    refinements: Option<Vec<u8>>,
}

impl Unknown {
    /// An unknown value about which nothing is promised.
    #[must_use]
    pub const fn new() -> Self {
        Self { refinements: None }
    }

    /// An unknown value with these refinements, in their msgpack form.
    #[must_use]
    pub const fn refined(refinements: Vec<u8>) -> Self {
        Self { refinements: Some(refinements) }
    }

    /// The refinements in their msgpack form, when there are any.
    #[must_use]
    pub fn refinements(&self) -> Option<&[u8]> {
        self.refinements.as_deref()
    }
}
