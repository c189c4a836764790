//! The errors of names and ids, worded so that the reader knows which part to correct.

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
    /// The depth of the object under the subscription.
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

/// Why a text is not the requested id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is empty.
    #[error("the id is empty, expected one like {shape}")]
    Empty {
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
    /// The text does not begin as an id does.
    #[error("an id starts with \"/subscriptions/\", found {found:?}; expected one like {shape}")]
    Start {
        /// The beginning of the text given.
        found: String,
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
    /// A link without an id, or one that does not lead to an Azure portal.
    #[error("{reason}; expected an id like {shape}, or the link of the portal page of one")]
    Link {
        /// What is wrong with the link.
        reason: String,
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
    /// A fixed segment has the wrong word.
    #[error("segment {position} of the id must be {expected:?}, found {found:?}; expected one like {shape}")]
    Segment {
        /// Counted from 1, without the empty text before the first slash.
        position: usize,
        /// What was found.
        found: String,
        /// The required word.
        expected: &'static str,
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
    /// The id ends before the requested object.
    #[error(
        "the id ends after segment {position}, where {expected} should follow; expected one like {shape}"
    )]
    Ends {
        /// The number of segments found.
        position: usize,
        /// What should come next.
        expected: &'static str,
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
    /// The requested id, followed by more segments.
    #[error("the id should end before segment {position}, {found:?}; expected one like {shape}")]
    Trailing {
        /// Counted from 1.
        position: usize,
        /// The first extra segment.
        found: String,
        /// The canonical shape of the requested id.
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
    /// A well-formed id of another kind of object.
    #[error("this is the id of {found}, expected the id of {expected} like {shape}")]
    Kind {
        /// The requested kind.
        expected: IdKind,
        /// The kind that the id addresses.
        found: IdKind,
        /// The canonical shape of the requested id.
        shape: &'static str,
    },
}

/// Why a text is not a valid name of the requested kind.
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
