//! The versions beneath a profile that is to be deleted: on their way out, or there to stay.

use super::super::call::Call;
use super::super::error::{Error, ErrorDetail};
use super::super::ids::{ProfileId, VersionId, VersionName};
use super::super::models::{ProvisioningState, Version};
use super::ArmClient;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// The versions that this process has deleted. Their deletion lags behind its own answer (azurerm waits for sibling
/// types a hundred seconds each time), so they are no reason to give up on their profile.
#[derive(Debug, Default)]
pub(super) struct Leaving(Mutex<HashSet<VersionId>>);

impl Leaving {
    /// Takes note of a version that was deleted.
    pub(super) fn note(&self, id: &VersionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
    }

    fn holds(&self, id: &VersionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

/// How long one deletion has been refused for versions that nobody seems to delete.
#[derive(Default)]
pub(super) struct Patience(Option<Instant>);

impl Patience {
    /// Takes the refusal to delete a profile for what is beneath it, and gives it back once it is clear that waiting
    /// will not help: versions are there that this process has not deleted, and have been for a while.
    pub(super) async fn wait_on(
        &mut self,
        client: &ArmClient,
        profile: &ProfileId,
        refusal: &mut Error,
        call: &Call,
    ) -> bool {
        let Ok(listed) = client.list::<Version>(&format!("{profile}/versions"), call).await else {
            return true;
        };
        let staying: Vec<VersionName> = listed
            .iter()
            .filter(|version| version.provisioning_state != Some(ProvisioningState::Deleting))
            .filter_map(|version| version.name.as_deref()?.parse().ok())
            .filter(|name: &VersionName| !client.inner.leaving.holds(&profile.version(name.clone())))
            .collect();
        if staying.is_empty() {
            self.0 = None;
            return true;
        }
        let since = *self.0.get_or_insert_with(Instant::now);
        if since.elapsed() < client.inner.pace.children {
            return true;
        }
        if let Error::Service(error) | Error::Operation(error) = refusal {
            error.details.extend(staying.iter().map(|name| ErrorDetail {
                message: Some(format!("version {name} is there, and nothing here deletes it")),
                ..ErrorDetail::default()
            }));
        }
        false
    }
}
