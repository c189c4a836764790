//! Deleting, including deletions that an earlier run has begun.

use super::private_state::{Pending, PrivateState, WriteKind};
use super::{Job, Managed};
use crate::arm::{PendingOperation, Unfinished, WriteOutcome};
use crate::plugin::resource::{ApplyError, Delete, Deleted};
use crate::plugin::{Context, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;

/// Deletes the object and waits until it is gone. If an earlier run has begun the deletion, it only waits for
/// it.
///
/// # Errors
/// If it may still exist: the state keeps it, and remembers the operation.
pub async fn delete<K: Managed>(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, ApplyError> {
    let private = PrivateState::read(&request.private);
    let job = Job::<K>::on_stored(connection, context, TimedOperation::Delete, &request.prior, &private)?;
    delete_with(&job, request.prior, private).await
}

/// The same as a part of this job, on the object of this state.
///
/// # Errors
/// As [`delete`].
pub async fn delete_with<K: Managed>(
    job: &Job<'_, K>,
    prior: Value,
    private: PrivateState,
) -> Result<Deleted, ApplyError> {
    // A creation of the same object, under another address, waits for this.
    let _lock = job.lock().await?;
    let collection = K::collection(&job.client);
    let result = match &private.pending {
        Some(Pending { kind: WriteKind::Delete, operation, .. }) => {
            collection.resume_delete(&job.id, operation, &job.call).await
        }
        _ => collection.delete(&job.id, &job.call).await,
    };
    let Err(Unfinished { error, operation }) = result else {
        K::record_deleted(job.connection, &job.id).await;
        return Ok(Deleted::default());
    };
    let operation = match operation {
        Some(operation) => Some(*operation),
        None if job.call.write_outcome() == WriteOutcome::Settled => None,
        None => Some(PendingOperation::deletion_of(&job.id.to_string())),
    };
    let private = match operation {
        Some(operation) => job.private.clone().with_operation(WriteKind::Delete, operation),
        // Another operation, begun before this deletion, continues; a deletion that has ended does not.
        None => {
            let pending = private.pending.filter(|pending| pending.kind != WriteKind::Delete);
            job.private.clone().with_pending(pending)
        }
    };
    Err(Job::<K>::interrupted(job.failed(&error), prior, &private))
}
