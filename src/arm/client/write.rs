//! Sending a write until the service takes it.

use super::super::call::Call;
use super::super::error::{Error, Missing};
use super::super::exchange::Answer;
use super::super::ids::ProfileId;
use super::super::pace::random;
use super::ArmClient;
use super::children::Patience;
use azure_core::http::Method;
use std::fmt;
use tokio::time::Instant;

/// One write, as often as it takes.
pub(super) struct Write<'a> {
    /// `PUT` or `DELETE`.
    pub(super) method: Method,
    /// The path of the object.
    pub(super) path: &'a str,
    /// The profile that is written, or whose version is.
    pub(super) profile: &'a ProfileId,
    /// The body, if there is one.
    pub(super) body: Option<&'a [u8]>,
    /// The statuses by which the service takes it.
    pub(super) accepted: &'a [u16],
}

impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

impl ArmClient {
    /// Sends a write, again and again while the object is busy, while a parent that is known to exist is not visible
    /// yet, or while the children of a deleted object are not gone yet: up to the deadline, except for the parent,
    /// which is given a bounded time.
    pub(super) async fn write(&self, write: &Write<'_>, call: &Call) -> Result<Answer, Error> {
        self.inner.sharing.end(write.profile, write.path);
        let url = self.http().url_of(write.path)?;
        let operation = write.to_string();
        let mut invisible_since: Option<Instant> = None;
        let mut patience = Patience::default();
        let mut earlier = 0;
        loop {
            let answer = self.http().write(write.method, &url, write.profile, write.body, call).await?;
            let asked = answer.retry_after().filter(|wait| !wait.is_zero());
            let mut error = match answer.accept(write.accepted) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let reason = if error.is_another_operation() {
                "the object is busy with another operation"
            } else if write.method == Method::Delete && error.is_nested_resources() {
                if !patience.wait_on(self, write.profile, &mut error, call).await {
                    return Err(error);
                }
                "the object still has others beneath it"
            } else if write.method == Method::Put && call.is_parent_expected() && is_parent_missing(&error) {
                let since = *invisible_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= self.http().pace.invisible {
                    return Err(error);
                }
                "the parent is not visible yet"
            } else {
                return Err(error);
            };
            let wait = asked.unwrap_or_else(|| self.http().pace.busy.wait(earlier, random()));
            earlier += 1;
            tracing::info!(target: "arm::operation", operation, reason, wait_ms = wait.as_millis() as u64, "trying again");
            call.heard(|last| last.error = error.arm().cloned().map(Box::new));
            call.pause(wait, &operation).await?;
        }
    }
}

/// Whether a creation failed for want of something above the object. A 404 on a PUT cannot mean the object itself.
fn is_parent_missing(error: &Error) -> bool {
    matches!(error.missing(), Some(Missing::Leaf | Missing::Parent | Missing::ResourceGroup))
}
