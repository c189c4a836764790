//! The limits of the Compute provider: for each kind of request a number in 3 and in 30 minutes.
//!
//! Source: the header `x-ms-ratelimit-remaining-resource` of recorded traffic. It also shows that the
//! provider's own work counts, and that used requests come back one after the other as they age. The names
//! for DELETE of galleries and the work of deleting a version are assumed; no refusal was recorded.

use std::collections::{HashMap, VecDeque};

use crate::arm::id::Kind;
use crate::arm::throttle::{BucketScale, RequestClass};
use crate::clock::Millis;
use crate::store::WriteKind;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Its name in the header.
    pub name: &'static str,
    /// How many are allowed in 3 and in 30 minutes.
    pub allowed: [u32; 2],
}

/// The words and the lengths of the windows, in milliseconds.
const WINDOWS: [(&str, Millis); 2] = [("3Min", 180_000), ("30Min", 1_800_000)];

const fn operation(name: &'static str, short: u32, long: u32) -> Operation {
    Operation { name, allowed: [short, long] }
}

/// A poll of an operation.
pub const STATUS: Operation = operation("GetOperationStatus", 5000, 15_000);
const GET_PROFILE: Operation = operation("GetGalleryInVMAccessControlProfile", 600, 3000);
const GET_VERSION: Operation = operation("GetGalleryInVMAccessControlProfileVersion", 600, 3000);

/// The kind of a request for one object.
pub fn of_object(kind: Kind, count: RequestClass) -> Option<Operation> {
    Some(match (kind, count) {
        // Those of machines are not counted.
        (Kind::Group | Kind::Machine | Kind::ScaleSet | Kind::Instance, _) => return None,
        (Kind::Gallery, RequestClass::Reads) => operation("GetGallery", 350, 2500),
        (Kind::Gallery, RequestClass::Writes) => operation("CreateUpdateGallery", 50, 300),
        (Kind::Gallery, RequestClass::Deletes) => operation("DeleteGallery", 50, 300),
        (Kind::Profile, RequestClass::Reads) => GET_PROFILE,
        (Kind::Profile, RequestClass::Writes) => {
            operation("CreateUpdateGalleryInVMAccessControlProfile", 150, 750)
        }
        (Kind::Profile, RequestClass::Deletes) => {
            operation("DeleteGalleryInVMAccessControlProfile", 150, 750)
        }
        (Kind::Version, RequestClass::Reads) => GET_VERSION,
        (Kind::Version, RequestClass::Writes) => {
            operation("CreateUpdateGalleryInVMAccessControlProfileVersion", 150, 750)
        }
        (Kind::Version, RequestClass::Deletes) => {
            operation("DeleteGalleryInVMAccessControlProfileVersion", 150, 750)
        }
    })
}

/// The kind of a list of these.
pub fn of_list(kind: Kind) -> Option<Operation> {
    match kind {
        Kind::Profile => Some(operation("ListGalleryInVMAccessControlProfile", 600, 3000)),
        Kind::Version => Some(operation("ListGalleryInVMAccessControlProfileVersion", 600, 3000)),
        _ => None,
    }
}

/// The provider's own requests for a write, and their number.
fn own_work(kind: Kind, work: WriteKind) -> Option<(Operation, u32)> {
    match (kind, work) {
        (Kind::Profile, _) => Some((GET_PROFILE, 1)),
        (Kind::Version, WriteKind::Create) => Some((GET_VERSION, 5)),
        (Kind::Version, WriteKind::Update | WriteKind::Delete) => Some((GET_VERSION, 4)),
        _ => None,
    }
}

/// The requests of one kind in one window.
#[derive(Debug, Default)]
struct Window {
    used: u32,
    entries: VecDeque<(Millis, u32)>,
}

impl Window {
    fn draw(&mut self, requests: u32, now: Millis) {
        self.used = self.used.saturating_add(requests);
        match self.entries.back_mut() {
            // Requests of one moment share an entry.
            Some((at, count)) if now - *at < 10 => *count = count.saturating_add(requests),
            _ => self.entries.push_back((now, requests)),
        }
    }

    /// The entry that has to expire before another request is allowed; none if one is allowed now.
    fn free_at(&self, allowed: u32) -> Option<Millis> {
        let mut left = self.used;
        let mut entries = self.entries.iter();
        let mut free = None;
        while left >= allowed {
            let (at, count) = entries.next()?;
            left = left.saturating_sub(*count);
            free = Some(*at);
        }
        free
    }

    fn forget(&mut self, before: Millis) {
        while let Some((_, count)) = self.entries.front().copied().filter(|(at, _)| *at <= before) {
            self.used = self.used.saturating_sub(count);
            self.entries.pop_front();
        }
    }
}

/// Too many requests of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exceeded {
    /// The kind.
    pub operation: Operation,
    /// The window that is full.
    pub window: &'static str,
    /// How many it allows.
    pub allowed: u32,
    /// The start of the period in which requests count.
    pub since: Millis,
    /// The seconds until the next one is allowed.
    pub seconds: u64,
}

/// The requests of the last half hour.
#[derive(Debug, Default)]
pub struct Limits {
    known: HashMap<&'static str, [Window; 2]>,
}

impl Limits {
    /// Whether one more request is allowed.
    pub fn check(&mut self, operation: Operation, scale: BucketScale, now: Millis) -> Result<(), Exceeded> {
        let windows = self.windows(operation, scale, now);
        for ((window, (word, length)), allowed) in windows.iter().zip(WINDOWS).zip(operation.allowed) {
            let allowed = scaled(allowed, scale);
            if let Some(free) = window.free_at(allowed) {
                let length = span(length, scale);
                let wait = (free + length - now).max(0);
                let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1000).max(1);
                return Err(Exceeded { operation, window: word, allowed, since: now - length, seconds });
            }
        }
        Ok(())
    }

    /// Counts a request.
    pub fn count(&mut self, operation: Operation, scale: BucketScale, now: Millis) {
        for window in self.windows(operation, scale, now) {
            window.draw(1, now);
        }
    }

    /// Counts the provider's own requests for a write.
    pub fn work(&mut self, kind: Kind, work: WriteKind, scale: BucketScale, now: Millis) {
        if let Some((operation, requests)) = own_work(kind, work) {
            for window in self.windows(operation, scale, now) {
                window.draw(requests, now);
            }
        }
    }

    /// The header: the remaining number in each window, but at least `floor` of it.
    pub fn header(&mut self, operation: Operation, scale: BucketScale, floor: f64, now: Millis) -> String {
        let windows = self.windows(operation, scale, now);
        let left =
            windows.iter().zip(WINDOWS).zip(operation.allowed).map(|((window, (word, _)), allowed)| {
                let allowed = scaled(allowed, scale);
                let least = whole(f64::from(allowed) * floor);
                format!(
                    "Microsoft.Compute/{}{word};{}",
                    operation.name,
                    allowed.saturating_sub(window.used).max(least)
                )
            });
        left.collect::<Vec<_>>().join(",")
    }

    /// Forgets every request.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    fn windows(&mut self, operation: Operation, scale: BucketScale, now: Millis) -> &mut [Window; 2] {
        let windows = self.known.entry(operation.name).or_default();
        for (window, (_, length)) in windows.iter_mut().zip(WINDOWS) {
            window.forget(now - span(length, scale));
        }
        windows
    }
}

fn scaled(allowed: u32, scale: BucketScale) -> u32 {
    whole(f64::from(allowed) * scale.size).max(1)
}

fn span(length: Millis, scale: BucketScale) -> Millis {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let span = (length as f64 / scale.speed) as Millis;
    span.max(1)
}

fn whole(value: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = value as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const AZURE: BucketScale = BucketScale { size: 1.0, speed: 1.0 };

    fn write() -> Operation {
        of_object(Kind::Version, RequestClass::Writes).unwrap()
    }

    #[test]
    fn a_version_and_a_poll_count_as_recorded() {
        let mut limits = Limits::default();
        limits.count(write(), AZURE, 0);
        limits.work(Kind::Version, WriteKind::Create, AZURE, 0);
        assert_eq!(
            limits.header(write(), AZURE, 0.0, 0),
            "Microsoft.Compute/CreateUpdateGalleryInVMAccessControlProfileVersion3Min;149,\
             Microsoft.Compute/CreateUpdateGalleryInVMAccessControlProfileVersion30Min;749"
        );
        limits.count(GET_VERSION, AZURE, 60_000);
        assert_eq!(
            limits.header(GET_VERSION, AZURE, 0.0, 60_000),
            "Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion3Min;594,\
             Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion30Min;2994"
        );
        let later = limits.header(GET_VERSION, AZURE, 0.0, 180_000);
        assert!(later.contains("3Min;599,") && later.ends_with("30Min;2994"), "{later}");
    }

    /// Makes a request if it is allowed.
    fn take(limits: &mut Limits, scale: BucketScale, now: Millis) -> Result<(), Exceeded> {
        limits.check(write(), scale, now)?;
        limits.count(write(), scale, now);
        Ok(())
    }

    #[test]
    fn a_full_window_refuses_until_its_oldest_request_expires() {
        let mut limits = Limits::default();
        for at in 0..150 {
            take(&mut limits, AZURE, at * 100).unwrap();
        }
        let refused = take(&mut limits, AZURE, 15_000).unwrap_err();
        assert_eq!((refused.window, refused.allowed, refused.seconds), ("3Min", 150, 165));
        assert!(limits.header(write(), AZURE, 0.0, 15_000).contains("3Min;0,"));
        assert!(limits.header(write(), AZURE, 0.5, 15_000).contains("3Min;75,"), "unless a floor is shown");
        assert!(take(&mut limits, AZURE, 180_000).is_ok());
        assert!(take(&mut limits, AZURE, 180_001).is_err());
    }

    #[test]
    fn size_and_speed_change_every_limit() {
        let quick = BucketScale { size: 0.1, speed: 100.0 };
        let mut limits = Limits::default();
        for _ in 0..15 {
            take(&mut limits, quick, 0).unwrap();
        }
        assert!(take(&mut limits, quick, 1799).is_err());
        assert!(take(&mut limits, quick, 1800).is_ok());
    }
}
