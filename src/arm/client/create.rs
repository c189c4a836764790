//! Creating, without taking over an existing object.
//!
//! The service has no condition for a PUT: on an existing object it is a change. So a caller reads first. The
//! response shows what appeared between the read and the PUT: 201 for a new object, 200 for one that existed,
//! 409 for one that is busy or cannot be changed this way. An attempt without a definite response (its
//! connection broke, the service failed) may have created the object. After one of those the caller has to
//! compare.

use super::super::call::{Call, WriteOutcome};
use super::super::error::Error;
use super::super::ids::ProfileId;
use super::super::models::ArmResource;
use super::super::operation::Started;
use super::super::pace::random;
use super::write::Write;
use super::{ArmClient, verify};
use azure_core::Bytes;
use azure_core::http::Method;

/// The outcome of a request to create.
#[derive(Clone, Debug, PartialEq)]
pub enum CreateOutcome<T> {
    /// The service creates the object.
    Started(Started<T>),
    /// An object of this name existed.
    Exists {
        /// The object, as the service returned it.
        object: T,
        /// Whether an earlier attempt of this request may have created it.
        may_be_ours: bool,
        /// Whether the service has treated the request as a change of it.
        changed: bool,
    },
}

impl ArmClient {
    /// Creates a new object. While a parent is busy, it waits.
    pub(super) async fn begin_create<T: ArmResource>(
        &self,
        path: &str,
        profile: &ProfileId,
        body: &Bytes,
        call: &Call,
    ) -> Result<CreateOutcome<T>, Error> {
        // A conflict under another name says nothing about this one.
        call.begin_write();
        let accepted = &[200, 201, 202];
        let write = Write { method: Method::Put, path, profile, body: Some(body), accepted, creates: true };
        let mut attempts = 0;
        loop {
            let refusal = match self.write(&write, call).await {
                Ok(answer) if answer.status == 200 => {
                    let found = match verify::object(&answer, path) {
                        Ok(found) => Ok(found),
                        Err(_) => self.get(path, call).await,
                    };
                    return match found {
                        Ok(object) => Ok(CreateOutcome::Exists {
                            object,
                            may_be_ours: call.was_doubtful(),
                            changed: true,
                        }),
                        Err(error) if error.is_not_found() => {
                            self.started(&answer, path, call).await.map(CreateOutcome::Started)
                        }
                        Err(error) => Err(error),
                    };
                }
                Ok(answer) => return self.started(&answer, path, call).await.map(CreateOutcome::Started),
                Err(error) if error.is_conflict() || error.is_fixed_property() => error,
                Err(error) => return Err(error),
            };
            match self.get(path, call).await {
                Ok(object) => {
                    call.set_write_outcome(WriteOutcome::Settled);
                    return Ok(CreateOutcome::Exists {
                        object,
                        may_be_ours: call.was_doubtful(),
                        changed: false,
                    });
                }
                Err(_) if !refusal.is_another_operation() => return Err(refusal),
                Err(_) => {}
            }
            let wait = self.inner.pace.busy.wait(attempts, random());
            attempts += 1;
            tracing::info!(target: "provider.lro", operation = %write, wait_ms = wait.as_millis() as u64, "busy, trying again");
            call.update_last(|last| last.error = refusal.arm().cloned().map(Box::new));
            call.pause(wait, &write).await?;
        }
    }
}
