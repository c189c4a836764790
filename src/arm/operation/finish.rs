//! Polls an operation until it ends.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::durations::Work;
use super::super::error::{Error, Missing, RequestLine};
use super::super::exchange::Http;
use super::super::link;
use super::super::pace::random;
use super::super::pipeline::Look;
use super::schedule;
use super::status::{self, Seen};
use super::{By, PendingOperation};
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
    let mut watch = Watch::new(http, pending, call);
    let verb = if pending.deletes { "DELETE" } else { "PUT" };
    if let By::Refused(reason) = &pending.by {
        let request = Box::new(RequestLine { method: verb, path: pending.resource.clone() });
        return Err(Error::ForeignAddress { request, reason: reason.clone() });
    }
    let (mut is_done, mut is_forgotten) = (false, false);
    if let By::AsyncOperation(path) | By::Location(path) = &pending.by {
        let line = RequestLine { method: "GET", path: path.clone() };
        let url = link::follow(&http.cloud, &line, path, http.api_version_of(&pending.resource))?;
        let (read, look): (Read, _) = match pending.by {
            By::AsyncOperation(_) => (status::async_operation, Look::Operation),
            _ => (status::location, Look::Monitor),
        };
        match watch.until_done(&url, read, Some(look), http.pace.forgotten).await? {
            Some((seen, _)) if pending.deletes && !matches!(seen, Seen::DoneSilently) => return Ok(None),
            // An address that returns the object does not prove that the next reader finds it.
            Some(_) => is_done = true,
            None => is_forgotten = true,
        }
        watch.begin_again();
    }
    if is_forgotten {
        // A deletion is sent once more, so it has half of the time that a write has.
        watch.patience = Some(http.pace.forgotten * if pending.deletes { 1 } else { 3 });
    }
    let url = http.url_of(&pending.resource)?;
    if pending.deletes {
        watch.until_gone(&url).await?;
        return Ok(None);
    }
    // If only the object can be polled and it does not exist, the service may have forgotten the write.
    let invisible = if is_done { http.pace.invisible } else { http.pace.forgotten * 3 };
    match watch.until_done(&url, status::object, None, invisible).await? {
        Some((_, answer)) => Ok(Some(answer)),
        None if is_done => http.get(&url, call).await?.accept(&[200]).map(Some),
        None => Err(watch.forgotten("it does not exist")),
    }
}

type Read = fn(&Answer) -> Result<Seen, Error>;

/// Polls one address after another.
struct Watch<'a> {
    http: &'a Http,
    call: &'a Call,
    operation: String,
    work: Work,
    /// When the operation started.
    begun: Instant,
    /// The time of the last poll, since the start.
    last: Duration,
    /// The delay that the service requested.
    asked: Option<Duration>,
    /// Whether its duration is known in advance, and recorded.
    is_timed: bool,
    /// Differs between operations.
    chance: f64,
    /// How long a forgotten operation may still take.
    patience: Option<Duration>,
    last_look: bool,
}

impl<'a> Watch<'a> {
    fn new(http: &'a Http, pending: &PendingOperation, call: &'a Call) -> Self {
        let what = if pending.deletes { "deletion" } else { "write" };
        let (now, age) = (Instant::now(), pending.age());
        let age = age.filter(|age| now.checked_sub(*age).is_some());
        let mut watch = Self {
            http,
            call,
            operation: format!("waiting for the {what} of {}", pending.resource),
            work: Work::on(&pending.resource, pending.deletes),
            begun: now - age.unwrap_or_default(),
            last: Duration::ZERO,
            asked: pending.wait_ms.map(Duration::from_millis),
            is_timed: age.is_some(),
            chance: random(),
            patience: None,
            last_look: false,
        };
        // An operation of an earlier run may have ended.
        if age.is_none_or(|age| age > Duration::from_secs(1)) && watch.asked.is_none() {
            watch.last = age.unwrap_or_default();
            watch.asked = Some(Duration::ZERO);
        }
        watch
    }

    /// Polls the object, once the operation has ended or is forgotten: at once, and then at growing
    /// intervals.
    fn begin_again(&mut self) {
        self.begun = Instant::now();
        self.last = Duration::ZERO;
        self.asked = Some(Duration::ZERO);
        self.is_timed = false;
    }

    /// Polls until the operation is done. `None` if nothing was at the address for longer than `invisible`.
    async fn until_done(
        &mut self,
        url: &Url,
        read: Read,
        look: Option<Look>,
        invisible: Duration,
    ) -> Result<Option<(Seen, Answer)>, Error> {
        let mut nothing_since: Option<Instant> = None;
        let mut unreadable = 0;
        loop {
            // The last poll comes in time to see that there is still nothing.
            let longest = nothing_since.map(|since| invisible.saturating_sub(since.elapsed()));
            self.pause(longest).await?;
            let before = self.last;
            let answer = self.look(url, look).await?;
            match read(&answer) {
                Ok(Seen::Running(word)) => {
                    (nothing_since, unreadable) = (None, 0);
                    self.check_patience(&format!("its state is {word}"))?;
                    self.tell(word);
                }
                Ok(Seen::Nothing) => {
                    let since = *nothing_since.get_or_insert_with(Instant::now);
                    let error = Error::Service(Box::new(answer.error()));
                    self.call.heard(|last| last.error = error.arm().cloned().map(Box::new));
                    if matches!(error.missing(), Some(Missing::Subscription)) {
                        return Err(error);
                    }
                    if since.elapsed() >= invisible {
                        return Ok(None);
                    }
                    self.check_patience("it does not exist")?;
                }
                Ok(seen) => {
                    self.learn(&answer, before);
                    return Ok(Some((seen, answer)));
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

    /// Polls the object until it is absent twice in a row. A failing gateway has been seen to return 404 for
    /// existing objects, and a state forgets for good.
    async fn until_gone(&mut self, url: &Url) -> Result<(), Error> {
        let (mut unreadable, mut is_absent) = (0, false);
        loop {
            self.pause(None).await?;
            let before = self.last;
            let answer = self.look(url, None).await?;
            match status::object(&answer) {
                Ok(Seen::Nothing) => {
                    let error = Error::Service(Box::new(answer.error()));
                    if error.is_absent() {
                        self.learn(&answer, before);
                        if is_absent {
                            return Ok(());
                        }
                        is_absent = true;
                        self.asked = Some(CONFIRM);
                    } else if error.missing() == Some(Missing::Other) && unreadable + 1 < UNREADABLE {
                        // It does not name what is missing.
                        unreadable += 1;
                    } else {
                        return Err(error);
                    }
                    continue;
                }
                Ok(Seen::Running(word)) => {
                    self.check_patience(&format!("its state is {word}"))?;
                    self.tell(word);
                }
                // It was not deleted, and no operation runs on it.
                Ok(_) if self.patience.is_some() => return Err(self.forgotten("it still exists, unchanged")),
                Ok(_) => self.tell("still there".to_owned()),
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
    fn check_patience(&self, object: &str) -> Result<(), Error> {
        match self.patience {
            Some(patience) if self.begun.elapsed() >= patience => Err(self.forgotten(object)),
            _ => Ok(()),
        }
    }

    fn forgotten(&self, object: &str) -> Error {
        let last = Box::new(self.call.last());
        Error::Forgotten { operation: self.operation.clone(), object: object.to_owned(), last }
    }

    /// Records the duration of the operation: the service's, otherwise the observed one.
    fn learn(&self, answer: &Answer, before: Duration) {
        if self.is_timed {
            let took = status::took(answer).filter(|took| *took <= self.last + Duration::from_secs(5));
            self.http.durations.learn(&self.work, took.unwrap_or((before + self.last) / 2));
        }
    }

    /// Keeps the progress, and logs it.
    fn tell(&self, state: String) {
        let elapsed_s = self.call.elapsed().as_secs();
        tracing::info!(target: "provider.lro", state, elapsed_s, operation = self.operation, "not done yet");
        self.call.heard(|last| last.progress = Some(state));
    }

    /// One poll. If the time expires during it, the error is about the operation, not about the poll. A poll
    /// of the object itself is a read like any other.
    async fn look(&mut self, url: &Url, look: Option<Look>) -> Result<Answer, Error> {
        self.last = self.begun.elapsed();
        let answer = match look {
            Some(look) => self.http.look(url, look, self.call).await,
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
        self.asked = answer.retry_after().filter(|wait| !wait.is_zero());
        Ok(answer)
    }

    /// Waits until the next poll: as the service requested, otherwise by the schedule. The durations of other
    /// operations change the schedule meanwhile.
    async fn pause(&mut self, longest: Option<Duration>) -> Result<(), Error> {
        let longest = longest.into_iter().chain(self.patience).min();
        if let Some(asked) = self.asked {
            return self.sleep(asked).await;
        }
        let mut seen = self.http.durations.subscribe();
        loop {
            let expected = seen.borrow_and_update().expected(&self.work).filter(|_| self.is_timed);
            let hurry = self.http.pace.hurry;
            let due =
                schedule::next(self.last * hurry, expected.map(|expected| expected * hurry), self.chance);
            let wait = (due / hurry).saturating_sub(self.begun.elapsed());
            let wait = longest.map_or(wait, |longest| wait.min(longest));
            let changed = async {
                // The sender lives as long as the client.
                if seen.changed().await.is_err() {
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
        let is_cut = wait > remaining && !self.last_look && margin > Duration::ZERO;
        let wait = if is_cut { remaining.saturating_sub(margin) } else { wait };
        self.call.pause(wait, &self.operation).await?;
        self.last_look |= is_cut;
        Ok(())
    }
}
