//! How long many versions take under the recorded buckets of Azure: a simulation, in virtual time, with the
//! same result at every run.
//!
//! Recorded: a write or deletion of a version takes 45 seconds. The Compute provider allows a subscription
//! 150 writes, 150 deletions, 600 reads and 600 lists in three minutes, and 750, 750, 3,000 and 3,000 in
//! thirty. A creation takes six more reads from that bucket in addition to our two. Assumed: the buckets fill
//! steadily, a request takes 80 ms, a page of a list 150 ms, and Terraform itself takes no time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::table::table;
use super::workload::EACH;

const OPERATION: u64 = 45_200;
const REQUEST: u64 = 80;
const PAGE: u64 = 150;

/// A request, and how many more the service takes from the same bucket for its own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Read(u32),
    List,
    Write,
    Delete,
    /// No requests for this many milliseconds, except polls of an operation, whose bucket is large.
    Wait(u64),
}

/// The steps for each version, or for each profile of ten.
struct Work {
    name: &'static str,
    steps: &'static [Step],
    each: usize,
}

const WORK: [Work; 4] = [
    Work {
        name: "create",
        steps: &[Step::Read(0), Step::Write, Step::Wait(OPERATION), Step::Read(6)],
        each: 1,
    },
    Work { name: "delete", steps: &[Step::Delete, Step::Wait(OPERATION)], each: 1 },
    Work { name: "refresh, by lists", steps: &[Step::List], each: EACH },
    Work { name: "refresh, singly", steps: &[Step::Read(0)], each: 1 },
];

/// Prints the table.
pub(crate) fn print() {
    let mut rows = Vec::new();
    for work in &WORK {
        for versions in [100, 1_000, 100_000] {
            let times =
                [10, 50, 200].map(|parallel| clock(simulate(work.steps, versions / work.each, parallel)));
            rows.push([vec![work.name.to_owned(), versions.to_string()], times.to_vec()].concat());
        }
    }
    let head = ["", "versions", "-parallelism=10", "50", "200"];
    table("Under the recorded buckets of one subscription, ten versions to a profile", &head, &rows);
}

fn clock(milliseconds: u64) -> String {
    if milliseconds < 60_000 {
        return format!("{} s", milliseconds.div_ceil(1_000));
    }
    let minutes = milliseconds.div_ceil(60_000);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours @ 0..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{}.{} days", hours / 24, hours % 24 * 10 / 24),
    }
}

/// A bucket of tokens that fills steadily.
struct Bucket {
    size: f64,
    window: f64,
    tokens: f64,
    at: f64,
}

impl Bucket {
    fn new(size: f64, minutes: f64) -> Self {
        Self { size, window: minutes * 60_000.0, tokens: size, at: 0.0 }
    }

    /// When this many tokens are available, no earlier than this.
    fn when(&self, now: f64, count: f64) -> f64 {
        let missing = count - self.tokens;
        if missing <= 0.0 { now } else { now.max(self.at + missing * self.window / self.size) }
    }

    fn take(&mut self, now: f64, count: f64) {
        let filled = (now - self.at).max(0.0) * self.size / self.window;
        self.tokens = (self.tokens + filled).min(self.size) - count;
        self.at = self.at.max(now);
    }
}

/// The two buckets of one kind of request.
struct Limit([Bucket; 2]);

impl Limit {
    fn new(in_3: f64, in_30: f64) -> Self {
        Self([Bucket::new(in_3, 3.0), Bucket::new(in_30, 30.0)])
    }

    /// Takes tokens as soon as both buckets have them; returns the time.
    fn take(&mut self, now: u64, count: u32) -> u64 {
        let count = f64::from(count);
        #[allow(clippy::cast_precision_loss)]
        let when = self.0.iter().fold(now as f64, |when, bucket| bucket.when(when, count)).ceil();
        self.0.iter_mut().for_each(|bucket| bucket.take(when, count));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let when = when as u64;
        when
    }
}

/// Runs the steps for each of this many objects, some at a time; returns the milliseconds until all are done.
fn simulate(steps: &[Step], count: usize, parallel: usize) -> u64 {
    let (mut reads, mut lists) = (Limit::new(600.0, 3_000.0), Limit::new(600.0, 3_000.0));
    let (mut writes, mut deletes) = (Limit::new(150.0, 750.0), Limit::new(150.0, 750.0));
    // The next time of each worker, and its step.
    let mut workers: BinaryHeap<Reverse<(u64, usize)>> =
        (0..parallel.min(count)).map(|_| Reverse((0, 0))).collect();
    let mut left = count - workers.len();
    let mut end = 0;
    while let Some(Reverse((now, at))) = workers.pop() {
        let Some(step) = steps.get(at) else {
            end = end.max(now);
            if left > 0 {
                left -= 1;
                workers.push(Reverse((now, 0)));
            }
            continue;
        };
        let done = match step {
            Step::Read(more) => reads.take(now, 1 + more) + REQUEST,
            Step::List => lists.take(now, 1) + PAGE,
            Step::Write => writes.take(now, 1) + REQUEST,
            Step::Delete => deletes.take(now, 1) + REQUEST,
            Step::Wait(time) => now + time,
        };
        workers.push(Reverse((done, at + 1)));
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_yield_their_content_and_then_their_rate() {
        let mut limit = Limit::new(600.0, 3_000.0);
        assert!((0..600).all(|_| limit.take(0, 1) == 0));
        assert_eq!(limit.take(0, 1), 300, "200 a minute");
    }

    #[test]
    fn the_operations_limit_ten_at_a_time_and_the_reads_limit_more() {
        let [create, delete, by_lists, singly] = WORK;
        let minutes = |work: &Work, versions: usize, parallel| {
            simulate(work.steps, versions / work.each, parallel) / 60_000
        };
        assert_eq!(minutes(&create, 1_000, 10), 75);
        assert!((45..60).contains(&minutes(&create, 1_000, 50)), "{}", minutes(&create, 1_000, 50));
        assert_eq!(minutes(&delete, 100, 10), 7);
        assert_eq!(minutes(&by_lists, 1_000, 10), 0);
        assert!(minutes(&singly, 1_000, 10) >= 2);
        assert_eq!(
            simulate(create.steps, 1_000, 50),
            simulate(create.steps, 1_000, 50),
            "the same every time"
        );
    }
}
