//! A precomputed table that decides any GET request: for each privilege, the role by which each process would
//! be allowed. A page can decide by it alone, in the steps of
//! [`Matcher::decide`](super::super::Matcher::decide).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Pattern;
use super::super::{DefaultAccess, Mode, count_grants, grants};
use super::process::Process;
use super::words::{access_of, column_name, mode_of};
use super::{CellOutcome, Matrix, MatrixInput, MatrixSource};

/// The maximum number of privileges in a table.
const MOST_PRIVILEGES: usize = 2_000;
/// The maximum number of grants behind it.
const MOST_GRANTS: usize = 500_000;
/// The maximum number of entries: pairs of a privilege and a process that it allows.
const MOST_ENTRIES: usize = 50_000;

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The processes.
    pub columns: Vec<String>,
    /// Whether the rules are evaluated.
    pub is_evaluated: bool,
    /// The outcome of a request that no privilege matches.
    pub otherwise: CellOutcome,
    /// The outcome of one that a privilege matches but no role allows.
    pub refused: CellOutcome,
    /// In the order of evaluation.
    pub privileges: Vec<TablePrivilege>,
}

/// A privilege of a table.
#[derive(Clone, Debug)]
pub struct TablePrivilege {
    /// Its name.
    pub name: String,
    /// The prefix of the path, in lower case.
    pub path: String,
    /// Parameters, in lower case.
    pub query: BTreeMap<String, String>,
    /// By column, the role and identity that allow it.
    pub by: BTreeMap<usize, (String, String)>,
}

impl Table {
    /// The table for the columns of a matrix; none if something is unknown, or there is too much of it.
    pub fn new(source: &MatrixSource<'_>, matrix: &Matrix) -> Option<Self> {
        let input = MatrixInput::new(source);
        let mode = mode_of(source.document)?;
        let refused = if mode == Mode::Audit { CellOutcome::Recorded } else { CellOutcome::Denied };
        let otherwise = match access_of(source.document)? {
            DefaultAccess::Allow => CellOutcome::ByDefault,
            DefaultAccess::Deny => refused,
        };
        if count_grants(&input.rules) > MOST_GRANTS {
            return None;
        }
        if input.decider.readings() != 1 || input.rules.privileges.len() > MOST_PRIVILEGES {
            return None;
        }
        let rules = source.document.rules_as_agent_reads();
        let mut of_privilege = BTreeMap::<&str, Vec<(&str, &str)>>::new();
        for grant in grants(&rules) {
            of_privilege.entry(grant.privilege).or_default().push((grant.identity, grant.role));
        }
        let mut columns = Vec::new();
        let mut identities = Vec::<BTreeSet<String>>::new();
        for column in &matrix.columns {
            let identity = column.identity.as_ref().and_then(|name| input.rules.identities.get(name));
            let process = Process::new(identity, &input.unused);
            if process.is_possible {
                columns.push(column_name(column));
                identities.push(input.decider.identities_of(&process));
            }
        }
        let mut entries = 0;
        let mut privileges = Vec::new();
        for (name, one) in &rules.privileges {
            let pattern = Pattern::new(one);
            let granted = of_privilege.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let first = |identities: &BTreeSet<String>| {
                granted.iter().find(|(identity, _)| identities.contains(*identity))
            };
            let by: BTreeMap<_, _> = identities
                .iter()
                .enumerate()
                .filter_map(|(place, identities)| Some((place, first(identities)?)))
                .map(|(place, (identity, role))| (place, ((*role).to_owned(), (*identity).to_owned())))
                .collect();
            entries += by.len();
            privileges.push(TablePrivilege {
                name: name.clone(),
                path: pattern.path,
                query: pattern.query,
                by,
            });
        }
        privileges.sort_by_key(|one| (Reverse(one.path.len()), Reverse(one.query.len())));
        (entries <= MOST_ENTRIES).then_some(Self {
            columns,
            is_evaluated: mode != Mode::Disabled,
            otherwise,
            refused,
            privileges,
        })
    }
}
