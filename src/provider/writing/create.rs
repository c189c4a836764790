//! Creating: the request, the wait for its end, and the state after it.
//!
//! A host marks an object as tainted when its creation ends with an error, and replaces it in the next run. That is
//! right where the creation failed. It is not what somebody means who presses Ctrl-C: the operation goes on at Azure,
//! so the state gets the object as it was planned, a warning, and the operation in its private data; the host itself
//! ends the run with an error and starts nothing that depends on it. Where the time is up or the network is gone an
//! error must be returned, or dependents would go ahead; the object is then tainted, the operation remembered all the
//! same, and the message says how to keep it.

use super::private_state::Work;
use super::{Job, Managed};
use crate::arm;
use crate::arm::error::{Error, human};
use crate::arm::models::ProvisioningState;
use crate::arm::models::Resource as _;
use crate::arm::{Begun, Fate, PendingOperation, Started};
use crate::plugin::resource::{Interrupted, Stored};
use crate::plugin::{Diagnostic, Value};
use crate::provider::existing::Existing;

/// Whether the request to create has met somebody else's object.
pub fn met_another<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    begun: &Result<Begun<K::Object>, Error>,
) -> bool {
    match begun {
        Ok(Begun::There { perhaps_ours: false, .. }) => true,
        Ok(Begun::There { object, .. }) => !job.is_as_planned(planned, object.clone(), K::TELLING),
        _ => false,
    }
}

/// Creates the object of this name, unless it is there already. `replaces` says that the plan replaces this very object.
///
/// # Errors
/// When it is there, was not created, or not seen to be; with what exists or may exist of it.
pub async fn named<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    body: &<K::Object as arm::Kind>::Body,
    replaces: bool,
) -> Result<Stored, Interrupted> {
    let alone = job.alone().await?;
    let alone = job.must_not_exist(alone, replaces).await?;
    let begun = K::collection(&job.client).begin_create(&job.id, body, &job.call).await;
    drop(alone);
    create(job, planned, begun).await
}

/// Takes what the request to create gave, and sees it to its end. `planned` is the state that was planned.
///
/// # Errors
/// When the object was not created, or not seen to be; with what exists or may exist of it.
pub async fn create<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    begun: Result<Begun<K::Object>, Error>,
) -> Result<Stored, Interrupted> {
    if met_another(job, planned, &begun) {
        let changed = matches!(begun, Ok(Begun::There { changed: true, .. }));
        return Err(job.exists(if changed { Existing::Changed } else { Existing::Appeared }).into());
    }
    match begun {
        Err(error) => in_doubt(job, planned, error).await,
        Ok(Begun::Taken(Started { operation: None, body: Some(object) })) => created(job, planned, object),
        Ok(Begun::Taken(Started { operation, body })) => {
            let operation = operation.unwrap_or_else(|| PendingOperation::look_at(&job.id.to_string()));
            to_its_end(job, planned, operation, body).await
        }
        // An earlier attempt of ours has made it.
        Ok(Begun::There { object, .. }) => match object.provisioning_state() {
            None | Some(ProvisioningState::Succeeded) => created(job, planned, object),
            Some(_) => {
                let operation = PendingOperation::look_at(&job.id.to_string());
                to_its_end(job, planned, operation, Some(object)).await
            }
        },
    }
}

/// The object is there. Where what cannot be changed differs from what was sent, two have created it at once, and the
/// other one has won.
fn created<K: Managed>(job: &Job<'_, K>, planned: &Value, object: K::Object) -> Result<Stored, Interrupted> {
    if !job.is_as_planned(planned, object.clone(), K::FIXED) {
        return Err(job.exists(Existing::Appeared).into());
    }
    Ok(job.done(planned.clone(), object))
}

/// Waits for a creation that was begun; `shown` is what Azure has shown of the object.
async fn to_its_end<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    operation: PendingOperation,
    shown: Option<K::Object>,
) -> Result<Stored, Interrupted> {
    let error = match job.finish(&operation).await {
        Ok(object) => return created(job, planned, object),
        Err(error) => error,
    };
    if matches!(error, Error::Operation(_)) {
        return Err(spoiled(job, planned, &error).await);
    }
    left(job, planned, shown, operation, &error)
}

/// The request failed. Where it is not certain that Azure refused it, there may be an object all the same.
async fn in_doubt<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    error: Error,
) -> Result<Stored, Interrupted> {
    let error = &error;
    let fate = job.call.fate();
    if fate == Fate::Settled {
        return Err(job.failed(error).into());
    }
    let operation = PendingOperation::look_at(&job.id.to_string());
    match job.look().await {
        Ok(object) if !job.is_as_planned(planned, object.clone(), K::TELLING) => {
            Err(job.exists(Existing::Appeared).into())
        }
        Ok(object) => left(job, planned, Some(object), operation, error),
        Err(missing) if missing.is_not_found() && fate == Fate::Doubtful => Err(job.failed(error).into()),
        // Still under way, or nobody can tell: a refresh drops what turns out not to be there.
        Err(_) => left(job, planned, None, operation, error),
    }
}

/// The operation failed: what it left behind is kept, to be replaced; if it left nothing, nothing is kept.
async fn spoiled<K: Managed>(job: &Job<'_, K>, planned: &Value, error: &Error) -> Interrupted {
    match job.look().await {
        Err(missing) if missing.is_not_found() => job.failed(error).into(),
        found => {
            let state = job.unfinished(planned.clone(), found.ok());
            Job::<K>::keeping(job.failed(error), state, &job.private)
        }
    }
}

/// The creation may go on, and this run does not see its end.
fn left<K: Managed>(
    job: &Job<'_, K>,
    planned: &Value,
    object: Option<K::Object>,
    operation: PendingOperation,
    error: &Error,
) -> Result<Stored, Interrupted> {
    let state = job.unfinished(planned.clone(), object);
    let private = job.private.clone().begun(Work::Create, operation);
    if !error.is_cancelled() {
        let mut told = job.failed(error);
        told.detail.push_str(
            " Azure may go on with what it has taken, so the state keeps the object, as tainted: the next apply \
             replaces it. To keep it and go on waiting instead, run `terraform untaint` on it first.",
        );
        return Err(Job::<K>::keeping(told, state, &private));
    }
    let warning = Diagnostic::warning(
        format!("In-VM access {} is not finished yet", K::WORD),
        format!(
            "The run was stopped after {}, when Azure had been asked to create {} and was not done. The state holds \
             it, and the next apply goes on waiting for it instead of creating it again.",
            human(job.call.elapsed()),
            job.id
        ),
    );
    Ok(Stored { private: private.write(), warnings: warning.into(), ..Stored::new(state) })
}
