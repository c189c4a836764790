//! The linter: it finds what is wrong, dangerous or surprising about a set of rules.
//!
//! The guest agent does not check the rules of a profile: it drops, ignores and fails open silently. Every
//! finding has a stable id; [`CATALOG`] explains each. Checks work on a [`Draft`] and never guess unknown
//! parts: a check that needs one reports nothing until it is known.

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

pub use catalog::{CATALOG, CatalogEntry, FindingId, Needs};
pub use group::{FindingGroup, group};
pub(super) use known::probes;
pub use known::{Sensitive, sensitive};
pub use near::{nearest, nearest_within};
pub use subject::{IdentityCondition, Subject};

use view::View;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rules cannot have the effect that they describe.
    Error,
    /// The rules have an effect that their author probably does not expect.
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

/// One remark about the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check that found it.
    pub id: FindingId,
    /// Its severity. Some checks have a milder form, see [`CatalogEntry::severities`].
    pub severity: Severity,
    /// Among warnings, one that opens what was meant to be closed.
    pub high: bool,
    /// Its subject.
    pub subject: Subject,
    /// The fact and its consequence, as a sentence.
    pub message: String,
    /// What to write instead, if that is certain.
    pub suggestion: Option<String>,
}

/// What is known in addition to the rules; checks that need an absent part report nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintContext {
    /// The version's mode.
    pub mode: Option<Mode>,
    /// The version's default access.
    pub default_access: Option<DefaultAccess>,
    /// The profile's operating system.
    pub os_type: Option<OsType>,
    /// The profile's endpoint.
    pub endpoint: Option<Endpoint>,
    /// Names around the rules (gallery, profile, resource group) that may show their purpose.
    pub names: Vec<String>,
}

/// All findings about rules that may be known in part, errors first.
pub fn findings(draft: &Draft, context: &LintContext) -> Vec<Finding> {
    of_view(&View::new(draft, context))
}

fn of_view(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    references::check(view, &mut findings);
    privileges::check(view, &mut findings);
    query::check(view, &mut findings);
    overlap::check(view, &mut findings);
    identities::check(view, &mut findings);
    whole::check(view, &mut findings);
    findings.sorted()
}

/// All findings about rules in the form of lists: those that only lists can have, and those about the rules
/// as the agent would read them. The document's mode and default access take precedence over the context's.
pub fn document_findings(document: &Document, context: &LintContext) -> Vec<Finding> {
    open_document_findings(document, context, |_| false)
}

/// The same for a document in which some texts are placeholders, such as the expressions of a template: their
/// values count as unknown. The caller omits a mode or default access of that kind.
pub fn open_document_findings(
    document: &Document,
    context: &LintContext,
    is_open: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    let (rules, collapsed) = document.rules.clone().unwrap_or_default().into_rules();
    document::check(document, collapsed, &mut findings);
    let context = LintContext {
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
    findings.0.extend(of_view(&view));
    findings.sorted()
}

/// Collects findings.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
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
