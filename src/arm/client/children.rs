//! The versions beneath a profile that is to be deleted: on their way out, or there to stay.

use super::super::call::Call;
use super::super::error::{Error, ErrorDetail};
use super::super::ids::{ProfileId, VersionId, VersionName};
use super::super::models::{ProvisioningState, Version};
use super::ArmClient;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The versions that this process deletes or has deleted. Their deletion lags behind its own answer (azurerm waits for sibling
/// types a hundred seconds each time), so they are no reason to give up on their profile.
#[derive(Debug, Default)]
pub(super) struct Leaving(Mutex<HashSet<VersionId>>);

impl Leaving {
    /// Takes note of a version that is to be deleted.
    pub(super) fn note(&self, id: &VersionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
    }

    /// Takes note that a version stays after all.
    pub(super) fn forget(&self, id: &VersionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn holds(&self, id: &VersionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

impl ArmClient {
    /// Takes the refusal to delete a profile for what is beneath it. Whether versions are there that nothing here
    /// deletes, so that waiting does not help; the refusal then names them.
    pub(super) async fn has_others_beneath(
        &self,
        profile: &ProfileId,
        path: &str,
        refusal: &mut Error,
        call: &Call,
    ) -> bool {
        // A version has nothing beneath it, whatever the service says.
        if !path.eq_ignore_ascii_case(&profile.to_string()) {
            return false;
        }
        let Ok(listed) = self.list::<Version>(&format!("{profile}/versions"), call).await else {
            return false;
        };
        let staying: Vec<VersionName> = listed
            .iter()
            .filter(|version| version.provisioning_state != Some(ProvisioningState::Deleting))
            .filter_map(|version| version.name.as_deref()?.parse().ok())
            .filter(|name: &VersionName| !self.inner.leaving.holds(&profile.version(name.clone())))
            .collect();
        if let Error::Service(error) | Error::Operation(error) = refusal {
            error.details.extend(staying.iter().map(|name| ErrorDetail {
                message: Some(format!("version {name} is there, and nothing here deletes it")),
                ..ErrorDetail::default()
            }));
        }
        !staying.is_empty()
    }
}
