//! Waiting for an operation to end.

use super::super::call::Call;
use super::super::error::{Error, Missing, RequestLine};
use super::super::exchange::{Answer, Http};
use super::super::link;
use super::super::pace::random;
use super::status::{self, Seen};
use super::{By, PendingOperation};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How many unreadable answers in a row are taken for a hiccup of something in between.
const UNREADABLE: u32 = 3;

/// Waits until the operation has ended, and gives the answer that shows the object in its final state; `None` when
/// the object was to be deleted.
pub(in crate::arm) async fn finish(
    http: &Http,
    pending: &PendingOperation,
    call: &Call,
) -> Result<Option<Answer>, Error> {
    let verb = if pending.deletes { ("DELETE", "deletion") } else { ("PUT", "write") };
    let operation = format!("waiting for the {} of {}", verb.1, pending.resource);
    let mut watch = Watch { http, call, operation, looks: 0, last_look: false };
    let mut wait = pending.wait_ms.map(Duration::from_millis);
    if let By::Refused(reason) = &pending.by {
        let request = Box::new(RequestLine { method: verb.0, path: pending.resource.clone() });
        return Err(Error::ForeignAddress { request, reason: reason.clone() });
    }
    if let By::AsyncOperation(path) | By::Location(path) = &pending.by {
        let url = link::follow(&http.cloud, &watch.line(path), path, &http.api_version)?;
        let read = match pending.by {
            By::AsyncOperation(_) => status::async_operation,
            _ => status::location,
        };
        match watch.until_done(&url, read, wait).await? {
            Some((seen, _)) if pending.deletes && !matches!(seen, Seen::DoneSilently) => return Ok(None),
            Some((Seen::DoneWithObject, answer)) => return Ok(Some(answer)),
            _ => {}
        }
        // The operation has ended, or its address has vanished; the object itself tells, without a wait.
        wait = Some(Duration::ZERO);
        watch.looks = 0;
    }
    let url = http.url_of(&pending.resource)?;
    if pending.deletes {
        watch.until_gone(&url, wait).await?;
        return Ok(None);
    }
    match watch.until_done(&url, status::object, wait).await? {
        Some((_, answer)) => Ok(Some(answer)),
        None => http.get(&url, call).await?.accept(&[200]).map(Some),
    }
}

/// Looks again and again at one address after another.
struct Watch<'a> {
    http: &'a Http,
    call: &'a Call,
    operation: String,
    looks: u32,
    last_look: bool,
}

impl Watch<'_> {
    fn line(&self, path: &str) -> RequestLine {
        RequestLine { method: "GET", path: path.to_owned() }
    }

    /// Looks until the operation is done. `None` when there was nothing at the address for longer than a new object
    /// or operation may be invisible.
    async fn until_done(
        &mut self,
        url: &Url,
        read: fn(&Answer) -> Result<Seen, Error>,
        wait: Option<Duration>,
    ) -> Result<Option<(Seen, Answer)>, Error> {
        let mut asked = wait;
        let mut nothing_since: Option<Instant> = None;
        let mut unreadable = 0;
        loop {
            self.pause(asked).await?;
            let answer = self.look(url).await?;
            asked = answer.retry_after().filter(|wait| !wait.is_zero());
            match read(&answer) {
                Ok(Seen::Running(word)) => {
                    (nothing_since, unreadable) = (None, 0);
                    self.tell(word);
                }
                Ok(Seen::Nothing) => {
                    let since = *nothing_since.get_or_insert_with(Instant::now);
                    let error = Error::Service(Box::new(answer.error()));
                    self.call.heard(|last| last.error = error.arm().cloned().map(Box::new));
                    if matches!(error.missing(), Some(Missing::Subscription)) {
                        return Err(error);
                    }
                    if since.elapsed() >= self.http.pace.invisible {
                        return Ok(None);
                    }
                }
                Ok(seen) => return Ok(Some((seen, answer))),
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

    /// Looks at the object until it is not there any more.
    async fn until_gone(&mut self, url: &Url, wait: Option<Duration>) -> Result<(), Error> {
        let mut asked = wait;
        loop {
            self.pause(asked).await?;
            let answer = self.look(url).await?;
            asked = answer.retry_after().filter(|wait| !wait.is_zero());
            match status::object(&answer) {
                Ok(Seen::Nothing) => {
                    let error = Error::Service(Box::new(answer.error()));
                    return if error.is_not_found() { Ok(()) } else { Err(error) };
                }
                Ok(seen) => {
                    let state = if let Seen::Running(word) = seen { word } else { "still there".to_owned() };
                    self.tell(state);
                }
                Err(error @ Error::Unreadable { .. }) if self.looks >= UNREADABLE => return Err(error),
                Err(Error::Unreadable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps how far it is, and tells whoever reads the log.
    fn tell(&self, state: String) {
        let elapsed_s = self.call.elapsed().as_secs();
        tracing::info!(target: "provider.lro", state, elapsed_s, operation = self.operation, "not done yet");
        self.call.heard(|last| last.progress = Some(state));
    }

    /// One look. If the time is up in the middle of it, it is the operation that was not done, not the look.
    async fn look(&self, url: &Url) -> Result<Answer, Error> {
        self.http.look(url, self.call).await.map_err(|error| match error {
            Error::Timeout(mut timeout) => {
                timeout.operation.clone_from(&self.operation);
                Error::Timeout(timeout)
            }
            Error::Cancelled { elapsed, .. } => {
                Error::Cancelled { operation: self.operation.clone(), elapsed }
            }
            other => other,
        })
    }

    /// Waits as the service asked, else a growing time. A wait that would end after the deadline is cut once, so that
    /// the last look comes shortly before it.
    async fn pause(&mut self, asked: Option<Duration>) -> Result<(), Error> {
        let wait = asked.unwrap_or_else(|| self.http.pace.poll.wait(self.looks, random()));
        self.looks += 1;
        let remaining = self.call.remaining();
        let margin = (remaining / 10).min(Duration::from_secs(5));
        if wait > remaining && !self.last_look && margin > Duration::ZERO {
            self.last_look = true;
            return self.call.pause(remaining.saturating_sub(margin), &self.operation).await;
        }
        self.call.pause(wait, &self.operation).await
    }
}
