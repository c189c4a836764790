//! A pattern over operation names, as in a role's `actions` and in `ActionMatches`.

use super::Operation;
use std::fmt;

/// A pattern in which `*` matches any run of characters, slashes included; everything else is literal,
/// ignoring case. Any text is a pattern: the content of a role definition is not for us to refuse.
///
/// Matching takes time in proportion to pattern and name: the pieces between the stars are found one after
/// the other, each at its first place, which is always a best one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationPattern {
    text: String,
    /// The text in lower case, split at its stars: one more piece than stars.
    pieces: Vec<String>,
}

/// How a pattern covers an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The pattern matches the name.
    Covered,
    /// The pattern matches only if `/*/` may also match a single `/`, so that `virtualMachines/*/read` would
    /// cover `virtualMachines/read`. Azure's pages count without it; one user's failed log-in (azure-docs
    /// issue 91577) suggests that the service may collapse it. So this is undecided.
    OnlyCollapsed,
    /// The pattern does not match the name.
    Uncovered,
}

impl Coverage {
    /// The coverage as a three-valued answer: the open case is `None`.
    pub fn as_answer(self) -> Option<bool> {
        match self {
            Self::Covered => Some(true),
            Self::OnlyCollapsed => None,
            Self::Uncovered => Some(false),
        }
    }
}

impl OperationPattern {
    /// Takes the pattern's text.
    pub fn new(text: &str) -> Self {
        let pieces = text.to_ascii_lowercase().split('*').map(str::to_owned).collect();
        Self { text: text.to_owned(), pieces }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern contains a `*`, and so can match more than one operation.
    pub fn has_wildcard(&self) -> bool {
        self.pieces.len() > 1
    }

    /// Whether the pattern, read literally, matches the operation.
    pub fn matches(&self, operation: &Operation) -> bool {
        self.matches_folded(operation.folded(), false)
    }

    /// How the pattern covers the operation, including the undecided case of a `/*/` that matches `/`.
    pub fn coverage(&self, operation: &Operation) -> Coverage {
        self.coverage_of(operation.folded())
    }

    /// Whether the pattern matches a text that is not an operation, such as a sub-operation; ignoring case.
    pub fn matches_text(&self, text: &str) -> bool {
        self.matches_folded(&text.to_ascii_lowercase(), false)
    }

    fn coverage_of(&self, folded: &str) -> Coverage {
        if self.matches_folded(folded, false) {
            Coverage::Covered
        } else if self.matches_folded(folded, true) {
            Coverage::OnlyCollapsed
        } else {
            Coverage::Uncovered
        }
    }

    /// Finds the pieces in `text`, the first at its start and the last at its end. With `collapse`, a piece
    /// that begins with `/` may share that slash with the piece before it: then `/*/` matches `/`.
    fn matches_folded(&self, text: &str, collapse: bool) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return text.is_empty() };
        let Some((last, middle)) = rest.split_last() else { return text == first };
        if !text.starts_with(first.as_str()) {
            return false;
        }
        let mut end = first.len();
        let mut before = first;
        let start_after = |end: usize, before: &str, piece: &str| {
            if collapse && before.ends_with('/') && piece.starts_with('/') {
                end.saturating_sub(1)
            } else {
                end
            }
        };
        for piece in middle {
            let start = start_after(end, before, piece);
            let Some(found) = text.get(start..).and_then(|tail| tail.find(piece.as_str())) else {
                return false;
            };
            end = start + found + piece.len();
            before = piece;
        }
        let start = start_after(end, before, last);
        text.get(start..).is_some_and(|tail| tail.ends_with(last.as_str()))
    }
}

impl From<&str> for OperationPattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for OperationPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
