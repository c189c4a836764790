//! What this process knows of profiles without another request: as Azure returned them, and as they are
//! planned.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::allowlist::{self, Endpoint, OsType};
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionName};
use crate::arm::models::{Profile, Word};

/// What is known of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownProfile {
    /// Its region.
    pub location: Option<Location>,
    /// The operating system it is for.
    pub os_type: Option<Word<OsType>>,
    /// The endpoint it is for.
    pub endpoint: Option<Word<Endpoint>>,
}

impl KnownProfile {
    /// The context that findings about the rules of its versions need.
    #[must_use]
    pub fn context(&self) -> allowlist::LintContext {
        allowlist::LintContext {
            os_type: self.os_type.as_ref().and_then(Word::known),
            endpoint: self.endpoint.as_ref().and_then(Word::known),
            ..allowlist::LintContext::default()
        }
    }
}

/// The version names of one profile that this process has seen, including those of deleted versions.
#[derive(Debug, Default)]
pub struct VersionNames {
    /// The highest name.
    pub highest: Option<VersionName>,
    /// The names of versions that this process has created, deleted or kept.
    own: HashSet<VersionName>,
    /// The names of versions that look left behind and were reported.
    reported: HashSet<VersionName>,
}

impl VersionNames {
    /// Records a name.
    pub fn record(&mut self, name: &VersionName) {
        if self.highest.as_ref().is_none_or(|highest| highest < name) {
            self.highest = Some(name.clone());
        }
        self.own.insert(name.clone());
    }

    /// Whether this process created the version of this name.
    #[must_use]
    pub fn is_own(&self, name: &VersionName) -> bool {
        self.own.contains(name)
    }

    /// Records that a version was reported as left behind. Returns whether it was not reported before.
    pub fn report(&mut self, name: &VersionName) -> bool {
        self.reported.insert(name.clone())
    }
}

/// The cache.
#[derive(Debug, Default)]
pub struct ProfileCache {
    entries: Mutex<Entries>,
    names: Mutex<HashMap<ProfileId, Arc<AsyncMutex<VersionNames>>>>,
}

#[derive(Debug, Default)]
struct Entries {
    /// Profiles as Azure returned them. Deleting a profile removes it.
    read: HashMap<ProfileId, KnownProfile>,
    /// Regions that an earlier process knew when it made the plan.
    regions: HashMap<ProfileId, Location>,
    /// Profiles as this process has planned them.
    planned: HashMap<ProfileId, KnownProfile>,
    /// Planned profiles whose id is not known yet.
    planned_without_id: Vec<KnownProfile>,
    /// Profiles that a plan has tried to read. One that could not be read is not tried again.
    tried: HashSet<ProfileId>,
}

impl ProfileCache {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The profile as Azure returned it.
    #[must_use]
    pub fn known(&self, id: &ProfileId) -> Option<KnownProfile> {
        self.entries().read.get(id).cloned()
    }

    /// Records a profile that Azure returned.
    pub fn learn(&self, id: &ProfileId, profile: &Profile) {
        let known = KnownProfile {
            location: profile.location.clone(),
            os_type: profile.properties.os_type.clone(),
            endpoint: profile.properties.applicable_host_endpoint.clone(),
        };
        self.entries().read.insert(id.clone(), known);
    }

    /// Records a planned profile. `id` is the one that versions refer to, or `None` while it is not known.
    pub fn plan(&self, id: Option<ProfileId>, planned: KnownProfile) {
        let mut entries = self.entries();
        match id {
            Some(id) => drop(entries.planned.insert(id, planned)),
            None => entries.planned_without_id.push(planned),
        }
    }

    /// The operating system and endpoint of a profile as this process has planned it.
    #[must_use]
    pub fn planned(&self, id: &ProfileId) -> Option<KnownProfile> {
        self.entries().planned.get(id).cloned()
    }

    /// What all planned profiles without a known id have in common. A version whose profile id is not known
    /// yet belongs to one of them.
    #[must_use]
    pub fn planned_without_id(&self) -> KnownProfile {
        let entries = self.entries();
        let mut all = entries.planned_without_id.iter();
        let Some(first) = all.next().cloned() else { return KnownProfile::default() };
        all.fold(first, |common, one| KnownProfile {
            location: None,
            os_type: common.os_type.filter(|os| Some(os) == one.os_type.as_ref()),
            endpoint: common.endpoint.filter(|endpoint| Some(endpoint) == one.endpoint.as_ref()),
        })
    }

    /// Records that a plan has tried to read a profile.
    pub fn record_try(&self, id: &ProfileId) {
        self.entries().tried.insert(id.clone());
    }

    /// Whether a plan has tried to read a profile.
    #[must_use]
    pub fn was_tried(&self, id: &ProfileId) -> bool {
        self.entries().tried.contains(id)
    }

    /// The region of a profile, as far as it is known.
    #[must_use]
    pub fn region(&self, id: &ProfileId) -> Option<Location> {
        let entries = self.entries();
        let read = entries.read.get(id).and_then(|known| known.location.clone());
        read.or_else(|| entries.regions.get(id).cloned())
    }

    /// Records the region of a profile that an earlier process knew when it made the plan.
    pub fn learn_region(&self, id: &ProfileId, region: Location) {
        self.entries().regions.insert(id.clone(), region);
    }

    /// Forgets a profile that was deleted.
    pub fn forget(&self, id: &ProfileId) {
        let mut entries = self.entries();
        entries.read.remove(id);
        entries.regions.remove(id);
    }

    /// The names of a profile's versions, for one caller at a time. The caller that chooses the next name
    /// holds this from reading the list until the name is recorded.
    pub async fn names(&self, profile: &ProfileId) -> OwnedMutexGuard<VersionNames> {
        let names = {
            let mut all = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(profile.clone()).or_default())
        };
        names.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(os_type: OsType, endpoint: Endpoint) -> KnownProfile {
        KnownProfile { location: None, os_type: Some(os_type.into()), endpoint: Some(endpoint.into()) }
    }

    #[test]
    fn a_region_from_the_plan_is_used_until_the_profile_is_deleted() {
        let cache = ProfileCache::default();
        let id: ProfileId = crate::provider::azure_double::PROFILE.parse().unwrap();
        assert_eq!(cache.region(&id), None);
        cache.learn_region(&id, Location::new("westus"));
        assert_eq!(cache.region(&id), Some(Location::new("westus")));
        assert_eq!(cache.known(&id), None, "nobody has read the profile");
        let read = Profile { location: Some(Location::new("eastus")), ..Profile::default() };
        cache.learn(&id, &read);
        assert_eq!(cache.region(&id), Some(Location::new("eastus")), "what Azure returned counts for more");
        cache.forget(&id);
        assert_eq!(cache.region(&id), None);
    }

    #[tokio::test]
    async fn names_are_remembered_under_an_id_in_any_case() {
        let cache = ProfileCache::default();
        let id = crate::provider::azure_double::PROFILE;
        cache.names(&id.parse().unwrap()).await.record(&"1.0.9".parse().unwrap());
        cache.names(&id.parse().unwrap()).await.record(&"1.0.4".parse().unwrap());
        let highest = cache.names(&id.to_lowercase().parse().unwrap()).await.highest.clone();
        assert_eq!(highest, "1.0.9".parse().ok());
    }

    #[test]
    fn profiles_without_an_id_count_only_for_common_settings() {
        let cache = ProfileCache::default();
        assert_eq!(cache.planned_without_id(), KnownProfile::default());
        cache.plan(None, planned(OsType::Linux, Endpoint::Imds));
        assert_eq!(cache.planned_without_id(), planned(OsType::Linux, Endpoint::Imds));
        cache.plan(None, planned(OsType::Linux, Endpoint::WireServer));
        let common = KnownProfile { os_type: Some(OsType::Linux.into()), ..KnownProfile::default() };
        assert_eq!(cache.planned_without_id(), common);
        cache.plan(None, KnownProfile::default());
        assert_eq!(cache.planned_without_id(), KnownProfile::default());
    }
}
