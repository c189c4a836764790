//! Deleting, including deletions that an earlier run has begun.

use super::private_state::{PrivateState, Work};
use super::{Job, Managed};
use crate::arm::{Fate, PendingOperation, Unfinished};
use crate::plugin::resource::{Delete, Deleted, Interrupted};
use crate::plugin::{Context, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts::Operation;

/// Deletes the object and waits until it is gone. If an earlier run has begun the deletion, it only waits for
/// it.
///
/// # Errors
/// If it may still exist: the state keeps it, and remembers the operation.
pub async fn delete<K: Managed>(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, Interrupted> {
    let private = PrivateState::read(&request.private);
    let job = Job::<K>::on_stored(connection, context, Operation::Delete, &request.prior, &private)?;
    delete_in(&job, request.prior, private).await
}

/// The same as a part of this job, on the object of this state.
///
/// # Errors
/// As [`delete`].
pub async fn delete_in<K: Managed>(
    job: &Job<'_, K>,
    prior: Value,
    private: PrivateState,
) -> Result<Deleted, Interrupted> {
    // A creation of the same object, under another address, waits for this.
    let _alone = job.alone().await?;
    let begun = private.pending.as_ref().filter(|pending| pending.work == Work::Delete);
    let begun = begun.map(|pending| &pending.operation);
    let collection = K::collection(&job.client);
    let deleted = match begun {
        Some(begun) => collection.resume_delete(&job.id, begun, &job.call).await,
        None => collection.delete(&job.id, &job.call).await,
    };
    let Err(Unfinished { error, operation }) = deleted else {
        K::is_gone(job.connection, &job.id).await;
        return Ok(Deleted::default());
    };
    let under_way = match operation {
        Some(operation) => Some(*operation),
        None if job.call.fate() == Fate::Settled => None,
        None => Some(PendingOperation::look_at_deletion(&job.id.to_string())),
    };
    let private = match under_way {
        Some(operation) => job.private.clone().begun(Work::Delete, operation),
        // An operation that was begun before this deletion goes on; a deletion that has ended does not.
        None => job.private.clone().with(private.pending.filter(|pending| pending.work != Work::Delete)),
    };
    Err(Job::<K>::keeping(job.failed(&error), prior, &private))
}
