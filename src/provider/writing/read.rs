//! Refreshing: reads the object, and the result of an operation that an earlier run has begun.

use std::time::Duration;

use super::private_state::{Pending, PrivateState, WriteKind};
use super::{Job, Managed};
use crate::arm;
use crate::arm::OperationStatus;
use crate::arm::error::{Error, Missing};
use crate::arm::models::{ArmResource as _, ProvisioningState};
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;

/// After how long a missing object is read once more. Dropping it from the state after a transient error
/// would leave an object that Terraform does not know of.
const REREAD_DELAY: Duration = Duration::from_millis(250);

/// Reads the object, and returns the new state. If its siblings are read as well, a list may supply it. A
/// list may omit things, so it is believed only if it shows no change.
///
/// # Errors
/// If it is unclear whether the object exists.
pub async fn read<K: Managed>(
    connection: &Connection,
    context: &Context,
    request: Read,
) -> Result<ReadOutcome, Failure> {
    let private = PrivateState::read(&request.private);
    let job = &Job::<K>::on_stored(connection, context, TimedOperation::Read, &request.state, &private)?;
    // An imported state has no name yet, and nothing to compare with; an unfinished object is read singly.
    if private.pending.is_none()
        && checks::text(&request.state, "name").is_some()
        && let Some(outcome) = from_shared_list(job, &request.state).await?
    {
        return Ok(outcome);
    }
    let prior = request.state;
    match (job.get().await, private.pending) {
        (Ok(object), None) => Ok(present(job, object, &prior, Diagnostics::new())),
        (Ok(object), Some(pending)) => Ok(after_operation(job, object, prior, pending).await),
        (Err(error), pending) => match gone_warnings(&error, &job.id.to_string(), K::PARENT) {
            None => Err(job.failed(&error).into()),
            Some(warnings) => missing(job, prior, pending, warnings).await,
        },
    }
}

/// The entry of a shared list; `None` if the object has to be read singly.
async fn from_shared_list<K: Managed>(
    job: &Job<'_, K>,
    prior: &Value,
) -> Result<Option<ReadOutcome>, Failure> {
    let Some(object) = K::collection(&job.client).shared(&job.id, &job.call).await else { return Ok(None) };
    K::record_existing(job.connection, &job.id, &object);
    let (state, warnings) = K::state(&job.id, object, prior);
    if state != *prior {
        return Ok(None);
    }
    Ok(Some(ReadOutcome::Present(job.stored(state, warnings))))
}

fn present<K: Managed>(job: &Job<'_, K>, object: K::Object, prior: &Value, more: Diagnostics) -> ReadOutcome {
    K::record_existing(job.connection, &job.id, &object);
    let (state, mut warnings) = K::state(&job.id, object, prior);
    warnings.extend(more);
    ReadOutcome::Present(job.stored(state, warnings))
}

/// The provisioning state of an object.
enum Stage {
    Running,
    Done,
    Failed,
}

fn stage(state: Option<&ProvisioningState>) -> Stage {
    match state {
        None | Some(ProvisioningState::Succeeded) => Stage::Done,
        Some(state) if state.is_terminal() => Stage::Failed,
        Some(_) => Stage::Running,
    }
}

/// The object exists, and an earlier run has begun an operation on it.
async fn after_operation<K: Managed>(
    job: &Job<'_, K>,
    object: K::Object,
    prior: Value,
    pending: Pending,
) -> ReadOutcome {
    let still_pending = |state: Value, pending: Pending, warning: Diagnostic| {
        ReadOutcome::Present(Stored {
            private: job.private.clone().with_pending(Some(pending)).write(),
            warnings: warning.into(),
            ..Stored::new(state)
        })
    };
    let state_of = |object: K::Object| K::state(&job.id, object, &prior).0;
    match (pending.kind, stage(object.provisioning_state())) {
        (WriteKind::Create, Stage::Running) if K::REFRESH_WAITS => match job.finish(&pending.operation).await
        {
            Ok(object) => present(job, object, &prior, Diagnostics::new()),
            Err(error @ Error::Operation(_)) => {
                let warning = creation_failed(job, &error.report());
                still_pending(state_of(object), Pending { failed: true, ..pending }, warning)
            }
            Err(_) => still_pending(state_of(object), pending, still_running(job, "created")),
        },
        (WriteKind::Create, Stage::Running) => {
            still_pending(state_of(object), pending, still_running(job, "created"))
        }
        (WriteKind::Update, Stage::Running) => still_pending(prior, pending, still_running(job, "changed")),
        (WriteKind::Delete, Stage::Running) => {
            still_pending(state_of(object), pending, still_running(job, "deleted"))
        }
        (WriteKind::Create | WriteKind::Update, Stage::Done) => {
            present(job, object, &prior, Diagnostics::new())
        }
        (WriteKind::Create, Stage::Failed) => {
            let warning = creation_failed(job, &reason(job, &pending).await);
            still_pending(state_of(object), Pending { failed: true, ..pending }, warning)
        }
        (WriteKind::Update, Stage::Failed) => {
            let warning = write_failed(job, "change", &reason(job, &pending).await);
            ReadOutcome::Present(job.stored(prior, warning.into()))
        }
        (WriteKind::Delete, Stage::Done | Stage::Failed) => {
            let warning = write_failed(job, "deletion", &reason(job, &pending).await);
            present(job, object, &prior, warning.into())
        }
    }
}

/// One response says that the object does not exist.
async fn missing<K: Managed>(
    job: &Job<'_, K>,
    prior: Value,
    pending: Option<Pending>,
    mut warnings: Diagnostics,
) -> Result<ReadOutcome, Failure> {
    let has_existed = pending.as_ref().is_none_or(|pending| pending.kind == WriteKind::Update);
    let creation = pending.filter(|pending| pending.kind == WriteKind::Create);
    if let Some(pending) = creation {
        match job.client.poll(&pending.operation, &job.call).await {
            Ok(OperationStatus::Running(_)) => {
                let private = job.private.clone().with_pending(Some(pending)).write();
                let warnings = still_running(job, "created").into();
                return Ok(ReadOutcome::Present(Stored { private, warnings, ..Stored::new(prior) }));
            }
            Ok(OperationStatus::Failed(error)) if !error.is_not_found() => {
                warnings.push(creation_failed(job, &error.report()));
            }
            _ => {}
        }
    }
    let second = match job.call.pause(REREAD_DELAY, "looking for it once more").await {
        Ok(()) => job.get().await,
        Err(interrupted) => Err(interrupted),
    };
    match second {
        Ok(object) => Ok(present(job, object, &prior, Diagnostics::new())),
        Err(error) if gone_warnings(&error, "", "").is_some() => {
            K::record_deleted(job.connection, &job.id).await;
            // The host would forget the name with the state, and the next version might get the same one.
            if K::HAS_AUTOMATIC_NAME
                && has_existed
                && !job.private.has_configured_name()
                && checks::text(&prior, "name").is_some()
            {
                warnings.push(renumbered(job));
                let private = job.private.clone().with_object_gone().write();
                return Ok(ReadOutcome::Present(Stored { private, warnings, ..Stored::new(prior) }));
            }
            Ok(ReadOutcome::Gone(warnings))
        }
        Err(error) => Err(job.failed(&error).into()),
    }
}

/// Why an operation failed, if Azure still knows.
async fn reason<K: Managed>(job: &Job<'_, K>, pending: &Pending) -> String {
    match job.client.poll(&pending.operation, &job.call).await {
        Ok(OperationStatus::Failed(error)) => error.report(),
        _ => "Azure does not return a reason.".to_owned(),
    }
}

fn still_running<K: Managed>(job: &Job<'_, K>, done: &str) -> Diagnostic {
    let detail = format!(
        "An earlier run has begun it and was ended before Azure had finished {}. The next apply waits \
         for it.",
        job.id
    );
    Diagnostic::warning(format!("In-VM access {} is still being {done}", K::WORD), detail)
}

fn creation_failed<K: Managed>(job: &Job<'_, K>, reason: &str) -> Diagnostic {
    let detail = format!(
        "An earlier run began to create {} and was ended before Azure had finished. The creation has \
         failed since, so it is planned again.\n\n{reason}",
        job.id,
    );
    Diagnostic::warning(format!("In-VM access {} was not created", K::WORD), detail)
}

fn write_failed<K: Managed>(job: &Job<'_, K>, what: &str, reason: &str) -> Diagnostic {
    let detail = format!(
        "An earlier run began the {what} of {} and was ended before Azure had finished. It has failed \
         since; if it is still wanted, it is planned again.\n\n{reason}",
        job.id
    );
    Diagnostic::warning(
        format!("{} of an in-VM access object failed", if what == "change" { "Change" } else { "Deletion" }),
        detail,
    )
}

fn renumbered<K: Managed>(job: &Job<'_, K>) -> Diagnostic {
    let id = job.id.to_string();
    let name = id.rsplit('/').next().unwrap_or_default();
    let detail = format!(
        "{id} does not exist any more. A guest agent loads rules only when the version's id changes, \
         so the version is not created again under the same number. The plan replaces it: the deletion \
         finds nothing to delete, and the new version gets the next number."
    );
    Diagnostic::warning(format!("Version {name} was deleted outside of Terraform"), detail)
}

/// The warnings about an object that does not exist any more: one if its parent does not exist either. `None`
/// if the error does not prove that, such as a subscription that cannot be seen.
#[must_use]
pub fn gone_warnings(error: &arm::Error, id: &str, parent: &str) -> Option<Diagnostics> {
    let missing = match error.missing()? {
        Missing::Leaf => return Some(Diagnostics::new()),
        Missing::Parent => parent,
        Missing::ResourceGroup => "resource group",
        _ => return None,
    };
    let detail = format!(
        "{id} does not exist any more, and neither does the {missing} that contained it. The plan creates \
         it again, which needs the {missing} first."
    );
    Some(Diagnostic::warning(format!("The {missing} of an object is gone"), detail).into())
}
