//! The existing operations, read once per run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Mutex;

use super::{fingerprint, problem};
use crate::arm;
use crate::arm::models::authorization::{ProviderOperation, ProviderOperations};
use crate::arm::{ArmClient, Call};
use crate::rbac::{Catalogue, CatalogueEntry, Operation, Permissions, Plane};

/// How many namespaces are read at a time.
const AT_ONCE: usize = 8;

/// The namespaces to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceFilter {
    /// All of them.
    All,
    /// These.
    Only(Vec<String>),
}

impl NamespaceFilter {
    /// What is needed to expand permissions: the namespaces that their patterns name, or everything if one of
    /// the granting patterns begins with a wildcard. A subtraction alone needs no operation that nothing
    /// grants.
    #[must_use]
    pub fn for_permissions(permissions: &Permissions) -> Self {
        let mut namespaces: Vec<String> = Vec::new();
        for block in permissions.blocks() {
            for plane in [Plane::Control, Plane::Data] {
                let (granted, taken) = block.lists(plane);
                for (pattern, grants) in granted
                    .iter()
                    .map(|pattern| (pattern, true))
                    .chain(taken.iter().map(|pattern| (pattern, false)))
                {
                    let namespace = pattern.as_str().split('/').next().unwrap_or_default();
                    if namespace.contains('*') {
                        if grants {
                            return Self::All;
                        }
                    } else if !namespace.is_empty()
                        && !namespaces.iter().any(|known| known.eq_ignore_ascii_case(namespace))
                    {
                        namespaces.push(namespace.to_owned());
                    }
                }
            }
        }
        Self::Only(namespaces)
    }
}

/// Operations, each name of a plane once, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// The operations.
    pub all: Vec<ProviderOperation>,
    /// The requested namespaces that Azure does not know.
    pub unknown_namespaces: Vec<String>,
}

impl Operations {
    /// Merges what Azure lists at two levels and in varying case; the first spelling stays.
    fn fold(
        providers: impl IntoIterator<Item = Arc<ProviderOperations>>,
        unknown_namespaces: Vec<String>,
    ) -> Self {
        let mut folded: BTreeMap<(String, bool), ProviderOperation> = BTreeMap::new();
        for provider in providers {
            for operation in &provider.operations {
                let key = (operation.name.to_ascii_lowercase(), operation.is_data_action);
                folded.entry(key).or_insert_with(|| operation.clone());
            }
        }
        Self { all: folded.into_values().collect(), unknown_namespaces }
    }

    /// The same for expanding permissions.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.all.iter().filter_map(|one| {
            let operation = Operation::new(&one.name).ok()?;
            Some(CatalogueEntry { operation, plane: Some(Plane::of(one.is_data_action)) })
        }))
    }

    /// A text that changes when an operation is added, removed or moved to the other plane.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let line = |one: &ProviderOperation| {
            let plane = if one.is_data_action { "data" } else { "control" };
            format!("{} {plane}\n", one.name.to_ascii_lowercase())
        };
        fingerprint::of(&self.all.iter().map(line).collect::<String>())
    }
}

/// What has been read in this run. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Catalogues {
    cache: Arc<Mutex<CatalogueCache>>,
}

#[derive(Debug, Default)]
struct CatalogueCache {
    everything: Option<Vec<Arc<ProviderOperations>>>,
    /// By lower-cased name; `None` for one that Azure does not know.
    namespaces: HashMap<String, Option<Arc<ProviderOperations>>>,
}

impl Catalogues {
    /// Returns the operations of these namespaces. A second caller waits for the first, then reads the rest.
    ///
    /// # Errors
    /// If Azure does not return them.
    pub async fn get(
        &self,
        client: &ArmClient,
        filter: &NamespaceFilter,
        call: &Call,
    ) -> Result<Operations, arm::Error> {
        let mut cache = self.cache.lock().await;
        let NamespaceFilter::Only(names) = filter else {
            if cache.everything.is_none() {
                let all = client.authorization().all_operations(call).await?;
                cache.everything = Some(all.into_iter().map(Arc::new).collect());
            }
            return Ok(Operations::fold(cache.everything.iter().flatten().cloned(), Vec::new()));
        };
        let is_new = |name: &&String| !cache.namespaces.contains_key(&name.to_ascii_lowercase());
        let new: Vec<String> = names.iter().filter(is_new).cloned().collect();
        let found: Vec<_> = stream::iter(new)
            .map(|name: String| namespace(client, name, call))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        cache.namespaces.extend(found);
        let one = |name: &String| cache.namespaces.get(&name.to_ascii_lowercase()).cloned().flatten();
        let unknown = names.iter().filter(|name| one(name).is_none()).cloned().collect();
        Ok(Operations::fold(names.iter().filter_map(one), unknown))
    }
}

/// The operations of one namespace under its lower-cased name; `None` for one that Azure does not know.
async fn namespace(
    client: &ArmClient,
    name: String,
    call: &Call,
) -> Result<(String, Option<Arc<ProviderOperations>>), arm::Error> {
    let found = match client.authorization().operations_of(&name, call).await {
        Ok(operations) => Some(Arc::new(operations)),
        Err(error) if problem::is_absent(&error) => None,
        Err(error) => return Err(error),
    };
    Ok((name.to_ascii_lowercase(), found))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(name: &str, is_data_action: bool) -> ProviderOperation {
        ProviderOperation { name: name.to_owned(), is_data_action, ..ProviderOperation::default() }
    }

    fn operations(all: &[ProviderOperation]) -> Operations {
        let provider = ProviderOperations { name: "A".to_owned(), operations: all.to_vec() };
        Operations::fold([Arc::new(provider)], Vec::new())
    }

    #[test]
    fn operations_are_grouped_without_case_but_by_plane() {
        let folded = operations(&[operation("B/y", false), operation("b/Y", false), operation("B/Y", true)]);
        assert_eq!(folded.all, [operation("B/y", false), operation("B/Y", true)]);
        assert_eq!(folded.catalogue().len(), 2);
    }

    #[test]
    fn the_fingerprint_depends_on_meaning() {
        let of = |all: &[ProviderOperation]| operations(all).fingerprint();
        let first = of(&[operation("A/x", false), operation("A/y", false)]);
        assert_eq!(of(&[operation("a/Y", false), operation("A/X", false)]), first);
        assert_ne!(of(&[operation("A/x", true), operation("A/y", false)]), first);
        assert_ne!(of(&[operation("A/x", false)]), first);
    }

    #[test]
    fn only_namespaces_in_patterns_are_read() {
        let filter = |json| NamespaceFilter::for_permissions(&Permissions::from_json(&json).unwrap());
        assert_eq!(
            filter(
                json!([{"actions": ["A.B/*/read", "a.b/c/write"], "dataActions": ["C/d/*"], "notActions": ["*/x"]}])
            ),
            NamespaceFilter::Only(vec!["A.B".to_owned(), "C".to_owned()])
        );
        for pattern in ["*", "*/read", "Microsoft.*/read"] {
            assert_eq!(filter(json!([{"actions": ["A/x", pattern]}])), NamespaceFilter::All, "{pattern}");
        }
    }
}
