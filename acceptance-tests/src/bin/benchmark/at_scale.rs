//! How long a refresh takes under ARM's token buckets: a simulation, in virtual time, the same at every run.
//!
//! What it takes from Microsoft's page on request limits: reads of one principal in one subscription fill a bucket of 250
//! at 25 a second, and who is refused is told to come back in whole seconds. What it takes from this provider: the rules
//! by which reads share a list. What is assumed: a request takes 80 ms, a page of a list 150, a page holds 50 objects,
//! ten requests run at a time, and the order of reads has nothing to do with profiles.

use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::table::table;
use super::workload::EACH;

const BUCKET: f64 = 250.0;
const PER_SECOND: f64 = 25.0;
const REQUEST: f64 = 0.080;
const PAGE: f64 = 0.150;
const WORKERS: usize = 10;
/// Lists younger than this answer.
const AGE: f64 = 60.0;
/// As many entries of 40 rules find room; from three quarters on no list is begun.
const ROOM: usize = 8_500;
/// After so many profiles with more than one read, a first read begins with the list.
const HABIT: usize = 2;

/// How versions are spread.
struct Case {
    name: &'static str,
    versions: usize,
    subscriptions: usize,
    /// Configurations that are refreshed at the same time, each by a process of its own.
    configurations: usize,
    /// Whether each of them has a principal of its own.
    own_principals: bool,
    /// Whether versions of a profile are read one after the other, as where each profile has a module of its own.
    in_order: bool,
}

const CASES: [Case; 7] = [
    case("1,000", 1_000, 1, 1, false, false),
    case("10,000", 10_000, 1, 1, false, false),
    case("10,000, a module for each profile", 10_000, 1, 1, false, true),
    case("100,000 in 10 subscriptions", 100_000, 10, 1, false, false),
    case("the same, a module for each profile", 100_000, 10, 1, false, true),
    case("the same, 10 configurations by subscription", 100_000, 10, 10, false, true),
    case("100,000 in one subscription, 10 configurations", 100_000, 1, 10, true, true),
];

const fn case(
    name: &'static str,
    versions: usize,
    subscriptions: usize,
    configurations: usize,
    own_principals: bool,
    in_order: bool,
) -> Case {
    Case { name, versions, subscriptions, configurations, own_principals, in_order }
}

/// Prints the table.
pub(crate) fn print() {
    let rows: Vec<Vec<String>> = CASES
        .iter()
        .map(|case| {
            let (single, list) = (simulate(case, false), simulate(case, true));
            vec![
                case.name.to_owned(),
                single.requests.to_string(),
                clock(single.seconds),
                list.requests.to_string(),
                clock(list.seconds),
                list.refused.to_string(),
            ]
        })
        .collect();
    let head = ["versions", "single reads", "take", "with lists", "take", "refused"];
    table("A refresh under ARM's token buckets, ten versions to a profile", &head, &rows);
}

fn clock(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds.round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// What a refresh came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Outcome {
    requests: usize,
    refused: usize,
    seconds: f64,
}

/// The tokens of one principal in one subscription.
struct Bucket {
    tokens: f64,
    at: f64,
}

impl Bucket {
    /// Takes a token at a time no earlier than this: when it has one, and how often it was refused before.
    fn take(&mut self, mut now: f64) -> (f64, usize) {
        let mut refused = 0;
        loop {
            if now > self.at {
                self.tokens = PER_SECOND.mul_add(now - self.at, self.tokens).min(BUCKET);
                self.at = now;
            }
            if self.tokens >= 1.0 {
                self.tokens -= 1.0;
                return (now, refused);
            }
            refused += 1;
            now += ((1.0 - self.tokens) / PER_SECOND).ceil().max(1.0) + REQUEST;
        }
    }
}

/// One process with its worker slots.
struct Process {
    waiting: VecDeque<usize>,
    families: HashMap<usize, Family>,
    repeated: usize,
    kept: usize,
}

#[derive(Default)]
struct Family {
    reads: usize,
    /// When the list was asked for, and when it is there.
    list: Option<(f64, f64)>,
    entries: usize,
}

/// A worker that is free at a time; the heap gives the earliest.
#[derive(PartialEq)]
struct Free(f64, usize);

impl Eq for Free {}

impl Ord for Free {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0).then_with(|| other.1.cmp(&self.1))
    }
}

impl PartialOrd for Free {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn simulate(case: &Case, lists: bool) -> Outcome {
    let mut order: Vec<usize> = (0..case.versions).collect();
    if !case.in_order {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for at in (1..order.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap_or(0));
        }
    }
    let share = case.versions.div_ceil(case.configurations);
    let mut processes: Vec<Process> = (0..case.configurations)
        .map(|own| Process {
            waiting: order.iter().copied().filter(|version| version / share == own).collect(),
            families: HashMap::new(),
            repeated: 0,
            kept: 0,
        })
        .collect();
    let mut buckets: HashMap<(usize, usize), Bucket> = HashMap::new();
    let mut free: BinaryHeap<Free> =
        (0..case.configurations * WORKERS).map(|worker| Free(0.0, worker)).collect();
    let mut outcome = Outcome::default();
    let in_subscription = case.versions.div_ceil(case.subscriptions);
    while let Some(Free(now, worker)) = free.pop() {
        outcome.seconds = outcome.seconds.max(now);
        let own = worker / WORKERS;
        let Some(process) = processes.get_mut(own) else { continue };
        let Some(version) = process.waiting.pop_front() else { continue };
        let principal = if case.own_principals { own } else { 0 };
        let key = (version / in_subscription, principal);
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: BUCKET, at: 0.0 });
        let ready = match process.arrive(version / EACH, now, lists) {
            Found::Kept(ready) => ready,
            Found::Nothing { by_list } => {
                let (begun, refused) = bucket.take(now);
                outcome.requests += 1;
                outcome.refused += refused;
                let ready = begun + if by_list { PAGE } else { REQUEST };
                if by_list {
                    process.listed(version / EACH, begun, ready);
                }
                ready
            }
        };
        free.push(Free(ready.max(now), worker));
    }
    outcome
}

enum Found {
    /// An entry that is there at this time.
    Kept(f64),
    /// A request is needed, for a page of the list or for the object.
    Nothing { by_list: bool },
}

impl Process {
    fn arrive(&mut self, profile: usize, now: f64, lists: bool) -> Found {
        let family = self.families.entry(profile).or_default();
        family.reads += 1;
        if family.reads == 2 {
            self.repeated += 1;
        }
        if family.list.is_some_and(|(begun, _)| now - begun >= AGE) {
            self.kept -= family.entries;
            family.entries = 0;
            family.list = None;
        }
        if let Some((_, ready)) = family.list
            && family.entries > 0
        {
            family.entries -= 1;
            self.kept -= 1;
            return Found::Kept(ready);
        }
        let usual = family.reads > 1 || self.repeated >= HABIT;
        Found::Nothing { by_list: lists && usual && family.list.is_none() && self.kept < ROOM / 4 * 3 }
    }

    fn listed(&mut self, profile: usize, begun: f64, ready: f64) {
        let family = self.families.entry(profile).or_default();
        let left = EACH.saturating_sub(family.reads);
        family.list = Some((begun, ready));
        family.entries = left;
        self.kept += left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket { tokens: BUCKET, at: 0.0 };
        assert!((0..250).all(|_| bucket.take(0.0) == (0.0, 0)));
        let (when, refused) = bucket.take(0.0);
        assert!(refused == 1 && (1.0..1.2).contains(&when), "{when}");
    }

    #[test]
    fn single_reads_are_bound_by_the_rate_and_lists_are_not() {
        // In no order many lists are read at a time; a module for each profile has one list read after another.
        for (in_order, requests, longest) in [(false, 1_300, 60.0), (true, 1_100, 180.0)] {
            let case = case("", 10_000, 1, 1, false, in_order);
            let (single, list) = (simulate(&case, false), simulate(&case, true));
            assert_eq!(single.requests, 10_000);
            assert!((385.0..410.0).contains(&single.seconds), "{single:?}");
            assert!(list.requests < requests && list.seconds < longest, "{list:?}");
            assert_eq!(simulate(&case, true), list, "the same every time");
        }
    }
}
