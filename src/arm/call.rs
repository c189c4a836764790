//! The context of every call: its deadline, and its cancellation.

use super::error::{Error, LastResponse};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The context of one operation, created once per operation and passed to each call that belongs to it.
///
/// Clones share the service's last response, so that a timeout can report it.
#[derive(Clone)]
pub struct Call {
    started: Instant,
    deadline: Instant,
    cancel: CancellationToken,
    parent_expected: bool,
    module: Option<Arc<str>>,
    last: Arc<Mutex<LastResponse>>,
    write_outcome: Arc<AtomicU8>,
    /// Whether an attempt of the write had no definite response, whatever came after.
    was_doubtful: Arc<AtomicBool>,
}

/// The outcome of the writes of an operation, as far as their responses show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum WriteOutcome {
    /// No write was sent, or each was refused.
    #[default]
    Settled = 0,
    /// The connection broke, or the service failed: a write may have been accepted.
    Doubtful = 1,
    /// The call stopped waiting for a write under way: it may still be accepted.
    UnderWay = 2,
}

impl Call {
    /// Takes the timeout of the whole operation, from now on, and the token that cancels it.
    pub fn new(timeout: Duration, cancel: CancellationToken) -> Self {
        let started = Instant::now();
        // Long enough for any operation, short enough that no clock overflows.
        let longest = Duration::from_secs(366 * 24 * 3600);
        Self {
            started,
            deadline: started + timeout.min(longest),
            cancel,
            parent_expected: false,
            module: None,
            last: Arc::default(),
            write_outcome: Arc::default(),
            was_doubtful: Arc::default(),
        }
    }

    /// States that the parent of the object to write exists, for instance since it was created a moment ago.
    /// If a service does not see it yet, the request is retried for a while.
    pub fn expecting_parent(mut self) -> Self {
        self.parent_expected = true;
        self
    }

    /// Adds the name of a module to the user agent of the requests of this operation. Characters that a
    /// header cannot contain are omitted.
    pub fn on_behalf_of(mut self, module: &str) -> Self {
        let module: String = module.chars().filter(char::is_ascii_graphic).collect();
        self.module = (!module.is_empty()).then(|| module.into());
        self
    }

    /// The name of the module that the operation is for.
    pub fn module(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// When the operation is given up.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The elapsed time of the operation.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The timeout of the whole operation.
    pub fn limit(&self) -> Duration {
        self.deadline.saturating_duration_since(self.started)
    }

    /// The outcome of this operation's writes, for use after an error.
    pub fn write_outcome(&self) -> WriteOutcome {
        match self.write_outcome.load(Ordering::SeqCst) {
            0 => WriteOutcome::Settled,
            1 => WriteOutcome::Doubtful,
            _ => WriteOutcome::UnderWay,
        }
    }

    /// Records the outcome of the writes; returns the previous one.
    pub(super) fn set_write_outcome(&self, outcome: WriteOutcome) -> WriteOutcome {
        let previous = self.write_outcome();
        self.write_outcome.store(outcome as u8, Ordering::SeqCst);
        previous
    }

    /// Begins a write, of which nothing is known yet.
    pub(super) fn begin_write(&self) {
        self.set_write_outcome(WriteOutcome::Settled);
        self.was_doubtful.store(false, Ordering::SeqCst);
    }

    /// Records that an attempt of the write had no definite response.
    pub(super) fn mark_doubtful(&self) {
        self.was_doubtful.store(true, Ordering::SeqCst);
    }

    /// Whether an attempt of the write had no definite response, so that a later one can find its result.
    pub(super) fn was_doubtful(&self) -> bool {
        self.was_doubtful.load(Ordering::SeqCst)
    }

    /// The token that cancels the operation.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancel
    }

    /// A part of this call with a shorter deadline, whose errors are not recorded as the call's own.
    pub(super) fn part(&self, longest: Duration) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            deadline: self.deadline.min(now + longest),
            cancel: self.cancel.clone(),
            parent_expected: self.parent_expected,
            module: self.module.clone(),
            last: Arc::default(),
            write_outcome: Arc::default(),
            was_doubtful: Arc::default(),
        }
    }

    pub(super) fn is_parent_expected(&self) -> bool {
        self.parent_expected
    }

    /// The time left until the deadline.
    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Updates the record of the service's last response.
    pub(super) fn update_last(&self, update: impl FnOnce(&mut LastResponse)) {
        update(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Sleeps. If the operation is cancelled, or the delay would end after the deadline, it returns the error
    /// at once. `operation` is formatted only for an error.
    pub async fn pause(
        &self,
        wait: Duration,
        operation: &(impl fmt::Display + Sync + ?Sized),
    ) -> Result<(), Error> {
        if wait > self.remaining() {
            return Err(self.timeout(operation, Some(wait)));
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(self.cancelled(operation)),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    /// Runs work up to the deadline. When the call is cancelled, the work still gets `grace` to end, so that
    /// the outcome of a write under way is known.
    ///
    /// # Errors
    /// If the work fails, the timeout expires, or the call is cancelled.
    pub async fn run<T>(
        &self,
        operation: &(impl fmt::Display + Sync + ?Sized),
        grace: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        if self.cancel.is_cancelled() {
            return Err(self.cancelled(operation));
        }
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep_until(self.deadline) => return Err(self.timeout(operation, None)),
            () = self.cancel.cancelled() => {}
        }
        tokio::select! {
            biased;
            done = &mut work => done,
            () = tokio::time::sleep(grace.min(self.remaining())) => Err(self.cancelled(operation)),
        }
    }

    /// The error of an operation that timed out; `wait` is the service's requested wait.
    pub(super) fn timeout(&self, operation: &(impl fmt::Display + ?Sized), wait: Option<Duration>) -> Error {
        Error::timeout(&operation.to_string(), self.started.elapsed(), self.limit(), wait, self.last())
    }

    /// The error of an operation that was cancelled.
    pub(super) fn cancelled(&self, operation: &(impl fmt::Display + ?Sized)) -> Error {
        Error::Cancelled { operation: operation.to_string(), elapsed: self.started.elapsed() }
    }

    pub(super) fn last(&self) -> LastResponse {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("remaining", &self.remaining())
            .field("cancelled", &self.cancel.is_cancelled())
            .field("parent_expected", &self.parent_expected)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_millis(80);
    const LONG: Duration = Duration::from_secs(60);

    fn call(timeout: Duration) -> (Call, CancellationToken) {
        let token = CancellationToken::new();
        (Call::new(timeout, token.clone()), token)
    }

    #[tokio::test]
    async fn the_deadline_ends_the_work_and_the_error_has_the_last_response() {
        let (call, _) = call(Duration::from_millis(20));
        call.update_last(|last| last.status = Some(503));
        let error = call.run("GET /x", GRACE, std::future::pending::<Result<(), _>>()).await.unwrap_err();
        assert!(error.is_timeout());
        let text = error.report();
        assert!(
            text.contains("GET /x") && text.contains("timeout is 20 ms") && text.contains("503"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_cancelled_call_lets_the_work_end_within_its_grace() {
        let (first, token) = call(LONG);
        token.cancel();
        assert!(first.run("GET /x", GRACE, async { Ok(1) }).await.unwrap_err().is_cancelled());

        let (call, token) = call(LONG);
        let work = async {
            token.cancel();
            tokio::time::sleep(GRACE / 8).await;
            Ok(7)
        };
        assert_eq!(call.run("PUT /x", GRACE, work).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_cancelled_call_ends_after_its_grace() {
        let (call, token) = call(LONG);
        let before = Instant::now();
        let work = async {
            token.cancel();
            std::future::pending::<Result<(), Error>>().await
        };
        assert!(call.run("PUT /x", GRACE, work).await.unwrap_err().is_cancelled());
        assert!(before.elapsed() >= GRACE && before.elapsed() < LONG / 4);
    }

    #[tokio::test]
    async fn a_pause_beyond_the_deadline_fails_at_once() {
        let (call, token) = call(LONG);
        let before = Instant::now();
        let error = call.pause(LONG * 60, "PUT /x").await.unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("1 hour"), "{error}");
        assert!(before.elapsed() < LONG / 4);
        token.cancel();
        assert!(call.pause(LONG / 2, "PUT /x").await.unwrap_err().is_cancelled());
        assert!(before.elapsed() < LONG / 4);
    }
}
