//! Changing in place, including changes that an earlier run has begun.
//!
//! Until Azure has finished a change the state stays as it was, so that the difference stays in the plan.
//! After an interrupted apply, the next one waits for the operation, and sends a request only if there is
//! still something to change.

use super::private_state::{Pending, PrivateState, WriteKind};
use super::{Job, Managed};
use crate::arm::error::Error;
use crate::arm::{PendingOperation, WriteOutcome};
use crate::plugin::Context;
use crate::plugin::resource::{ApplyError, Stored, Update};
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;

/// Changes the object, if something that Azure stores differs or an operation is unfinished.
///
/// # Errors
/// If it was not changed, or its end was not seen.
pub async fn update<K: Managed>(
    connection: &Connection,
    context: &Context,
    request: Update,
) -> Result<Stored, ApplyError> {
    let Update { prior, planned, private, .. } = request;
    let change = K::change(&prior, &planned);
    let private = PrivateState::read(&private);
    let settled = private.settled();
    let pending = private.pending.filter(|pending| pending.kind != WriteKind::Delete);
    if change.is_none() && pending.is_none() {
        return Ok(Stored { private: settled.write(), ..Stored::new(planned) });
    }
    let job = |operation| {
        let id = K::id_in_state(&prior)?;
        Ok::<_, ApplyError>(Job::<K>::new(connection, context, id, operation, &planned, settled.clone())?)
    };
    if let Some(pending) = pending {
        let job = job(if pending.kind == WriteKind::Create {
            TimedOperation::Create
        } else {
            TimedOperation::Update
        })?;
        match job.finish(&pending.operation).await {
            Ok(object) if change.is_none() => return Ok(job.done(planned, object)),
            // A failed change is sent again below.
            Ok(_) => {}
            Err(Error::Operation(_)) if pending.kind == WriteKind::Update => {}
            Err(error) => {
                let failed = matches!(error, Error::Operation(_));
                let private = settled.clone().with_pending(Some(Pending { failed, ..pending }));
                return Err(Job::<K>::interrupted(job.failed(&error), prior, &private));
            }
        }
    }
    let job = job(TimedOperation::Update)?;
    let Some(change) = change else {
        return match job.get().await {
            Ok(object) => Ok(job.done(planned, object)),
            Err(error) => Err(Job::<K>::interrupted(job.failed(&error), prior, &settled)),
        };
    };
    let interrupted = |error: &Error, operation: Option<PendingOperation>| -> ApplyError {
        let private = match operation {
            Some(operation) => settled.clone().with_operation(WriteKind::Update, operation),
            None => settled.clone(),
        };
        Job::<K>::interrupted(job.failed(error), prior.clone(), &private)
    };
    let started = match K::collection(&job.client).begin_update(&job.id, &change, &job.call).await {
        Ok(started) => started,
        Err(error) => {
            let may_continue = job.call.write_outcome() != WriteOutcome::Settled;
            let operation = may_continue.then(|| PendingOperation::write_of(&job.id.to_string()));
            return Err(interrupted(&error, operation));
        }
    };
    let operation = match (started.operation, started.body) {
        (None, Some(object)) => return Ok(job.done(planned, object)),
        (Some(operation), _) => operation,
        (None, None) => PendingOperation::write_of(&job.id.to_string()),
    };
    match job.finish(&operation).await {
        Ok(object) => Ok(job.done(planned, object)),
        Err(error @ Error::Operation(_)) => Err(interrupted(&error, None)),
        Err(error) => Err(interrupted(&error, Some(operation))),
    }
}
