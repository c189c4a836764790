//! The allowlist as a domain: rules, references, grants, decisions, findings, differences, audit logs.
//!
//! Pure: no I/O, no async, no Terraform, no Azure. What the guest agent in the virtual machine
//! (`Azure/GuestProxyAgent`) does with a rule set is written only here; everything else follows from it.
//!
//! The rules have two forms, each for a reason:
//! - [`Rules`]: keyed by name, as in a configuration. A [`Draft`] is [`Rules`] in which any text may be
//!   unknown, as during a plan.
//! - [`Document`]: lists, as Azure Resource Manager and the agent exchange them. It can contain what the
//!   keyed form cannot: an absent list, a repeated name, a word that the agent does not know.
//!
//! What the module computes:
//! - [`grants()`]: who may do what, by which role.
//! - [`findings()`] and [`document_findings`]: what is wrong or surprising, by ids explained in [`CATALOG`].
//! - [`Matcher::decide`]: the agent's decision about one request, and its reason.
//! - [`difference()`] and [`replay`]: the effect of a change, in grants and in recorded requests.
//! - [`Picture`]: who may do what, as a diagram, a table or a page of text.
//! - [`read_audit_log`] and [`learn`](learn()): what machines recorded, and the smallest rules that allow it.
//!
//! Comments name the source of a rule that is taken from one. Agent source files are those of commit
//! `729e2a8` of `Azure/GuestProxyAgent` (`authorization_rules.rs`, `key.rs`, `proxy_authorizer.rs`, ...).
//! "Ours" marks a choice of this project.

mod audit_log;
mod convert;
mod decision;
mod decoding;
mod difference;
mod document;
mod draft;
mod findings;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
mod grants;
mod learn;
mod matrix;
mod picture;
mod rules;
mod words;

pub use audit_log::{LONGEST_LINE, Outcome, Reading, Record, read as read_audit_log};
pub use convert::Collapsed;
pub use decision::{
    Decision, Destination, Matcher, Matches, Request, Step, Target, Verdict, path_is_guarded,
};
pub use difference::{ChangedRequest, Difference, Effect, Replay, difference, replay, unnoticed_change};
pub use document::{
    Document, IdentityEntry, InvalidDocument, Lists, PrivilegeEntry, RoleAssignmentEntry, RoleEntry,
};
pub use draft::{Draft, Text};
use draft::{known, named};
pub use findings::{
    CATALOG, CatalogEntry, Finding, FindingGroup, FindingId, IdentityCondition, LintContext, Needs,
    Sensitive, Severity, Subject, document_findings, findings, group, nearest, nearest_within,
    open_document_findings, sensitive,
};
pub use grants::{Grant, count_grants, grants, grants_of_draft};
pub use learn::{LearnOptions, LearnReport, Learned, Learner, LeftOut, LeftOutRequest, Reason, Wider, learn};
pub use matrix::{
    AllowedBy, Cell, CellOutcome, ChangedDecision, Column, Compared, Matrix, MatrixSource, Reached, Reacher,
    Row, RowRequest, Section, Shown, Size, Table, column_name, compare, matrix_markdown, matrix_text,
    row_name, shown, words as matrix_words,
};
pub use picture::{Picture, UnknownParts, graphviz, markdown, mermaid, svg, text};
pub(crate) use picture::{clipped, code, escaped, listed, prose, visible};
pub use rules::{Allowlist, Identity, List, Privilege, Role, RoleAssignment, Rules};
pub use words::{DefaultAccess, Endpoint, Mode, OsType, UnknownWord};

#[cfg(test)]
mod properties;
