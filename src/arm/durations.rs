//! How long operations take, by what they do.

use super::pipeline::resource_type;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;

/// What operations do: a type of resource is written or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Work {
    resource_type: String,
    deletes: bool,
}

impl Work {
    /// The work on the object at a path.
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

/// What this process has seen.
#[derive(Debug)]
pub(super) struct Durations {
    seen: watch::Sender<Seen>,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    last: HashMap<Work, Duration>,
    /// How many times as fast as recorded operations are.
    hurry: u32,
    /// An operation took another time than was recorded: this is another Azure than the recorded one.
    differs: bool,
}

impl Durations {
    pub(super) fn new(hurry: u32) -> Self {
        Self { seen: watch::Sender::new(Seen { hurry, ..Seen::default() }) }
    }

    /// Records an operation that succeeded, and wakes those that wait for one of its kind.
    pub(super) fn learn(&self, work: &Work, took: Duration) {
        self.seen.send_modify(|seen| {
            let off = seen.recorded(work).map_or(Duration::ZERO, |recorded| recorded.abs_diff(took));
            seen.differs |= off > Duration::from_secs(1).max(took / 5);
            seen.last.insert(work.clone(), took);
        });
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }
}

impl Seen {
    /// How long work should take: as long as it took last, else as recorded.
    pub(super) fn expected(&self, work: &Work) -> Option<Duration> {
        self.last.get(work).copied().or_else(|| self.recorded(work).filter(|_| !self.differs))
    }

    fn recorded(&self, work: &Work) -> Option<Duration> {
        Some(work.recorded()? / self.hurry.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p";

    fn expected(durations: &Durations, work: &Work) -> Option<u64> {
        durations.subscribe().borrow().expected(work).map(|took| took.as_millis().try_into().unwrap())
    }

    #[test]
    fn observed_durations_take_precedence_over_recorded_ones() {
        let durations = Durations::new(1);
        let (create, delete) = (Work::on(PROFILE, false), Work::on(PROFILE, true));
        let version = Work::on(&format!("{PROFILE}/versions/1.0.0"), false);
        assert_eq!(expected(&durations, &create), Some(110));
        assert_eq!(expected(&durations, &version), Some(45_190));
        durations.learn(&create, Duration::from_millis(300));
        assert_eq!(expected(&durations, &create), Some(300));
        assert_eq!(expected(&durations, &delete), Some(330));
        durations.learn(&create, Duration::from_secs(5));
        assert_eq!(expected(&durations, &create), Some(5_000));
        assert_eq!(
            (expected(&durations, &delete), expected(&durations, &version)),
            (None, None),
            "another Azure"
        );
        assert_eq!(expected(&durations, &Work::on("/subscriptions/s", false)), None);
    }
}
