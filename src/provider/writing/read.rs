//! Refreshing: reads the object, and the result of an operation that an earlier run has begun.

use std::time::Duration;

use super::private_state::{Pending, PrivateState, Work};
use super::{Job, Managed};
use crate::arm;
use crate::arm::Outlook;
use crate::arm::error::{Error, Missing};
use crate::arm::models::{ProvisioningState, Resource as _};
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::timeouts::Operation;

/// After how long a missing object is read once more. Dropping it from the state after a transient error
/// would leave an object that Terraform does not know of.
const AGAIN: Duration = Duration::from_millis(250);

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
    let job = &Job::<K>::on_stored(connection, context, Operation::Read, &request.state, &private)?;
    // An imported state has no name yet, and nothing to compare with; an unfinished object is read singly.
    if private.pending.is_none()
        && checks::text(&request.state, "name").is_some()
        && let Some(outcome) = listed(job, &request.state).await?
    {
        return Ok(outcome);
    }
    let found = job.get().await;
    let prior = request.state;
    match (found, private.pending) {
        (Ok(object), None) => Ok(present(job, object, &prior, Diagnostics::new())),
        (found, pending) => unusual(job, found, prior, pending).await,
    }
}

/// The entry of a shared list; `None` if the object has to be read singly.
async fn listed<K: Managed>(job: &Job<'_, K>, prior: &Value) -> Result<Option<ReadOutcome>, Failure> {
    let Some(listed) = K::collection(&job.client).shared(&job.id, &job.call).await else { return Ok(None) };
    K::is_there(job.connection, &job.id, &listed);
    let (state, warnings) = K::state(&job.id, listed, prior);
    if state != *prior {
        return Ok(None);
    }
    Ok(Some(ReadOutcome::Present(job.stored(state, warnings))))
}

/// The object does not exist, or an operation was begun on it.
async fn unusual<K: Managed>(
    job: &Job<'_, K>,
    found: Result<K::Object, Error>,
    prior: Value,
    pending: Option<Pending>,
) -> Result<ReadOutcome, Failure> {
    match (found, pending) {
        (Ok(object), None) => Ok(present(job, object, &prior, Diagnostics::new())),
        (Ok(object), Some(pending)) => Ok(after(job, object, prior, pending).await),
        (Err(error), pending) => match gone(&error, &job.id.to_string(), K::HOLDER) {
            None => Err(job.failed(&error).into()),
            Some(warnings) => invisible(job, prior, pending, warnings).await,
        },
    }
}

fn present<K: Managed>(job: &Job<'_, K>, object: K::Object, prior: &Value, more: Diagnostics) -> ReadOutcome {
    K::is_there(job.connection, &job.id, &object);
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

/// The object exists, and an operation was begun on it.
async fn after<K: Managed>(
    job: &Job<'_, K>,
    object: K::Object,
    prior: Value,
    pending: Pending,
) -> ReadOutcome {
    let kept = |state: Value, pending: Pending, warning: Option<Diagnostic>| {
        ReadOutcome::Present(Stored {
            private: job.private.clone().with(Some(pending)).write(),
            warnings: warning.into_iter().collect(),
            ..Stored::new(state)
        })
    };
    let shown = |object: K::Object| K::state(&job.id, object, &prior).0;
    match (pending.work, stage(object.provisioning_state())) {
        (Work::Create, Stage::Running) if K::WAITS_IN_READ => match job.finish(&pending.operation).await {
            Ok(object) => present(job, object, &prior, Diagnostics::new()),
            Err(error @ Error::Operation(_)) => {
                kept(shown(object), Pending { failed: true, ..pending }, Some(spoiled(job, &error.report())))
            }
            Err(_) => kept(shown(object), pending, Some(goes_on(job, "created"))),
        },
        (Work::Create, Stage::Running) => kept(shown(object), pending, Some(goes_on(job, "created"))),
        (Work::Update, Stage::Running) => kept(prior, pending, Some(goes_on(job, "changed"))),
        (Work::Delete, Stage::Running) => kept(shown(object), pending, Some(goes_on(job, "deleted"))),
        (Work::Create | Work::Update, Stage::Done) => present(job, object, &prior, Diagnostics::new()),
        (Work::Create, Stage::Failed) => {
            let warning = spoiled(job, &reason(job, &pending).await);
            kept(shown(object), Pending { failed: true, ..pending }, Some(warning))
        }
        (Work::Update, Stage::Failed) => {
            let warning = not_done(job, "change", &reason(job, &pending).await);
            ReadOutcome::Present(job.stored(prior, warning.into()))
        }
        (Work::Delete, Stage::Done | Stage::Failed) => {
            let warning = not_done(job, "deletion", &reason(job, &pending).await);
            present(job, object, &prior, warning.into())
        }
    }
}

/// One response says that the object does not exist.
async fn invisible<K: Managed>(
    job: &Job<'_, K>,
    prior: Value,
    pending: Option<Pending>,
    mut warnings: Diagnostics,
) -> Result<ReadOutcome, Failure> {
    let was_there = pending.as_ref().is_none_or(|pending| pending.work == Work::Update);
    let creation = pending.filter(|pending| pending.work == Work::Create);
    if let Some(pending) = creation {
        match job.client.look(&pending.operation, &job.call).await {
            Ok(Outlook::Running(_)) => {
                let private = job.private.clone().with(Some(pending)).write();
                let warnings = goes_on(job, "created").into();
                return Ok(ReadOutcome::Present(Stored { private, warnings, ..Stored::new(prior) }));
            }
            Ok(Outlook::Failed(error)) if !error.is_not_found() => {
                warnings.push(spoiled(job, &error.report()))
            }
            _ => {}
        }
    }
    let again = match job.call.pause(AGAIN, "looking for it once more").await {
        Ok(()) => job.get().await,
        Err(over) => Err(over),
    };
    match again {
        Ok(object) => Ok(present(job, object, &prior, Diagnostics::new())),
        Err(error) if gone(&error, "", "").is_some() => {
            K::is_gone(job.connection, &job.id).await;
            // The host would forget the name with the state, and the next version might get the same one.
            if K::NUMBERED && was_there && !job.private.is_named() && checks::text(&prior, "name").is_some() {
                warnings.push(renumbered(job));
                let private = job.private.clone().gone().write();
                return Ok(ReadOutcome::Present(Stored { private, warnings, ..Stored::new(prior) }));
            }
            Ok(ReadOutcome::Gone(warnings))
        }
        Err(error) => Err(job.failed(&error).into()),
    }
}

/// Why an operation failed, if Azure still knows.
async fn reason<K: Managed>(job: &Job<'_, K>, pending: &Pending) -> String {
    match job.client.look(&pending.operation, &job.call).await {
        Ok(Outlook::Failed(error)) => error.report(),
        _ => "Azure does not return a reason.".to_owned(),
    }
}

fn goes_on<K: Managed>(job: &Job<'_, K>, done: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("In-VM access {} is still being {done}", K::WORD),
        format!(
            "An earlier run has begun it and was ended before Azure had finished {}. The next apply waits \
             for it.",
            job.id
        ),
    )
}

fn spoiled<K: Managed>(job: &Job<'_, K>, reason: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("In-VM access {} was not created", K::WORD),
        format!(
            "An earlier run began to create {} and was ended before Azure had finished. The creation has \
             failed since, so it is planned again.\n\n{reason}",
            job.id,
        ),
    )
}

fn not_done<K: Managed>(job: &Job<'_, K>, what: &str, reason: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("{} of an in-VM access object failed", if what == "change" { "Change" } else { "Deletion" }),
        format!(
            "An earlier run began the {what} of {} and was ended before Azure had finished. It has failed \
             since; if it is still wanted, it is planned again.\n\n{reason}",
            job.id
        ),
    )
}

fn renumbered<K: Managed>(job: &Job<'_, K>) -> Diagnostic {
    let id = job.id.to_string();
    let name = id.rsplit('/').next().unwrap_or_default();
    Diagnostic::warning(
        format!("Version {name} was deleted outside of Terraform"),
        format!(
            "{id} does not exist any more. A guest agent loads rules only when the version's id changes, \
             so the version is not created again under the same number. The plan replaces it: the deletion \
             finds nothing to delete, and the new version gets the next number."
        ),
    )
}

/// Whether an error on a read means that the object is gone, with a warning if more than the object is gone.
/// A subscription that cannot be seen, and a 404 that is not about an object, prove nothing.
#[must_use]
pub fn gone(error: &arm::Error, id: &str, holder: &str) -> Option<Diagnostics> {
    let missing = match error.missing()? {
        Missing::Leaf => return Some(Diagnostics::new()),
        Missing::Parent => holder,
        Missing::ResourceGroup => "resource group",
        _ => return None,
    };
    let detail = format!(
        "{id} does not exist any more, and neither does the {missing} that contained it. The plan creates \
         it again, which needs the {missing} first."
    );
    Some(Diagnostic::warning(format!("The {missing} of an object is gone"), detail).into())
}
