//! Why a value could not be decoded or encoded, and its place.

use std::fmt;

use crate::plugin::path::{Path, Step};

/// What is wrong with a value. It never quotes the value itself, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A value of the wrong kind.
    Mismatch {
        /// The expected kind.
        expected: String,
        /// The actual kind.
        found: &'static str,
    },
    /// The object has an attribute that its type does not have.
    UnknownAttribute(String),
    /// The object lacks an attribute of its type.
    MissingAttribute(String),
    /// The same name or key occurs twice.
    Repeated(String),
    /// Text that is not UTF-8.
    NotUtf8,
    /// A number that is infinite, or text that should be a number but is not.
    NotANumber,
    /// The type inside a value of any type is not a type.
    BadType,
    /// The encoding itself is broken.
    Malformed(&'static str),
    /// The encoding ends in the middle of a value.
    Truncated,
    /// Something follows the value.
    TrailingBytes,
    /// More levels of nesting than a value may have.
    TooDeep,
    /// More values than one message may have.
    TooMany,
}

/// A value could not be decoded or encoded. Has the path of the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError(Box<Located>);

// Boxed, so that a result without an error is small: a decoder recurses through them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Located {
    // Innermost first: they are added while the walk returns, so that a walk without an error has no cost.
    steps: Vec<Step>,
    // The steps inside an element of a set, which no path can name; for the text only.
    in_set: Option<Vec<Step>>,
    problem: Problem,
}

impl CodecError {
    #[cold]
    pub(super) fn new(problem: Problem) -> Self {
        Self(Box::new(Located { steps: Vec::new(), in_set: None, problem }))
    }

    #[cold]
    pub(super) fn mismatch(expected: impl ToString, found: &'static str) -> Self {
        Self::new(Problem::Mismatch { expected: expected.to_string(), found })
    }

    /// The same error, extended by an outer step.
    pub(super) fn under(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// The same error, extended by the set that contains the element.
    pub(super) fn in_set(mut self) -> Self {
        let mut inside = self.0.in_set.take().unwrap_or_default();
        inside.append(&mut self.0.steps);
        self.0.in_set = Some(inside);
        self
    }

    /// Its place; ends at a set, since Terraform has no step into one.
    #[must_use]
    pub fn path(&self) -> Path {
        to_path(&self.0.steps)
    }

    /// The fault.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

fn to_path(innermost_first: &[Step]) -> Path {
    innermost_first.iter().rev().fold(Path::root(), |path, step| path.with(step.clone()))
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.steps.is_empty() {
            f.write_str("the value")?;
        } else {
            write!(f, "`{}`", self.path())?;
        }
        match self.0.in_set.as_deref() {
            None => {}
            Some([]) => f.write_str(" has an element that")?,
            Some(inside) => write!(f, " has an element whose `{}`", to_path(inside))?,
        }
        match &self.0.problem {
            Problem::Mismatch { expected, found } => write!(f, " should be {expected}, but is {found}"),
            Problem::UnknownAttribute(name) => {
                write!(f, " has an attribute {name:?} that is not in its type")
            }
            Problem::MissingAttribute(name) => write!(f, " lacks the attribute {name:?}"),
            Problem::Repeated(name) => write!(f, " has {name:?} twice"),
            Problem::NotUtf8 => f.write_str(" is text that is not UTF-8"),
            Problem::NotANumber => f.write_str(" is not a finite decimal number"),
            Problem::BadType => f.write_str(" contains a type that cannot be read"),
            Problem::Malformed(what) => write!(f, " is malformed: {what}"),
            Problem::Truncated => f.write_str(" ends too early"),
            Problem::TrailingBytes => f.write_str(" is followed by something else"),
            Problem::TooDeep => f.write_str(" is nested too deep"),
            Problem::TooMany => f.write_str(" has too many elements"),
        }
    }
}

impl std::error::Error for CodecError {}

#[cfg(test)]
mod tests {
    use super::CodecError;
    use crate::plugin::path::{Path, Step};
    use crate::plugin::types::Type;

    #[test]
    fn a_path_ends_at_a_set_and_the_text_has_the_rest() {
        let error = CodecError::mismatch(Type::Number, "string")
            .under(Step::Attribute("priority".to_owned()))
            .in_set()
            .under(Step::Attribute("rule".to_owned()))
            .under(Step::Key("a".to_owned()))
            .under(Step::Attribute("rules".to_owned()));
        assert_eq!(error.path(), Path::attribute("rules").with_key("a").with_attribute("rule"));
        assert_eq!(
            error.to_string(),
            "`rules[\"a\"].rule` has an element whose `priority` should be number, but is string"
        );
    }

    #[test]
    fn an_error_at_the_root_names_the_value() {
        assert_eq!(
            CodecError::mismatch(Type::Bool, "string").to_string(),
            "the value should be bool, but is string"
        );
    }
}
