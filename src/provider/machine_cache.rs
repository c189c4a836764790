//! What this process knows of the machines that versions are attached to, and of those versions.
//!
//! A provider does not know the address of a resource. So this cache records what different resources do to
//! one machine. It also records what one resource does twice in one run: a replacement deletes and creates,
//! in either order.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::allowlist::Mode;
use crate::arm::Location;
use crate::arm::ids::{MachineId, VersionId};
use crate::arm::models::Word;

/// What is known of a version that a machine will refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownVersion {
    /// It is in these regions.
    In(Vec<Location>),
    /// It does not exist; the reason, in Azure's words.
    Missing(String),
    /// It could not be read.
    Unknown,
}

/// The cache.
#[derive(Debug, Default)]
pub struct MachineCache {
    machines: Mutex<HashMap<MachineId, MachineRecord>>,
    planned: Mutex<HashMap<VersionId, Option<Vec<Location>>>>,
    read: Mutex<HashMap<VersionId, Arc<OnceCell<KnownVersion>>>>,
}

/// What this process did to one machine.
#[derive(Debug, Default)]
struct MachineRecord {
    planned: Option<PlannedAttachment>,
    is_in_state: bool,
    /// The resource that has attached something.
    attached_by: Option<String>,
    /// The endpoints at which a deletion has set a mode, and that mode.
    detached: HashSet<&'static str>,
    mode: Option<Mode>,
}

/// A planned attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedAttachment {
    /// A new attachment.
    New,
    /// An attachment in the state, with its own id.
    Existing(String),
}

impl MachineCache {
    fn machines(&self) -> MutexGuard<'_, HashMap<MachineId, MachineRecord>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, id: &MachineId, change: impl FnOnce(&mut MachineRecord) -> T) -> T {
        change(self.machines().entry(id.clone()).or_default())
    }

    /// Clears the records: another command starts without any.
    pub fn clear(&self) {
        self.machines().clear();
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Records that an attachment to a machine is planned. Returns whether another one was.
    pub fn plan(&self, id: &MachineId, planned: PlannedAttachment) -> bool {
        self.with(id, |record| {
            let is_another = match (&record.planned, &planned) {
                (None, _) => false,
                (Some(PlannedAttachment::Existing(one)), PlannedAttachment::Existing(other)) => one != other,
                _ => true,
            };
            record.planned = Some(planned);
            is_another
        })
    }

    /// Withdraws a planned attachment: the plan failed, or was applied.
    pub fn unplan(&self, id: &MachineId) {
        self.with(id, |record| record.planned = None);
    }

    /// Records that a state holds an attachment to a machine.
    pub fn record_in_state(&self, id: &MachineId) {
        self.with(id, |record| record.is_in_state = true);
    }

    /// Whether a state holds an attachment to a machine.
    #[must_use]
    pub fn is_in_state(&self, id: &MachineId) -> bool {
        self.machines().get(id).is_some_and(|record| record.is_in_state)
    }

    /// Records that a resource has attached something to a machine.
    pub fn record_attached(&self, id: &MachineId, instance: &str) {
        self.with(id, |record| {
            record.attached_by = Some(instance.to_owned());
            record.planned = Some(PlannedAttachment::Existing(instance.to_owned()));
        });
    }

    /// The resource of this process that has attached something to a machine.
    #[must_use]
    pub fn attached_by(&self, id: &MachineId) -> Option<String> {
        self.machines().get(id).and_then(|record| record.attached_by.clone())
    }

    /// Records that a resource has detached from a machine.
    pub fn record_detached(&self, id: &MachineId) {
        self.with(id, |record| {
            record.attached_by = None;
            record.planned = None;
        });
    }

    /// Records that this process has set a mode at an endpoint of a machine.
    pub fn record_mode(&self, id: &MachineId, endpoint: &'static str, mode: Mode) {
        self.with(id, |record| {
            record.detached.insert(endpoint);
            record.mode = Some(mode);
        });
    }

    /// Whether this process has set this mode at an endpoint of a machine.
    #[must_use]
    pub fn has_set_mode(&self, id: &MachineId, endpoint: &str, mode: &Word<Mode>) -> bool {
        let machines = self.machines();
        machines.get(id).is_some_and(|record| {
            record.detached.contains(endpoint) && record.mode.is_some() && record.mode == mode.known()
        })
    }

    /// Records a version that this process plans; `None` if its regions are not known yet.
    pub fn plan_version(&self, id: VersionId, regions: Option<Vec<Location>>) {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).insert(id, regions);
    }

    /// A version as this process plans it.
    #[must_use]
    pub fn planned_version(&self, id: &VersionId) -> Option<KnownVersion> {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let regions = planned.get(id)?.clone();
        Some(regions.map_or(KnownVersion::Unknown, KnownVersion::In))
    }

    /// The cell for the version with this id, filled by the first read.
    #[must_use]
    pub fn version(&self, id: &VersionId) -> Arc<OnceCell<KnownVersion>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(read.entry(id.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure_double::{GALLERY, PROFILE};

    #[test]
    fn changes_to_a_machine_are_known_by_its_id_in_any_case() {
        let cache = MachineCache::default();
        let text = GALLERY.replace("galleries/g", "virtualMachines/vm");
        let (id, shouted): (MachineId, MachineId) =
            (text.parse().unwrap(), text.to_uppercase().parse().unwrap());
        assert!(
            !cache.plan(&id, PlannedAttachment::New) && cache.plan(&shouted, PlannedAttachment::New),
            "two new ones"
        );
        cache.unplan(&shouted);
        assert!(!cache.plan(&id, PlannedAttachment::New), "another try");
        cache.record_attached(&id, "a");
        assert_eq!(cache.attached_by(&shouted).as_deref(), Some("a"));
        assert!(!cache.plan(&id, PlannedAttachment::Existing("a".to_owned())), "the same once more");
        assert!(
            cache.plan(&id, PlannedAttachment::Existing("b".to_owned()))
                && cache.plan(&id, PlannedAttachment::New)
        );
        cache.record_detached(&id);
        assert!(!cache.plan(&id, PlannedAttachment::New) && cache.attached_by(&id).is_none());
        cache.record_mode(&id, "imds", Mode::Audit);
        assert!(cache.has_set_mode(&shouted, "imds", &Mode::Audit.into()));
        assert!(
            !cache.has_set_mode(&id, "imds", &Mode::Enforce.into())
                && !cache.has_set_mode(&id, "wire_server", &Mode::Audit.into())
        );
        cache.clear();
        assert!(!cache.plan(&id, PlannedAttachment::New));
    }

    #[test]
    fn a_planned_version_has_the_regions_of_its_plan() {
        let cache = MachineCache::default();
        let id: VersionId = format!("{PROFILE}/versions/1.0.0").parse().unwrap();
        assert_eq!(cache.planned_version(&id), None);
        cache.plan_version(id.clone(), None);
        assert_eq!(cache.planned_version(&id), Some(KnownVersion::Unknown));
        cache.plan_version(id.clone(), Some(vec!["westus".into()]));
        assert_eq!(cache.planned_version(&id), Some(KnownVersion::In(vec!["West US".into()])));
    }
}
