//! Diagnostics: warnings and errors for the person at the terminal.

use super::path::Path;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Shown; the operation continues.
    Warning,
    /// Shown; the operation has failed.
    Error,
}

/// One message: a summary under 60 characters in sentence case, a detail that says what happened and the one
/// next step, and the attribute it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its severity.
    pub severity: Severity,
    /// One line, without a full stop.
    pub summary: String,
    /// Whole sentences; may have several lines.
    pub detail: String,
    /// The attribute; `None` for the whole block.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning.
    #[must_use]
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// The same, for this attribute. The root path means the whole block.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = (!path.is_root()).then_some(path);
        self
    }
}

/// Messages in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages, in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// `Ok` with the warnings if there is no error, otherwise a failure with all messages.
    ///
    /// # Errors
    /// If one of the messages is an error.
    pub fn into_result(self) -> Result<Self, Failure> {
        if self.has_error() { Err(Failure(self)) } else { Ok(self) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Diagnostics with at least one error: the result of a call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(Diagnostics);

impl Failure {
    /// The messages, at least one of them an error.
    #[must_use]
    pub fn into_diagnostics(self) -> Diagnostics {
        self.0
    }

    /// The messages, at least one of them an error.
    #[must_use]
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.0
    }

    /// The same failure, with these messages before its own.
    #[must_use]
    pub fn after(self, mut earlier: Diagnostics) -> Self {
        earlier.extend(self.0);
        Self(earlier)
    }
}

impl From<Failure> for Diagnostics {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<Diagnostic> for Failure {
    /// A failure with one message. A warning becomes an error, since the call failed.
    fn from(mut diagnostic: Diagnostic) -> Self {
        diagnostic.severity = Severity::Error;
        Self(diagnostic.into())
    }
}

impl From<Diagnostics> for Failure {
    /// A failure with these messages. If none is an error, one is added that blames the provider.
    fn from(mut diagnostics: Diagnostics) -> Self {
        if !diagnostics.has_error() {
            diagnostics.push(Diagnostic::error(
                "Provider failed without an error",
                "The provider gave up without saying why. This is a bug in the provider; please report it.",
            ));
        }
        Self(diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics, Failure};
    use crate::plugin::path::Path;

    #[test]
    fn a_failure_always_contains_an_error() {
        assert!(Failure::from(Diagnostics::new()).diagnostics().has_error());
        assert!(Failure::from(Diagnostic::warning("a", "b")).diagnostics().has_error());
        let kept = Failure::from(Diagnostics::from(Diagnostic::error("a", "b")));
        assert_eq!(kept.diagnostics().iter().count(), 1);
    }

    #[test]
    fn only_an_error_makes_a_result_fail() {
        assert!(Diagnostics::from(Diagnostic::warning("a", "b")).into_result().is_ok());
        assert!(Diagnostics::from(Diagnostic::error("a", "b")).into_result().is_err());
    }

    #[test]
    fn the_root_path_means_the_whole_block() {
        assert_eq!(Diagnostic::error("a", "b").at(Path::root()).path, None);
        assert!(Diagnostic::error("a", "b").at(Path::attribute("x")).path.is_some());
    }
}
