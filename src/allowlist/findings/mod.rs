//! The linter: what is wrong, dangerous or surprising about a set of rules.
//!
//! The guest agent gives the rules of a profile no check at all; it drops, ignores and fails open in silence.
//! Every finding has a stable id, listed with its explanation in [`CATALOG`]. Checks work on a [`Draft`]: what is
//! unknown is never guessed, so a check that would need it stays silent and speaks once it is known.

mod catalog;
mod document;
mod executable;
mod group;
mod identities;
mod known;
mod near;
mod overlap;
mod platform;
mod privileges;
mod query;
mod quote;
mod references;
mod scripts;
mod subject;
mod twins;
mod view;
mod whole;

use super::{DefaultAccess, Document, Draft, Endpoint, Mode, OsType, Text};

pub use catalog::{CATALOG, Entry, FindingId, Needs};
pub use group::{Group, group};
pub(super) use known::probes;
pub use known::{Sensitive, sensitive};
pub use near::{nearest, nearest_within};
pub use subject::{Condition, Subject};

use view::View;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rules cannot do what they say.
    Error,
    /// The rules do something their author probably does not expect.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word used in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to know about the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check found it.
    pub id: FindingId,
    /// How bad it is. Some checks have a milder form, see [`Entry::severities`].
    pub severity: Severity,
    /// Among warnings, one that opens what was meant to be closed.
    pub high: bool,
    /// What it is about.
    pub subject: Subject,
    /// What is the case and what follows from it, as a sentence.
    pub message: String,
    /// What to write instead, where that can be said.
    pub suggestion: Option<String>,
}

/// What is known about the rules beside the rules; checks that need an absent part stay silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The version's mode.
    pub mode: Option<Mode>,
    /// The version's default access.
    pub default_access: Option<DefaultAccess>,
    /// The profile's operating system.
    pub os_type: Option<OsType>,
    /// The profile's endpoint.
    pub endpoint: Option<Endpoint>,
    /// Names of things around the rules (gallery, profile, resource group) that may tell what they are for.
    pub names: Vec<String>,
}

/// Everything there is to say about rules that may be known in part, errors first.
pub fn findings(draft: &Draft, context: &Context) -> Vec<Finding> {
    of_view(&View::new(draft, context))
}

fn of_view(view: &View<'_>) -> Vec<Finding> {
    let mut found = Found::default();
    references::check(view, &mut found);
    privileges::check(view, &mut found);
    query::check(view, &mut found);
    overlap::check(view, &mut found);
    identities::check(view, &mut found);
    whole::check(view, &mut found);
    found.sorted()
}

/// Everything there is to say about rules in the form of lists: what only that form can hold, and the findings
/// about the rules as the agent would read them. Words of the document take precedence over the context's.
pub fn document_findings(document: &Document, context: &Context) -> Vec<Finding> {
    open_document_findings(document, context, |_| false)
}

/// The same for a document in which some texts only stand for others, such as the expressions of a template: what they
/// stand for counts as unknown. A mode or default access of that kind has to be left out.
pub fn open_document_findings(
    document: &Document,
    context: &Context,
    is_open: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut found = Found::default();
    let (rules, collapsed) = document.rules.clone().unwrap_or_default().into_rules();
    document::check(document, collapsed, &mut found);
    let context = Context {
        mode: document.mode.as_deref().map(Mode::as_agent_reads).or(context.mode),
        default_access: document
            .default_access
            .as_deref()
            .map(DefaultAccess::as_agent_reads)
            .or(context.default_access),
        ..context.clone()
    };
    let draft = rules.map(&mut |text| if is_open(text) { Text::Unknown } else { Text::Known(text) });
    let mut view = View::new(&draft, &context);
    view.ignored = document.rules.as_ref().is_some_and(|lists| !lists.absent().is_empty());
    found.0.extend(of_view(&view));
    found.sorted()
}

/// Findings while they are collected.
#[derive(Default)]
struct Found(Vec<Finding>);

impl Found {
    fn error(
        &mut self,
        id: FindingId,
        subject: Subject,
        message: impl Into<String>,
        instead: Option<String>,
    ) {
        self.add(id, Severity::Error, subject, message.into(), instead);
    }

    fn warning(
        &mut self,
        id: FindingId,
        subject: Subject,
        message: impl Into<String>,
        instead: Option<String>,
    ) {
        self.add(id, Severity::Warning, subject, message.into(), instead);
    }

    fn info(&mut self, id: FindingId, subject: Subject, message: impl Into<String>, instead: Option<String>) {
        self.add(id, Severity::Info, subject, message.into(), instead);
    }

    fn add(
        &mut self,
        id: FindingId,
        severity: Severity,
        subject: Subject,
        message: String,
        instead: Option<String>,
    ) {
        let high = severity == Severity::Warning && id.entry().high;
        self.0.push(Finding { id, severity, high, subject, message, suggestion: instead });
    }

    fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by(|a, b| (a.severity, a.id, &a.subject).cmp(&(b.severity, b.id, &b.subject)));
        self.0
    }
}

#[cfg(test)]
mod tests;
