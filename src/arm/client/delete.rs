//! Deleting, including the wait for the end.

use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::ProfileId;
use super::super::models::{ArmResource, ProvisioningState};
use super::super::operation::{PendingOperation, Unfinished, finish};
use super::super::pace::random;
use super::ArmClient;
use super::write::Write;
use azure_core::http::Method;

/// How many 404s to the deletion of an existing object are retried.
const CONTRADICTIONS: u32 = 3;

/// The result of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// The service deleted the object.
    Deleted,
    /// There was nothing to delete.
    Absent,
}

impl ArmClient {
    /// Deletes an object and waits until it is gone. While the object has children that are being deleted, the
    /// request is retried up to the deadline.
    pub(super) async fn delete<T: ArmResource>(
        &self,
        path: &str,
        profile: &ProfileId,
        call: &Call,
    ) -> Result<DeleteOutcome, Unfinished> {
        let accepted = &[200, 202, 204];
        let write = Write { method: Method::Delete, path, profile, body: None, accepted, creates: false };
        let http = self.http(call).await?;
        let (mut attempts, mut is_repeated) = (0, false);
        let mut contradictions = 0;
        loop {
            let answer = match self.write(&write, call).await {
                Ok(answer) if answer.status == 204 => return Ok(DeleteOutcome::Absent),
                Ok(answer) => answer,
                Err(error) if error.is_absent() => {
                    // A failing gateway has been seen to return 404 for an existing object, which the state
                    // must not forget.
                    match self.get::<T>(path, call).await {
                        Err(read_error) if read_error.is_absent() => return Ok(DeleteOutcome::Absent),
                        Err(read_error) => return Err(read_error.into()),
                        Ok(_) if contradictions >= CONTRADICTIONS => return Err(error.into()),
                        Ok(_) => {
                            call.pause(http.pace.busy.wait(contradictions, random()), &write).await?;
                            contradictions += 1;
                            continue;
                        }
                    }
                }
                Err(error) => return Err(error.into()),
            };
            let Some(pending) = PendingOperation::of_delete(http, &answer, path)? else {
                return Ok(DeleteOutcome::Deleted);
            };
            match finish(http, &pending, call).await {
                Ok(_) => return Ok(DeleteOutcome::Deleted),
                // The service may find the children only after it has accepted the request.
                Err(mut error) if error.is_nested_resources() => {
                    if self.has_remaining_children(profile, path, &mut error, call).await {
                        return Err(error.into());
                    }
                    call.update_last(|last| last.error = error.arm().cloned().map(Box::new));
                    let wait = http.pace.busy.wait(attempts, random());
                    attempts += 1;
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

    /// Resumes a deletion that an earlier call has begun. If it no longer runs and the object still exists, it
    /// is sent again.
    pub(super) async fn resume_delete<T: ArmResource>(
        &self,
        path: &str,
        profile: &ProfileId,
        operation: &PendingOperation,
        call: &Call,
    ) -> Result<DeleteOutcome, Unfinished> {
        let http = self.http(call).await?;
        let unfinished = |error| Unfinished { error, operation: Some(Box::new(operation.clone())) };
        match self.get::<T>(path, call).await {
            Err(error) if error.is_absent() => Ok(DeleteOutcome::Absent),
            Err(error) => Err(unfinished(error)),
            Ok(object) if object.provisioning_state() == Some(&ProvisioningState::Deleting) => {
                match finish(http, operation, call).await {
                    Ok(_) => Ok(DeleteOutcome::Deleted),
                    Err(Error::Operation(_) | Error::Forgotten { .. }) => {
                        self.delete::<T>(path, profile, call).await
                    }
                    Err(error) => Err(unfinished(error)),
                }
            }
            Ok(_) => self.delete::<T>(path, profile, call).await,
        }
    }
}
