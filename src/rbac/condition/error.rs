//! Why a text is not a condition.

use std::fmt;

/// The first place at which a text is not a valid condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConditionError {
    /// The kind of mistake.
    pub kind: ErrorKind,
    /// Its place, in bytes from the start of the text.
    pub offset: usize,
    /// What was found there, for a person.
    pub found: String,
    /// What was expected instead; empty if it is not a matter of one token.
    pub expected: Vec<&'static str>,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A token that is not allowed at its place.
    Syntax,
    /// An unknown word at the place of an operator.
    UnknownOperator,
    /// An operator of another dialect, outside the documented language.
    UnsupportedOperator,
    /// A value of the wrong kind for its operator, or one that does not exist, such as the 13th month.
    Literal,
    /// More than 8 KB.
    TooLong,
    /// Nested more than 64 deep.
    TooDeep,
}

impl ErrorKind {
    /// The kind as one word, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownOperator => "unknown_operator",
            Self::UnsupportedOperator => "unsupported_operator",
            Self::Literal => "literal",
            Self::TooLong => "too_long",
            Self::TooDeep => "too_deep",
        }
    }
}

impl ConditionError {
    pub(super) fn new(kind: ErrorKind, offset: usize, found: impl Into<String>) -> Self {
        Self { kind, offset, found: found.into(), expected: Vec::new() }
    }

    pub(super) fn expecting(mut self, expected: &[&'static str]) -> Self {
        self.expected = expected.to_vec();
        self
    }

    /// The mistake in words, without its place.
    pub fn message(&self) -> String {
        let found = &self.found;
        match self.kind {
            ErrorKind::Syntax | ErrorKind::Literal if !self.expected.is_empty() => {
                format!("expected {}, found {found}", one_of(&self.expected))
            }
            ErrorKind::Syntax | ErrorKind::Literal | ErrorKind::TooLong | ErrorKind::TooDeep => found.clone(),
            ErrorKind::UnknownOperator => format!("{found} is not an operator"),
            ErrorKind::UnsupportedOperator => {
                format!("{found} is not part of the condition language Azure documents")
            }
        }
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.message(), self.offset)
    }
}

impl std::error::Error for ConditionError {}

fn one_of(choices: &[&str]) -> String {
    match choices {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [start @ .., last] => format!("{} or {last}", start.join(", ")),
    }
}
