//! Creating: the request, the wait for the operation, and the state after it.
//!
//! A host marks an object as tainted when its creation ends with an error, and replaces it in the next run.
//! That is right if the creation failed. It is wrong after Ctrl-C: the operation continues at Azure. So the
//! state gets the object as it was planned, and the operation in its private data. The call returns a
//! warning; the host itself ends the run with an error, and starts nothing that depends on the object. If the
//! timeout expires or the network fails, the call must return an error, or dependents would be created. The
//! object is then tainted, the operation is remembered all the same, and the message says how to keep it.

use super::private_state::WriteKind;
use super::{Job, Managed};
use crate::arm;
use crate::arm::error::{Error, duration_text};
use crate::arm::models::ArmResource as _;
use crate::arm::models::ProvisioningState;
use crate::arm::{CreateOutcome, PendingOperation, Started, WriteOutcome};
use crate::plugin::resource::{ApplyError, Stored};
use crate::plugin::{Diagnostic, Value};
use crate::provider::existing::Existing;

/// Whether the request to create found an object that somebody else has created.
pub fn found_foreign_object<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    response: &Result<CreateOutcome<K::Object>, Error>,
) -> bool {
    match response {
        Ok(CreateOutcome::Exists { may_be_ours: false, .. }) => true,
        Ok(CreateOutcome::Exists { object, .. }) => {
            !job.is_as_planned(planned, object.clone(), K::COMPARED_AFTER_CREATE)
        }
        _ => false,
    }
}

/// Creates the object of this name, unless it exists already. `replaces` says that the plan replaces this
/// object.
///
/// # Errors
/// If it exists, was not created, or its end was not seen; with what exists or may exist of it.
pub async fn create_named<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    body: &<K::Object as arm::Kind>::Body,
    replaces: bool,
) -> Result<Stored, ApplyError> {
    let lock = job.lock().await?;
    let lock = job.must_not_exist(lock, replaces).await?;
    let response = K::collection(&job.client).begin_create(&job.id, body, &job.call).await;
    drop(lock);
    finish(job, planned, response).await
}

/// Handles the response to the request to create, and waits for the end. `planned` is the planned state.
///
/// # Errors
/// If the object was not created, or its end was not seen; with what exists or may exist of it.
pub async fn finish<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    response: Result<CreateOutcome<K::Object>, Error>,
) -> Result<Stored, ApplyError> {
    if found_foreign_object(job, planned, &response) {
        let changed = matches!(response, Ok(CreateOutcome::Exists { changed: true, .. }));
        return Err(job.exists_error(if changed { Existing::Changed } else { Existing::Appeared }).into());
    }
    match response {
        Err(error) => after_failed_request(job, planned, error).await,
        Ok(CreateOutcome::Started(Started { operation: None, body: Some(object) })) => {
            created(job, planned, object)
        }
        Ok(CreateOutcome::Started(Started { operation, body })) => {
            let operation = operation.unwrap_or_else(|| PendingOperation::write_of(&job.id.to_string()));
            wait_for_end(job, planned, operation, body).await
        }
        // An earlier attempt of ours has made it.
        Ok(CreateOutcome::Exists { object, .. }) => match object.provisioning_state() {
            None | Some(ProvisioningState::Succeeded) => created(job, planned, object),
            Some(_) => {
                let operation = PendingOperation::write_of(&job.id.to_string());
                wait_for_end(job, planned, operation, Some(object)).await
            }
        },
    }
}

/// The object exists. If an attribute that cannot be changed differs from what was sent, two clients have
/// created it at the same time, and the other one has won.
fn created<K: Managed>(job: &Job<'_, K>, planned: &Value, object: K::Object) -> Result<Stored, ApplyError> {
    if !job.is_as_planned(planned, object.clone(), K::IMMUTABLE) {
        return Err(job.exists_error(Existing::Appeared).into());
    }
    Ok(job.done(planned.clone(), object))
}

/// Waits for the operation of a creation; `returned` is what Azure has returned of the object.
async fn wait_for_end<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    operation: PendingOperation,
    returned: Option<K::Object>,
) -> Result<Stored, ApplyError> {
    match job.finish(&operation).await {
        Ok(object) => created(job, planned, object),
        Err(error @ Error::Operation(_)) => Err(after_failed_operation(job, planned, &error).await),
        Err(error) => unfinished(job, planned, returned, operation, &error),
    }
}

/// The request failed. Unless Azure certainly refused it, the object may exist all the same.
async fn after_failed_request<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    error: Error,
) -> Result<Stored, ApplyError> {
    let error = &error;
    let outcome = job.call.write_outcome();
    if outcome == WriteOutcome::Settled {
        return Err(job.failed(error).into());
    }
    let operation = PendingOperation::write_of(&job.id.to_string());
    match job.read_back().await {
        Ok(object) if !job.is_as_planned(planned, object.clone(), K::COMPARED_AFTER_CREATE) => {
            Err(job.exists_error(Existing::Appeared).into())
        }
        Ok(object) => unfinished(job, planned, Some(object), operation, error),
        Err(missing) if missing.is_not_found() && outcome == WriteOutcome::Doubtful => {
            Err(job.failed(error).into())
        }
        // Still under way, or unknown: a refresh drops it if it turns out not to exist.
        Err(_) => unfinished(job, planned, None, operation, error),
    }
}

/// The operation failed. The state keeps what remains of the object, to be replaced; if nothing remains, it
/// keeps nothing.
async fn after_failed_operation<K: Managed>(job: &Job<'_, K>, planned: &Value, error: &Error) -> ApplyError {
    match job.read_back().await {
        Err(missing) if missing.is_not_found() => job.failed(error).into(),
        read => {
            let state = job.unfinished(planned.clone(), read.ok());
            Job::<K>::interrupted(job.failed(error), state, &job.private)
        }
    }
}

/// The creation may continue, and this run does not see its end.
fn unfinished<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    object: Option<K::Object>,
    operation: PendingOperation,
    error: &Error,
) -> Result<Stored, ApplyError> {
    let state = job.unfinished(planned.clone(), object);
    let private = job.private.clone().with_operation(WriteKind::Create, operation);
    if !error.is_cancelled() {
        let mut diagnostic = job.failed(error);
        diagnostic.detail.push_str(
            " Azure may continue with the accepted request, so the state keeps the object, as tainted: the \
             next apply replaces it. To keep it and continue waiting instead, run `terraform untaint` on \
             it first.",
        );
        return Err(Job::<K>::interrupted(diagnostic, state, &private));
    }
    let detail = format!(
        "The run was stopped after {}, when Azure had been asked to create {} but had not finished. \
         The state holds it, and the next apply waits for it instead of creating it again.",
        duration_text(job.call.elapsed()),
        job.id
    );
    let warning = Diagnostic::warning(format!("In-VM access {} is not finished yet", K::WORD), detail);
    Ok(Stored { private: private.write(), warnings: warning.into(), ..Stored::new(state) })
}
