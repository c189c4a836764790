//! Polls an operation until it ends.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::durations::OperationKind;
use super::super::error::{Error, Missing, RequestLine};
use super::super::exchange::Http;
use super::super::link;
use super::super::pace::random;
use super::super::pipeline::Poll;
use super::schedule;
use super::status::{self, PollResult};
use super::{PendingOperation, PollTarget};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How many unreadable responses in a row count as a transient failure in between.
const UNREADABLE: u32 = 3;

/// The delay before an absent object is read once more.
const CONFIRM: Duration = Duration::from_millis(250);

/// Waits until the operation has ended. Returns the response with the object in its final state; `None` if
/// the object was to be deleted.
///
/// A service may forget an operation: its address no longer exists. Then the object has some time to reach
/// its final state before that is an error.
pub(in crate::arm) async fn finish(
    http: &Http,
    pending: &PendingOperation,
    call: &Call,
) -> Result<Option<Answer>, Error> {
    let mut poller = Poller::new(http, pending, call);
    let verb = if pending.deletes { "DELETE" } else { "PUT" };
    if let PollTarget::Refused(reason) = &pending.by {
        let request = Box::new(RequestLine { method: verb, path: pending.resource.clone() });
        return Err(Error::ForeignAddress { request, reason: reason.clone() });
    }
    let (mut is_done, mut is_forgotten) = (false, false);
    if let PollTarget::AsyncOperation(path) | PollTarget::Location(path) = &pending.by {
        let line = RequestLine { method: "GET", path: path.clone() };
        let url = link::follow(&http.cloud, &line, path, http.api_version_of(&pending.resource))?;
        let (read, poll): (ReadStatus, _) = match pending.by {
            PollTarget::AsyncOperation(_) => (status::async_operation, Poll::Operation),
            _ => (status::location, Poll::Monitor),
        };
        match poller.poll_until_done(&url, read, Some(poll), http.pace.forgotten).await? {
            Some((result, _)) if pending.deletes && !matches!(result, PollResult::DoneWithoutStatus) => {
                return Ok(None);
            }
            // An address that returns the object does not prove that the next reader finds it.
            Some(_) => is_done = true,
            None => is_forgotten = true,
        }
        poller.restart();
    }
    if is_forgotten {
        // A deletion is sent once more, so it has half of the time that a write has.
        poller.limit = Some(http.pace.forgotten * if pending.deletes { 1 } else { 3 });
    }
    let url = http.url_of(&pending.resource)?;
    if pending.deletes {
        poller.poll_until_deleted(&url).await?;
        return Ok(None);
    }
    // If only the object can be polled and it does not exist, the service may have forgotten the write.
    let invisible = if is_done { http.pace.invisible } else { http.pace.forgotten * 3 };
    match poller.poll_until_done(&url, status::object, None, invisible).await? {
        Some((_, answer)) => Ok(Some(answer)),
        None if is_done => http.get(&url, call).await?.accept(&[200]).map(Some),
        None => Err(poller.lost("it does not exist")),
    }
}

type ReadStatus = fn(&Answer) -> Result<PollResult, Error>;

/// Polls one address after another.
struct Poller<'a> {
    http: &'a Http,
    call: &'a Call,
    operation: String,
    kind: OperationKind,
    /// When the operation started.
    started: Instant,
    /// The time of the last poll, since the start.
    last_poll: Duration,
    /// The delay that the service requested.
    requested_wait: Option<Duration>,
    /// Whether the start is known, so that the duration can be predicted and recorded.
    is_duration_known: bool,
    /// Differs between operations.
    jitter: f64,
    /// How long a forgotten operation may still take.
    limit: Option<Duration>,
    is_last_poll: bool,
}

impl<'a> Poller<'a> {
    fn new(http: &'a Http, pending: &PendingOperation, call: &'a Call) -> Self {
        let what = if pending.deletes { "deletion" } else { "write" };
        let (now, age) = (Instant::now(), pending.age());
        let age = age.filter(|age| now.checked_sub(*age).is_some());
        let mut poller = Self {
            http,
            call,
            operation: format!("waiting for the {what} of {}", pending.resource),
            kind: OperationKind::on(&pending.resource, pending.deletes),
            started: now - age.unwrap_or_default(),
            last_poll: Duration::ZERO,
            requested_wait: pending.wait_ms.map(Duration::from_millis),
            is_duration_known: age.is_some(),
            jitter: random(),
            limit: None,
            is_last_poll: false,
        };
        // An operation of an earlier run may have ended.
        if age.is_none_or(|age| age > Duration::from_secs(1)) && poller.requested_wait.is_none() {
            poller.last_poll = age.unwrap_or_default();
            poller.requested_wait = Some(Duration::ZERO);
        }
        poller
    }

    /// Polls the object, once the operation has ended or is forgotten: at once, and then at growing
    /// intervals.
    fn restart(&mut self) {
        self.started = Instant::now();
        self.last_poll = Duration::ZERO;
        self.requested_wait = Some(Duration::ZERO);
        self.is_duration_known = false;
    }

    /// Polls until the operation is done. `None` if nothing was at the address for longer than `invisible`.
    async fn poll_until_done(
        &mut self,
        url: &Url,
        read: ReadStatus,
        poll: Option<Poll>,
        invisible: Duration,
    ) -> Result<Option<(PollResult, Answer)>, Error> {
        let mut not_found_since: Option<Instant> = None;
        let mut unreadable = 0;
        loop {
            // The last poll comes in time to see that there is still nothing.
            let longest = not_found_since.map(|since| invisible.saturating_sub(since.elapsed()));
            self.pause(longest).await?;
            let before = self.last_poll;
            let answer = self.poll(url, poll).await?;
            match read(&answer) {
                Ok(PollResult::Running(word)) => {
                    (not_found_since, unreadable) = (None, 0);
                    self.check_limit(&format!("its state is {word}"))?;
                    self.report_progress(word);
                }
                Ok(PollResult::NotFound) => {
                    let since = *not_found_since.get_or_insert_with(Instant::now);
                    let error = Error::Service(Box::new(answer.error()));
                    self.call.update_last(|last| last.error = error.arm().cloned().map(Box::new));
                    if matches!(error.missing(), Some(Missing::Subscription)) {
                        return Err(error);
                    }
                    if since.elapsed() >= invisible {
                        return Ok(None);
                    }
                    self.check_limit("it does not exist")?;
                }
                Ok(result) => {
                    self.record_duration(&answer, before);
                    return Ok(Some((result, answer)));
                }
                Err(error @ Error::Unreadable { .. }) => {
                    unreadable += 1;
                    if unreadable >= UNREADABLE {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Polls the object until it is absent twice in a row: a failing gateway has been seen to return 404 for
    /// existing objects.
    async fn poll_until_deleted(&mut self, url: &Url) -> Result<(), Error> {
        let (mut unreadable, mut is_absent) = (0, false);
        loop {
            self.pause(None).await?;
            let before = self.last_poll;
            let answer = self.poll(url, None).await?;
            match status::object(&answer) {
                Ok(PollResult::NotFound) => {
                    let error = Error::Service(Box::new(answer.error()));
                    if error.is_absent() {
                        self.record_duration(&answer, before);
                        if is_absent {
                            return Ok(());
                        }
                        is_absent = true;
                        self.requested_wait = Some(CONFIRM);
                    } else if error.missing() == Some(Missing::Other) && unreadable + 1 < UNREADABLE {
                        // It does not name what is missing.
                        unreadable += 1;
                    } else {
                        return Err(error);
                    }
                    continue;
                }
                Ok(PollResult::Running(word)) => {
                    self.check_limit(&format!("its state is {word}"))?;
                    self.report_progress(word);
                }
                // It was not deleted, and no operation runs on it.
                Ok(_) if self.limit.is_some() => return Err(self.lost("it still exists, unchanged")),
                Ok(_) => self.report_progress("still there".to_owned()),
                Err(error @ Error::Unreadable { .. }) => {
                    unreadable += 1;
                    if unreadable >= UNREADABLE {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
            is_absent = false;
        }
    }

    /// Ends the polling of a forgotten operation.
    fn check_limit(&self, object: &str) -> Result<(), Error> {
        match self.limit {
            Some(limit) if self.started.elapsed() >= limit => Err(self.lost(object)),
            _ => Ok(()),
        }
    }

    fn lost(&self, object: &str) -> Error {
        let last = Box::new(self.call.last());
        Error::Forgotten { operation: self.operation.clone(), object: object.to_owned(), last }
    }

    /// Records the duration of the operation: the service's, otherwise the observed one.
    fn record_duration(&self, answer: &Answer, before: Duration) {
        if self.is_duration_known {
            let took =
                status::duration_of(answer).filter(|took| *took <= self.last_poll + Duration::from_secs(5));
            self.http.durations.record(&self.kind, took.unwrap_or((before + self.last_poll) / 2));
        }
    }

    /// Keeps the progress, and logs it.
    fn report_progress(&self, state: String) {
        let elapsed_s = self.call.elapsed().as_secs();
        tracing::info!(target: "provider.lro", state, elapsed_s, operation = self.operation, "not done yet");
        self.call.update_last(|last| last.progress = Some(state));
    }

    /// One poll. If the time expires during it, the error is about the operation, not about the poll. A poll
    /// of the object itself is a read like any other.
    async fn poll(&mut self, url: &Url, poll: Option<Poll>) -> Result<Answer, Error> {
        self.last_poll = self.started.elapsed();
        let answer = match poll {
            Some(poll) => self.http.poll(url, poll, self.call).await,
            None => self.http.get(url, self.call).await,
        };
        let answer = answer.map_err(|error| match error {
            Error::Timeout(mut timeout) => {
                timeout.operation.clone_from(&self.operation);
                Error::Timeout(timeout)
            }
            Error::Cancelled { elapsed, .. } => {
                Error::Cancelled { operation: self.operation.clone(), elapsed }
            }
            other => other,
        })?;
        self.requested_wait = answer.retry_after().filter(|wait| !wait.is_zero());
        Ok(answer)
    }

    /// Waits until the next poll: as the service requested, otherwise by the schedule. The durations of other
    /// operations change the schedule meanwhile.
    async fn pause(&mut self, longest: Option<Duration>) -> Result<(), Error> {
        let longest = longest.into_iter().chain(self.limit).min();
        if let Some(requested_wait) = self.requested_wait {
            return self.sleep(requested_wait).await;
        }
        let mut durations = self.http.durations.subscribe();
        loop {
            let expected =
                durations.borrow_and_update().expected(&self.kind).filter(|_| self.is_duration_known);
            let hurry = self.http.pace.hurry;
            let due = schedule::next(
                self.last_poll * hurry,
                expected.map(|expected| expected * hurry),
                self.jitter,
            );
            let wait = (due / hurry).saturating_sub(self.started.elapsed());
            let wait = longest.map_or(wait, |longest| wait.min(longest));
            let changed = async {
                // The sender lives as long as the client.
                if durations.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                slept = self.sleep(wait) => return slept,
                () = changed => {}
            }
        }
    }

    /// Sleeps. A delay that would end after the deadline is shortened once, so that the last poll comes
    /// shortly before it.
    async fn sleep(&mut self, wait: Duration) -> Result<(), Error> {
        let remaining = self.call.remaining();
        let margin = (remaining / 10).min(Duration::from_secs(5));
        let is_cut = wait > remaining && !self.is_last_poll && margin > Duration::ZERO;
        let wait = if is_cut { remaining.saturating_sub(margin) } else { wait };
        self.call.pause(wait, &self.operation).await?;
        self.is_last_poll |= is_cut;
        Ok(())
    }
}
