//! The versions of a profile that is to be deleted: those being deleted, and those that stay.

use super::super::call::Call;
use super::super::error::{Error, ErrorDetail};
use super::super::ids::{ParentId as _, ProfileId, VersionName};
use super::super::models::{ProvisioningState, Version};
use super::ArmClient;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The paths of the objects that this process deletes or has deleted. A version may still exist after the
/// response to its deletion (azurerm waits a hundred seconds each time for sibling types), so its profile's
/// deletion keeps waiting.
#[derive(Debug, Default)]
pub(super) struct ActiveDeletions(Mutex<HashSet<String>>);

impl ActiveDeletions {
    /// Records an object that is to be deleted.
    pub(super) fn insert(&self, path: &str) {
        self.paths().insert(path.to_lowercase());
    }

    /// Removes an object whose deletion failed.
    pub(super) fn remove(&self, path: &str) {
        self.paths().remove(&path.to_lowercase());
    }

    fn contains(&self, path: &str) -> bool {
        self.paths().contains(&path.to_lowercase())
    }

    fn paths(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ArmClient {
    /// Handles the refusal to delete a profile that has versions. Returns whether some of them are not being
    /// deleted, so that waiting does not help; the refusal then names them.
    pub(super) async fn has_remaining_children(
        &self,
        profile: &ProfileId,
        path: &str,
        refusal: &mut Error,
        call: &Call,
    ) -> bool {
        // A version contains nothing, whatever the service says.
        if !path.eq_ignore_ascii_case(&profile.to_string()) {
            return false;
        }
        let Ok(listed) = self.list::<Version>(&profile.list(), call).await else {
            return false;
        };
        let staying: Vec<VersionName> = listed
            .iter()
            .filter(|version| version.properties.provisioning_state != Some(ProvisioningState::Deleting))
            .filter_map(|version| version.name.as_deref()?.parse().ok())
            .filter(|name: &VersionName| {
                !self.inner.deletions.contains(&profile.version(name.clone()).to_string())
            })
            .collect();
        if let Error::Service(error) | Error::Operation(error) = refusal {
            error.details.extend(staying.iter().map(|name| ErrorDetail {
                message: Some(format!("version {name} exists, and nothing here deletes it")),
                ..ErrorDetail::default()
            }));
        }
        !staying.is_empty()
    }
}
