//! Who may send which request: identities by paths, each cell as the decision has it.
//!
//! A row represents a privilege, by the shortest request that it matches. Further rows are the requests for
//! tokens and certificates that no privilege covers, and one is any other request. A column represents an
//! identity, by a process that meets its conditions; the last one is a process that has no identity. Broad
//! privileges count, since [`Matcher::decide`](super::Matcher::decide) decides each pair.

mod cell;
mod change;
mod markdown;
mod process;
mod reached;
mod request;
mod rows;
mod table;
mod text;
pub mod words;

use super::{Document, Endpoint, OsType, Rules, Sensitive};

pub use cell::{AllowedBy, Cell, CellOutcome};
pub use change::{ChangedDecision, Compared, compare};
pub use markdown::matrix_markdown;
pub use reached::{Reached, Reacher};
pub use request::RowRequest;
pub use table::Table;
pub use text::matrix_text;
pub use words::{Shown, column_name, row_name, shown};

use cell::Decider;
use process::{Process, UnusedNames};

/// The limits of a matrix. Further rows and columns are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

/// Who may send which request.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The processes of the columns.
    pub columns: Vec<Column>,
    /// Tokens and certificates first, then closed requests, then granted ones, then any other request.
    pub rows: Vec<Row>,
    /// Who reaches tokens, certificates and the like.
    pub reached: Vec<Reached>,
    /// The endpoint; if it is not given, the paths may show it. Nothing if they do not.
    pub endpoint: Option<Endpoint>,
    /// The number of privileges without a row.
    pub privileges_left_out: usize,
    /// The number of identities without a column.
    pub identities_left_out: usize,
    /// The number of identities that were not checked for tokens and certificates.
    pub identities_not_checked: usize,
    /// The number of privileges for tokens and certificates that were not checked.
    pub privileges_not_checked: usize,
}

/// A process that represents somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The identity; nothing for a process without one.
    pub identity: Option<String>,
    /// It matches every process.
    pub is_everybody: bool,
    /// It has no role.
    pub is_idle: bool,
}

/// The section of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Tokens, certificates and the like.
    Sensitive,
    /// Nobody may send it.
    Closed,
    /// Somebody may send it.
    Granted,
    /// Every request that no privilege matches.
    Rest,
}

impl Section {
    /// The word in results that programs read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Closed => "closed",
            Self::Granted => "granted",
            Self::Rest => "every_other_request",
        }
    }
}

/// A request, and its outcomes.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its section.
    pub section: Section,
    /// The privilege whose shortest request it is.
    pub privilege: Option<String>,
    /// The request as a rule writes it.
    pub request: RowRequest,
    /// The same as sent; nothing if no request can match.
    pub target: Option<String>,
    /// The kind of tokens, certificates and the like that requests of this kind reach.
    pub reaches: Vec<Sensitive>,
    /// Nobody may send any request of this kind.
    pub is_closed: bool,
    /// By column.
    pub cells: Vec<Cell>,
}

/// Rules, and what is known around them.
pub struct MatrixSource<'a> {
    /// Mode, default access and rules. An absent one is unknown.
    pub document: &'a Document,
    /// The profile's endpoint.
    pub endpoint: Option<Endpoint>,
    /// The profile's operating system.
    pub os_type: Option<OsType>,
    /// Recognises placeholders, whose values are not known yet.
    pub is_open: &'a dyn Fn(&str) -> bool,
}

/// The inputs of a matrix.
struct MatrixInput<'a> {
    source: &'a MatrixSource<'a>,
    rules: Rules,
    endpoint: Option<Endpoint>,
    decider: Decider,
    unused: UnusedNames,
}

impl<'a> MatrixInput<'a> {
    fn new(source: &'a MatrixSource<'a>) -> Self {
        let rules = source.document.rules.clone().unwrap_or_default().into_rules().0;
        let unused = UnusedNames::new(&[&rules], source.os_type);
        let endpoint = source.endpoint.map(Endpoint::profile).or_else(|| rows::endpoint_of(&rules));
        let decider = Decider::new(
            source.document,
            endpoint.unwrap_or(Endpoint::Imds),
            unused.os_type(),
            source.is_open,
        );
        Self { source, rules, endpoint, decider, unused }
    }

    /// The identities, those that matter most first: everybody, those with a role for something sensitive,
    /// those with a role.
    fn identities(&self) -> Vec<&str> {
        let mut sensitive_roles = std::collections::BTreeSet::new();
        for (name, role) in &self.rules.roles {
            let reaches = |privilege: &String| {
                let one = self.rules.privileges.get(privilege);
                one.is_some_and(|one| {
                    !super::sensitive(&one.path, &one.query_parameters, self.endpoint).is_empty()
                })
            };
            if role.privileges.iter().any(reaches) {
                sensitive_roles.insert(name);
            }
        }
        let mut rank = std::collections::BTreeMap::<&str, u8>::new();
        for (role, assigned) in
            self.rules.role_assignments.iter().filter(|(role, _)| self.rules.roles.contains_key(*role))
        {
            let of = if sensitive_roles.contains(role) { 1 } else { 2 };
            for identity in &assigned.identities {
                let rank = rank.entry(identity).or_insert(of);
                *rank = of.min(*rank);
            }
        }
        let mut names: Vec<_> = self.rules.identities.iter().collect();
        names.sort_by_key(|(name, identity)| match rank.get(name.as_str()) {
            None => 3,
            Some(_) if identity.is_everybody() => 0,
            Some(rank) => *rank,
        });
        names.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    fn is_idle(&self, identity: &str) -> bool {
        let has = |(role, one): (&String, &super::RoleAssignment)| {
            self.rules.roles.contains_key(role) && one.identities.contains(identity)
        };
        !self.rules.role_assignments.iter().any(has)
    }
}

impl Matrix {
    /// The matrix of some rules.
    pub fn new(source: &MatrixSource<'_>, size: Size) -> Self {
        let input = MatrixInput::new(source);
        let identities = input.identities();
        let kept = identities.get(..size.columns.min(identities.len())).unwrap_or_default();
        let columns: Vec<Column> = kept
            .iter()
            .map(|name| Column {
                identity: Some((*name).to_owned()),
                is_everybody: input.rules.identities.get(*name).is_some_and(super::Identity::is_everybody),
                is_idle: input.is_idle(name),
            })
            .chain([Column { identity: None, is_everybody: false, is_idle: false }])
            .collect();
        let processes: Vec<_> = columns
            .iter()
            .map(|column| {
                let identity = column.identity.as_ref().and_then(|name| input.rules.identities.get(name));
                let process = Process::new(identity, &input.unused);
                let roles = input.decider.roles_of(&process);
                (process, roles)
            })
            .collect();
        let (rows, privileges_left_out) = rows::rows(&input, &processes, size.rows);
        let reached = reached::reached(&input, &identities);
        Self {
            identities_left_out: identities.len() - kept.len(),
            columns,
            rows,
            endpoint: input.endpoint,
            privileges_left_out,
            identities_not_checked: reached.identities_not_checked,
            privileges_not_checked: reached.privileges_not_checked,
            reached: reached.reached,
        }
    }

    /// Whether it is complete.
    pub const fn is_complete(&self) -> bool {
        self.privileges_left_out == 0
            && self.identities_left_out == 0
            && self.identities_not_checked == 0
            && self.privileges_not_checked == 0
    }
}

#[cfg(test)]
mod tests;
