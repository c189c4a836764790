//! The name of one operation, such as `Microsoft.Compute/galleries/inVMAccessControlProfiles/write`.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::character;

/// One operation. Azure compares operation names ignoring case, and so does this type; it keeps its spelling.
#[derive(Clone, Debug)]
pub struct Operation {
    name: String,
    folded: String,
}

/// Why a text cannot name an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOperation {
    /// The text is empty.
    #[error("an operation name must not be empty")]
    Empty,
    /// The text contains a `*`. A pattern is refused rather than compared literally, because the result would
    /// look like one about all the operations it matches.
    #[error(
        "`{0}` is a pattern, not an operation: expand it first, for example with the effective operations of a role"
    )]
    Wildcard(String),
    /// The text contains white space or a control character.
    #[error("`{}` is not an operation name: it contains {}", character::visible(.0), character::named(*.1))]
    Characters(String, char),
}

impl Operation {
    /// Takes an operation's name; refuses an empty one, a wildcard pattern, and white space.
    pub fn new(name: &str) -> Result<Self, InvalidOperation> {
        if name.is_empty() {
            Err(InvalidOperation::Empty)
        } else if name.contains('*') {
            Err(InvalidOperation::Wildcard(name.to_owned()))
        } else if let Some(c) = name.chars().find(|c| c.is_whitespace() || c.is_control()) {
            Err(InvalidOperation::Characters(name.to_owned(), c))
        } else {
            Ok(Self { name: name.to_owned(), folded: name.to_ascii_lowercase() })
        }
    }

    /// The name as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The name in lower case, the form in which it is compared.
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Operation {}

impl Hash for Operation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
