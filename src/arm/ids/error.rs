//! What can be wrong with a name or an id, said so that the reader knows which part to mend.

use std::fmt;

/// The kinds of object an id can address here, from the outermost to the innermost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdKind {
    /// `/subscriptions/{id}`
    Subscription,
    /// `.../resourceGroups/{name}`
    ResourceGroup,
    /// `.../galleries/{name}`
    Gallery,
    /// `.../inVMAccessControlProfiles/{name}`
    Profile,
    /// `.../versions/{name}`
    Version,
    /// `.../virtualMachines/{name}` or `.../virtualMachineScaleSets/{name}`
    Machine,
    /// Some other type of resource, such as `Microsoft.Compute/galleries/images`.
    Other(String),
}

impl IdKind {
    /// How far from the subscription the object stands.
    pub(super) fn depth(&self) -> u8 {
        match self {
            IdKind::Subscription => 0,
            IdKind::ResourceGroup => 1,
            IdKind::Gallery | IdKind::Machine | IdKind::Other(_) => 2,
            IdKind::Profile => 3,
            IdKind::Version => 4,
        }
    }
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdKind::Subscription => f.write_str("a subscription"),
            IdKind::ResourceGroup => f.write_str("a resource group"),
            IdKind::Gallery => f.write_str("a gallery"),
            IdKind::Profile => f.write_str("an in-VM access control profile"),
            IdKind::Version => f.write_str("an in-VM access control profile version"),
            IdKind::Machine => f.write_str("a virtual machine or scale set"),
            IdKind::Other(resource_type) => write!(f, "a resource of type {resource_type}"),
        }
    }
}

/// Why a text is not the id that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Nothing was given.
    #[error("the id is empty, expected one like {shape}")]
    Empty {
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// The text does not begin as an id does.
    #[error("an id starts with \"/subscriptions/\", found {found:?}; expected one like {shape}")]
    Start {
        /// The beginning of the text given.
        found: String,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// A link that holds no id, or does not lead to an Azure portal.
    #[error("{reason}; expected an id like {shape}, or the link of the portal page of one")]
    Link {
        /// What is wrong with the link.
        reason: String,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// A fixed segment has another word than it must.
    #[error("segment {position} of the id must be {expected:?}, found {found:?}; expected one like {shape}")]
    Segment {
        /// Counted from 1, without the empty text before the first slash.
        position: usize,
        /// What was found.
        found: String,
        /// The word that belongs there.
        expected: &'static str,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// The id ends before the object asked for.
    #[error(
        "the id ends after segment {position}, where {expected} should follow; expected one like {shape}"
    )]
    Ends {
        /// The number of segments that were there.
        position: usize,
        /// What should come next.
        expected: &'static str,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// The id asked for is there, and more stands behind it.
    #[error("the id should end before segment {position}, {found:?}; expected one like {shape}")]
    Trailing {
        /// Counted from 1.
        position: usize,
        /// The first segment that is too much.
        found: String,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
    /// A name inside the id breaks its rule.
    #[error("segment {position} of the id: {error}")]
    Name {
        /// Counted from 1.
        position: usize,
        /// What is wrong with the name.
        error: NameError,
    },
    /// A well-formed id of something else.
    #[error("this is the id of {found}, expected the id of {expected} like {shape}")]
    Kind {
        /// What was asked for.
        expected: IdKind,
        /// What the id addresses.
        found: IdKind,
        /// The canonical shape of the id that was asked for.
        shape: &'static str,
    },
}

/// Why a text cannot be a name of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {kind}: {reason}")]
pub struct NameError {
    /// What kind of name it should be, with its article: `a gallery name`.
    pub kind: &'static str,
    /// The text given.
    pub value: String,
    /// The rule it breaks.
    pub reason: &'static str,
}
