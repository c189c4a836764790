//! How long operations take, by what they do.

use super::pipeline::resource_type;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;

/// A kind of operation: a type of resource is written or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct OperationKind {
    resource_type: String,
    deletes: bool,
}

impl OperationKind {
    /// A write or deletion of the object at a path.
    pub(super) fn on(path: &str, deletes: bool) -> Self {
        Self { resource_type: resource_type(path).0, deletes }
    }

    /// How long it takes Azure, as recorded in 2025.
    fn recorded(&self) -> Option<Duration> {
        let took = match (self.resource_type.as_str(), self.deletes) {
            ("microsoft.compute/galleries/invmaccesscontrolprofiles/versions", _) => 45_190,
            ("microsoft.compute/galleries/invmaccesscontrolprofiles", false) => 110,
            ("microsoft.compute/galleries/invmaccesscontrolprofiles", true) => 330,
            _ => return None,
        };
        Some(Duration::from_millis(took))
    }
}

/// The durations of operations, shared by those that wait.
#[derive(Debug)]
pub(super) struct Durations {
    known: watch::Sender<KnownDurations>,
}

#[derive(Debug, Default)]
pub(super) struct KnownDurations {
    last: HashMap<OperationKind, Duration>,
    /// How many times as fast as recorded operations are.
    hurry: u32,
    /// An operation took another time than was recorded: this is another Azure than the recorded one.
    differs: bool,
}

impl Durations {
    pub(super) fn new(hurry: u32) -> Self {
        Self { known: watch::Sender::new(KnownDurations { hurry, ..KnownDurations::default() }) }
    }

    /// Records an operation that succeeded, and wakes those that wait for one of its kind.
    pub(super) fn record(&self, kind: &OperationKind, took: Duration) {
        self.known.send_modify(|known| {
            let off = known.recorded(kind).map_or(Duration::ZERO, |recorded| recorded.abs_diff(took));
            known.differs |= off > Duration::from_secs(1).max(took / 5);
            known.last.insert(kind.clone(), took);
        });
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<KnownDurations> {
        self.known.subscribe()
    }
}

impl KnownDurations {
    /// How long an operation should take: as long as the last of its kind, else as recorded.
    pub(super) fn expected(&self, kind: &OperationKind) -> Option<Duration> {
        self.last.get(kind).copied().or_else(|| self.recorded(kind).filter(|_| !self.differs))
    }

    fn recorded(&self, kind: &OperationKind) -> Option<Duration> {
        Some(kind.recorded()? / self.hurry.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p";

    fn expected(durations: &Durations, kind: &OperationKind) -> Option<u64> {
        durations.subscribe().borrow().expected(kind).map(|took| took.as_millis().try_into().unwrap())
    }

    #[test]
    fn observed_durations_take_precedence_over_recorded_ones() {
        let durations = Durations::new(1);
        let (create, delete) = (OperationKind::on(PROFILE, false), OperationKind::on(PROFILE, true));
        let version = OperationKind::on(&format!("{PROFILE}/versions/1.0.0"), false);
        assert_eq!(expected(&durations, &create), Some(110));
        assert_eq!(expected(&durations, &version), Some(45_190));
        durations.record(&create, Duration::from_millis(300));
        assert_eq!(expected(&durations, &create), Some(300));
        assert_eq!(expected(&durations, &delete), Some(330));
        durations.record(&create, Duration::from_secs(5));
        assert_eq!(expected(&durations, &create), Some(5_000));
        assert_eq!(
            (expected(&durations, &delete), expected(&durations, &version)),
            (None, None),
            "another Azure"
        );
        assert_eq!(expected(&durations, &OperationKind::on("/subscriptions/s", false)), None);
    }
}
