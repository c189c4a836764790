//! Deleting, including the wait for the end.

use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::ProfileId;
use super::super::models::{ProvisioningState, Resource};
use super::super::operation::{PendingOperation, Unfinished, finish};
use super::super::pace::random;
use super::ArmClient;
use super::write::Write;
use azure_core::http::Method;

/// How often the service may say that it does not find an existing object.
const CONTRADICTIONS: u32 = 3;

/// The result of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// The service deleted the object.
    Now,
    /// There was nothing to delete.
    Absent,
}

impl ArmClient {
    /// Deletes an object and waits until the service says that it is gone. While the object has children, the
    /// deletion is retried until they are gone or the deadline passes: their deletion lags behind its own
    /// response.
    pub(super) async fn delete<T: Resource>(
        &self,
        path: &str,
        profile: &ProfileId,
        call: &Call,
    ) -> Result<Deleted, Unfinished> {
        let accepted = &[200, 202, 204];
        let write = Write { method: Method::Delete, path, profile, body: None, accepted, creates: false };
        let http = self.http(call).await?;
        let (mut earlier, mut is_repeated) = (0, false);
        let mut contradicted = 0;
        loop {
            let answer = match self.write(&write, call).await {
                Ok(answer) if answer.status == 204 => return Ok(Deleted::Absent),
                Ok(answer) => answer,
                Err(error) if error.is_absent() => {
                    // A failing gateway has been seen to say so of an existing object, and a state forgets
                    // permanently.
                    match self.get::<T>(path, call).await {
                        Err(look) if look.is_absent() => return Ok(Deleted::Absent),
                        Err(look) => return Err(look.into()),
                        Ok(_) if contradicted >= CONTRADICTIONS => return Err(error.into()),
                        Ok(_) => {
                            call.pause(http.pace.busy.wait(contradicted, random()), &write).await?;
                            contradicted += 1;
                            continue;
                        }
                    }
                }
                Err(error) => return Err(error.into()),
            };
            let Some(pending) = PendingOperation::of_delete(http, &answer, path)? else {
                return Ok(Deleted::Now);
            };
            match finish(http, &pending, call).await {
                Ok(_) => return Ok(Deleted::Now),
                // The service may find the children only after it has accepted the request.
                Err(mut error) if error.is_nested_resources() => {
                    if self.has_others_beneath(profile, path, &mut error, call).await {
                        return Err(error.into());
                    }
                    call.heard(|last| last.error = error.arm().cloned().map(Box::new));
                    let wait = http.pace.busy.wait(earlier, random());
                    earlier += 1;
                    call.pause(wait, &write).await?;
                }
                // No operation runs on it any more.
                Err(Error::Forgotten { operation, object, .. }) if !is_repeated => {
                    tracing::info!(target: "provider.lro", operation, object, "operation forgotten, \
                                                                               sending the deletion once \
                                                                               more");
                    is_repeated = true;
                }
                Err(error @ Error::Operation(_)) => return Err(error.into()),
                Err(error) => return Err(Unfinished { error, operation: Some(Box::new(pending)) }),
            }
        }
    }

    /// Resumes a deletion that an earlier call has begun. If the service does not work on it any more and the
    /// object still exists, it is sent again.
    pub(super) async fn resume_delete<T: Resource>(
        &self,
        path: &str,
        profile: &ProfileId,
        begun: &PendingOperation,
        call: &Call,
    ) -> Result<Deleted, Unfinished> {
        let http = self.http(call).await?;
        let still = |error| Unfinished { error, operation: Some(Box::new(begun.clone())) };
        match self.get::<T>(path, call).await {
            Err(error) if error.is_absent() => Ok(Deleted::Absent),
            Err(error) => Err(still(error)),
            Ok(object) if object.provisioning_state() == Some(&ProvisioningState::Deleting) => {
                match finish(http, begun, call).await {
                    Ok(_) => Ok(Deleted::Now),
                    Err(Error::Operation(_) | Error::Forgotten { .. }) => {
                        self.delete::<T>(path, profile, call).await
                    }
                    Err(error) => Err(still(error)),
                }
            }
            Ok(_) => self.delete::<T>(path, profile, call).await,
        }
    }
}
