//! Sending a write until the service accepts it.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::ProfileId;
use super::super::pace::random;
use super::super::pipeline::WriteLock;
use super::ArmClient;
use azure_core::Bytes;
use azure_core::http::Method;
use std::fmt;
use tokio::time::Instant;

/// One write, with its retries.
pub(super) struct Write<'a> {
    /// `PUT` or `DELETE`.
    pub(super) method: Method,
    /// The path of the object.
    pub(super) path: &'a str,
    /// The profile that is written, or whose version is.
    pub(super) profile: &'a ProfileId,
    /// The body, if there is one.
    pub(super) body: Option<&'a Bytes>,
    /// The statuses with which the service accepts it.
    pub(super) accepted: &'a [u16],
    /// Whether the object is new. Then a busy object is not waited for here.
    pub(super) creates: bool,
}

impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

impl ArmClient {
    /// Sends a write, and retries it while the object is busy, while an existing parent is not visible yet,
    /// or while the children of a deleted object are not gone yet. It does so up to the deadline, except for
    /// the parent, which gets a limited time. If the service says that a parent is missing, the parent is
    /// read: services are known to return it and to refuse its children for a while.
    pub(super) async fn write(&self, write: &Write<'_>, call: &Call) -> Result<Answer, Error> {
        self.inner.sharing.end(write.profile, write.path);
        let http = self.http(call).await?;
        let url = http.url_of(write.path)?;
        let mut invisible_since: Option<Instant> = None;
        let mut parent_expected = call.is_parent_expected();
        let mut attempts = 0;
        loop {
            let answer =
                http.write(write.method, &url, WriteLock::of(write.profile), write.body, call).await?;
            let requested_wait = answer.retry_after().filter(|wait| !wait.is_zero());
            let mut error = match answer.accept(write.accepted) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let reason = if error.is_another_operation() && !write.creates {
                "the object is busy with another operation"
            } else if write.method == Method::Delete && error.is_nested_resources() {
                if self.has_remaining_children(write.profile, write.path, &mut error, call).await {
                    return Err(error);
                }
                "the object still has children"
            } else if write.method == Method::Put && error.is_absent() {
                // A 404 on a PUT cannot mean the object itself.
                parent_expected = parent_expected || self.is_parent_there(write.path, call).await;
                if !parent_expected {
                    return Err(error);
                }
                let since = *invisible_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= http.pace.invisible {
                    return Err(error);
                }
                "the parent is not visible yet"
            } else {
                return Err(error);
            };
            let wait = requested_wait.unwrap_or_else(|| http.pace.busy.wait(attempts, random()));
            attempts += 1;
            tracing::info!(target: "provider.lro", operation = %write, reason, wait_ms = wait.as_millis() as u64, "trying again");
            call.update_last(|last| last.error = error.arm().cloned().map(Box::new));
            call.pause(wait, write).await?;
        }
    }

    /// Whether the parent of an object can be read.
    async fn is_parent_there(&self, path: &str, call: &Call) -> bool {
        // The last two segments are the object's type and name.
        let parent = path.rsplitn(3, '/').nth(2).unwrap_or_default();
        let Ok(http) = self.http(call).await else { return false };
        let Ok(url) = http.url_of(parent) else { return false };
        http.get(&url, call).await.is_ok_and(|answer| answer.accept(&[200]).is_ok())
    }
}
