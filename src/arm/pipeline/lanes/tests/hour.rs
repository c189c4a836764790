//! An hour of creations against the recorded buckets of the Compute provider, in simulated time.

use super::super::header::levels;
use super::super::kind::{RequestKind, RequestObject, Verb};
use super::super::state::{Lanes, SentRequest};
use crate::arm::error::ArmError;
use crate::arm::pace::Pace;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// The requests that create one version, with the milliseconds after the response before: the read whether it
/// exists, the PUT, polls of the operation for 45 seconds, the read of the version.
const LIFE: [(Step, u64); 8] = [
    (Step::Get, 0),
    (Step::Put, 0),
    (Step::Poll, 350),
    (Step::Poll, 750),
    (Step::Poll, 2_000),
    (Step::Poll, 8_800),
    (Step::Poll, 33_000),
    (Step::Get, 0),
];
/// How many requests the service's own work on a creation takes from the bucket of reads.
const OWN_READS: f64 = 6.0;
const ROUND_TRIP: u64 = 100;
const HOUR: u64 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Get,
    Put,
    Poll,
}

impl Step {
    fn kind(self) -> RequestKind {
        let version = || {
            RequestObject::One("microsoft.compute/galleries/invmaccesscontrolprofiles/versions".to_owned())
        };
        let (verb, object) = match self {
            Self::Get => (Verb::Read, version()),
            Self::Put => (Verb::Write, version()),
            Self::Poll => (Verb::Read, RequestObject::Operation),
        };
        RequestKind { scope: Some("s".to_owned()), verb, object }
    }

    fn buckets(self) -> [(&'static str, f64, u64); 2] {
        match self {
            Self::Get => [
                ("GetGalleryInVMAccessControlProfileVersion3Min", 600.0, 3),
                ("GetGalleryInVMAccessControlProfileVersion30Min", 3_000.0, 30),
            ],
            Self::Put => [
                ("CreateUpdateGalleryInVMAccessControlProfileVersion3Min", 150.0, 3),
                ("CreateUpdateGalleryInVMAccessControlProfileVersion30Min", 750.0, 30),
            ],
            Self::Poll => [("GetOperationStatus3Min", 5_000.0, 3), ("GetOperationStatus30Min", 15_000.0, 30)],
        }
    }
}

/// The buckets at Azure. It is not known whether they fill steadily or all at once when a window ends.
struct Azure {
    steady: bool,
    remaining: HashMap<&'static str, (f64, u64)>,
    refused: usize,
}

impl Azure {
    fn fill(&mut self, (name, size, minutes): (&'static str, f64, u64), now: u64) -> &mut f64 {
        let window = minutes * 60_000;
        let (remaining, at) = self.remaining.entry(name).or_insert((size, now));
        #[allow(clippy::cast_precision_loss)]
        if self.steady {
            *remaining = (*remaining + size * (now - *at) as f64 / window as f64).min(size);
            *at = now;
        } else if now / window > *at / window {
            (*remaining, *at) = (size, now);
        }
        remaining
    }

    /// The header of the response, or the milliseconds after which to retry.
    fn answer(&mut self, step: Step, now: u64) -> Result<String, u64> {
        if step.buckets().iter().any(|bucket| *self.fill(*bucket, now) < 1.0) {
            self.refused += 1;
            // A steady bucket requests a wait of ten seconds, a window until its end.
            let windows = step.buckets().into_iter().filter(|bucket| *self.fill(*bucket, now) < 1.0);
            let ends = windows.map(|(_, _, minutes)| minutes * 60_000 - now % (minutes * 60_000)).max();
            return Err(if self.steady { 10_000 } else { ends.unwrap_or(0) });
        }
        if step == Step::Put {
            for bucket in Step::Get.buckets() {
                let remaining = self.fill(bucket, now);
                *remaining = (*remaining - OWN_READS).max(0.0);
            }
        }
        let entries = step.buckets().map(|bucket| {
            let remaining = self.fill(bucket, now);
            *remaining -= 1.0;
            format!("Microsoft.Compute/{};{}", bucket.0, remaining.floor())
        });
        Ok(entries.join(","))
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A worker wants to send its next request.
    Ready(usize),
    /// The next request of a kind may be sent.
    Try(Step),
    Answered(usize),
}

/// Creates versions for an hour, this many at a time. Returns how many were created and how many requests
/// were refused.
fn hour(workers: usize, steady: bool) -> (usize, usize) {
    let start = Instant::now();
    let at = |ms| start + Duration::from_millis(ms);
    let mut azure = Azure { steady, remaining: HashMap::new(), refused: 0 };
    let mut lanes = Lanes::new(Pace::default());
    let mut waiting: BTreeMap<Step, VecDeque<usize>> = BTreeMap::new();
    let mut steps = vec![0; workers];
    let mut sent: HashMap<usize, SentRequest> = HashMap::new();
    let mut events: BinaryHeap<Reverse<(u64, Event)>> =
        (0..workers).map(|worker| Reverse((0, Event::Ready(worker)))).collect();
    let mut created = 0;
    let mut tries: HashMap<Step, u64> = HashMap::new();
    while let Some(Reverse((now, event))) = events.pop() {
        if now > HOUR {
            break;
        }
        match event {
            Event::Ready(worker) => {
                let step = LIFE[steps[worker]].0;
                lanes.lane(step.kind());
                waiting.entry(step).or_default().push_back(worker);
                events.push(Reverse((now, Event::Try(step))));
            }
            Event::Try(step) => {
                let Some(worker) = waiting.get(&step).and_then(VecDeque::front).copied() else { continue };
                match lanes.send(&step.kind(), at(now)) {
                    Ok(one) => {
                        waiting.get_mut(&step).unwrap().pop_front();
                        sent.insert(worker, one);
                        events.push(Reverse((now + ROUND_TRIP, Event::Answered(worker))));
                        events.push(Reverse((now, Event::Try(step))));
                    }
                    Err(Some(until)) => {
                        let due = now + u64::try_from((until - at(now)).as_millis()).unwrap() + 1;
                        // A request that is planned before then will find out.
                        let planned = tries.entry(step).or_insert(0);
                        if *planned <= now || *planned > due {
                            *planned = due;
                            events.push(Reverse((due, Event::Try(step))));
                        }
                    }
                    Err(None) => {}
                }
            }
            Event::Answered(worker) => {
                let (step, _) = LIFE[steps[worker]];
                let kind = step.kind();
                match azure.answer(step, now) {
                    Ok(header) => {
                        let headers = [("x-ms-ratelimit-remaining-resource", header.as_str())];
                        lanes.record_levels(&kind, levels(headers, Pace::default().refill), at(now));
                        lanes.accepted(&kind, at(now));
                        steps[worker] += 1;
                        if steps[worker] == LIFE.len() {
                            (created, steps[worker]) = (created + 1, 0);
                        }
                        events.push(Reverse((now + LIFE[steps[worker]].1, Event::Ready(worker))));
                    }
                    Err(wait) => {
                        lanes.refused(
                            &kind,
                            ArmError::default(),
                            Some(Duration::from_millis(wait)),
                            0.5,
                            at(now),
                        );
                        events.push(Reverse((now + wait, Event::Ready(worker))));
                    }
                }
                lanes.end(&sent.remove(&worker).unwrap());
                events.push(Reverse((now, Event::Try(step))));
            }
        }
    }
    (created, azure.refused)
}

#[test]
fn an_hour_of_creations_is_hardly_ever_refused() {
    // 3,000 reads and then 100 per minute, and a creation takes eight of them, six of them by the service
    // itself: about 1,100.
    for (workers, steady, most_refused) in
        [(10, true, 0), (10, false, 5), (50, true, 5), (50, false, 15), (200, true, 40), (200, false, 40)]
    {
        let (created, refused) = hour(workers, steady);
        assert!(refused <= most_refused, "{workers} at a time: {refused} refused, {created} created");
        assert!(created >= 700, "{workers} at a time: {created} created");
    }
}
