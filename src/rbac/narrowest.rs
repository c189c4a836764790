//! Chooses among sufficient roles the one that grants least.

use super::{Catalogue, Operation, RoleDefinition};

/// A sufficient role, with its surplus.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The role.
    pub role: &'a RoleDefinition,
    /// How many operations of the catalogue it grants, of both planes.
    pub operation_count: usize,
    /// How many of them were not needed.
    pub surplus: usize,
}

/// Those of `roles` that certainly permit all of `needed`, the one with the fewest operations first; roles of
/// equal width keep their order. A role that suffices only under a condition is omitted.
pub fn narrowest_role<'a>(
    roles: &'a [RoleDefinition],
    needed: &[Operation],
    catalogue: &Catalogue,
) -> Vec<Candidate<'a>> {
    let mut candidates: Vec<Candidate<'a>> = roles
        .iter()
        .filter(|role| role.permissions.missing(needed).is_empty())
        .map(|role| {
            let granted = role.permissions.expand(catalogue).names();
            let is_needed = |name: &&String| needed.iter().any(|o| o.as_str().eq_ignore_ascii_case(name));
            let surplus = granted.len() - granted.iter().filter(is_needed).count();
            Candidate { role, operation_count: granted.len(), surplus }
        })
        .collect();
    candidates.sort_by_key(|candidate| (candidate.operation_count, candidate.surplus));
    candidates
}
