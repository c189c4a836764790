//! The operations that a role's patterns match, given the existing ones.

use super::{PermissionBlock, Permissions};
use crate::rbac::condition::RequestContext;
use crate::rbac::{Catalogue, CatalogueEntry, OperationPattern, Plane};
use std::collections::BTreeSet;

/// An operation that a role grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantedOperation {
    /// Its name, as the catalogue spells it.
    pub operation: String,
    /// Whether it depends on a condition: each block that grants it has a condition, and none of them is true
    /// for this operation whatever the request. A condition whose guards name other operations does not
    /// count.
    pub conditional: bool,
}

/// The effective operations of a role. They depend on the role and on the catalogue: the same role has fewer
/// with an older catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Control operations granted, sorted by name.
    pub control: Vec<GrantedOperation>,
    /// Data operations granted, sorted by name.
    pub data: Vec<GrantedOperation>,
    /// Operations whose grant depends on whether `/*/` may match `/`, sorted; some of them may also be among
    /// the granted ones, if the subtraction is undecided.
    pub uncertain: Vec<String>,
    /// Patterns that match nothing in the catalogue, of any of the four lists, sorted: a typing error, or an
    /// operation newer than the catalogue.
    pub unmatched_patterns: Vec<String>,
}

impl Expansion {
    /// Names of all operations granted, of both planes, sorted, each once.
    pub fn names(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.control.iter().chain(&self.data).map(|g| &g.operation).collect();
        names.into_iter().cloned().collect()
    }
}

impl Permissions {
    /// Expands the patterns of all blocks against `catalogue`, read literally.
    pub fn expand(&self, catalogue: &Catalogue) -> Expansion {
        let mut expansion = Expansion::default();
        for entry in catalogue.entries() {
            self.expand_entry(entry, &mut expansion);
        }
        expansion.control.sort();
        expansion.control.dedup_by(|a, b| a.operation == b.operation);
        expansion.data.sort();
        expansion.data.dedup_by(|a, b| a.operation == b.operation);
        expansion.uncertain.sort();
        expansion.uncertain.dedup();
        expansion.unmatched_patterns = self.unmatched(catalogue);
        expansion
    }

    fn expand_entry(&self, entry: &CatalogueEntry, expansion: &mut Expansion) {
        let CatalogueEntry { operation, .. } = entry;
        let plane = entry.effective_plane();
        let blocks = self.blocks();
        if blocks.iter().any(|block| block.grants(operation, plane).is_none()) {
            expansion.uncertain.push(operation.as_str().to_owned());
        }
        let granting: Vec<&PermissionBlock> =
            blocks.iter().filter(|block| block.grants_literally(operation, plane)).collect();
        if granting.is_empty() {
            return;
        }
        let context = RequestContext::unknown().with_action(operation);
        let conditional = !granting.iter().any(|block| block.condition_holds(&context) == Some(true));
        let granted = GrantedOperation { operation: operation.as_str().to_owned(), conditional };
        match plane {
            Plane::Control => expansion.control.push(granted),
            Plane::Data => expansion.data.push(granted),
        }
    }

    fn unmatched(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut unmatched = BTreeSet::new();
        for plane in [Plane::Control, Plane::Data] {
            let matches_nothing = |pattern: &OperationPattern| {
                let mut entries = catalogue.entries().iter();
                !entries.any(|e| e.effective_plane() == plane && pattern.matches(&e.operation))
            };
            for block in self.blocks() {
                let (granted, subtracted) = block.lists(plane);
                unmatched.extend(
                    granted.iter().chain(subtracted).filter(|p| matches_nothing(p)).map(|p| p.to_string()),
                );
            }
        }
        unmatched.into_iter().collect()
    }
}
