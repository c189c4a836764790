//! The four calls.

use super::{model, schema};
use crate::arm;
use crate::arm::Call;
use crate::arm::error::Missing;
use crate::arm::ids::ProfileId;
use crate::arm::models::Profile;
use crate::plugin::resource::{
    Create, Delete, Deleted, Interrupted, Partial, Private, Read, ReadOutcome, Stored, Update,
};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::{self, Operation};
use crate::provider::{applied, checks, existing};

/// ARM's members and the attributes they are here.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("location", "location"),
    ("osType", "os_type"),
    ("applicableHostEndpoint", "applicable_host_endpoint"),
    ("description", "description"),
    ("tags", "tags"),
    ("galleryName", "gallery_id"),
    ("inVMAccessControlProfileName", "name"),
];

fn attempt(operation: Operation, id: &str) -> Attempt<'_> {
    Attempt { operation, kind: "profile", id, attributes: ATTRIBUTES }
}

/// Creates the profile, unless there is one already: one request to look, one to create, and what Azure needs to
/// be waited for.
///
/// # Errors
/// When it could not be created; with what exists of it, if anything does.
pub async fn create(
    connection: &Connection,
    context: &Context,
    request: Create,
) -> Result<Stored, Interrupted> {
    let planned = request.planned;
    let id = model::id(&planned)?;
    let text = id.to_string();
    let attempt = attempt(Operation::Create, &text);
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&planned, Operation::Create), context.cancel.clone());

    match client.profiles().get(&id, &call).await {
        Ok(_) => return Err(existing::diagnostic(schema::TYPE, "profile", id.name().as_str(), &text).into()),
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(attempt.failed(&error).into()),
    }
    let started = client
        .profiles()
        .begin_create(&id, &model::body(&planned), &call)
        .await
        .map_err(|error| attempt.failed(&error))?;
    let profile = match (&started.operation, started.body) {
        (None, Some(profile)) => profile,
        (None, None) => client
            .profiles()
            .get(&id, &call)
            .await
            .map_err(|error| interrupted(&id, None, &planned, attempt.failed(&error)))?,
        (Some(operation), body) => client
            .profiles()
            .finish(operation, &call)
            .await
            .map_err(|error| interrupted(&id, body.as_ref(), &planned, attempt.failed(&error)))?,
    };
    connection.learn_profile(&id, &profile);
    Ok(stored(&id, &profile, &planned))
}

fn interrupted(id: &ProfileId, body: Option<&Profile>, planned: &Value, told: Diagnostic) -> Interrupted {
    let returned = model::state(id, body.unwrap_or(&Profile::default()), &applied::without_answer(planned));
    let (state, _) = applied::settle(planned, &returned);
    let partial = Partial { state: applied::without_answer(&state), private: Private::new(), identity: None };
    Interrupted { failure: told.into(), partial: Some(partial) }
}

fn stored(id: &ProfileId, profile: &Profile, planned: &Value) -> Stored {
    let (state, warning) = applied::settle(planned, &model::state(id, profile, planned));
    let mut stored = Stored::new(state);
    stored.warnings.extend(warning);
    stored
}

/// Reads the profile: one request, or a part of one where its siblings are read as well. A list may leave things out,
/// so it is believed only where it says that nothing has changed.
///
/// # Errors
/// When it cannot be told whether it exists.
pub async fn read(connection: &Connection, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
    let prior = request.state;
    let id = model::id_in_state(&prior)?;
    let text = id.to_string();
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&prior, Operation::Read), context.cancel.clone());
    let present = |profile: &Profile| Stored {
        private: request.private.clone(),
        ..Stored::new(model::state(&id, profile, &prior))
    };
    // An imported state has no name yet, and nothing to compare with.
    let imported = checks::text(&prior, "name").is_none();
    if !imported && let Some(listed) = client.profiles().shared(&id, &call).await {
        let stored = present(&listed);
        if stored.state == prior {
            connection.learn_profile(&id, &listed);
            return Ok(ReadOutcome::Present(stored));
        }
    }
    match client.profiles().get(&id, &call).await {
        Ok(profile) => {
            connection.learn_profile(&id, &profile);
            Ok(ReadOutcome::Present(present(&profile)))
        }
        Err(error) => gone(&error, &text, "gallery")
            .map(|warnings| {
                connection.forget_profile(&id);
                ReadOutcome::Gone(warnings)
            })
            .ok_or_else(|| attempt(Operation::Read, &text).failed(&error).into()),
    }
}

/// Whether an error on a read means that the object is gone, with a warning when more than the object is. A
/// subscription that cannot be seen, and a 404 that does not speak of an object, prove nothing.
#[must_use]
pub fn gone(error: &arm::Error, id: &str, holder: &str) -> Option<Diagnostics> {
    let missing = match error.missing()? {
        Missing::Leaf => return Some(Diagnostics::new()),
        Missing::Parent => holder,
        Missing::ResourceGroup => "resource group",
        _ => return None,
    };
    let detail = format!(
        "{id} does not exist any more, and neither does the {missing} that held it. It is planned for creation again, \
         which needs the {missing} first."
    );
    Some(Diagnostic::warning(format!("The {missing} of an object is gone"), detail).into())
}

/// Changes the profile in place, when something that Azure holds differs.
///
/// # Errors
/// When it could not be changed.
pub async fn update(
    connection: &Connection,
    context: &Context,
    request: Update,
) -> Result<Stored, Interrupted> {
    let Update { prior, planned, .. } = request;
    let Some(change) = model::change(&prior, &planned) else { return Ok(Stored::new(planned)) };
    let id = model::id_in_state(&prior)?;
    let text = id.to_string();
    let attempt = attempt(Operation::Update, &text);
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&planned, Operation::Update), context.cancel.clone());
    let started =
        client.profiles().begin_update(&id, &change, &call).await.map_err(|error| attempt.failed(&error))?;
    let profile = match (&started.operation, started.body) {
        (None, Some(profile)) => profile,
        (None, None) => client.profiles().get(&id, &call).await.map_err(|error| attempt.failed(&error))?,
        (Some(operation), _) => {
            client.profiles().finish(operation, &call).await.map_err(|error| attempt.failed(&error))?
        }
    };
    connection.learn_profile(&id, &profile);
    Ok(stored(&id, &profile, &planned))
}

/// Deletes the profile; versions of it that are still on their way out are waited for.
///
/// # Errors
/// When it may still exist.
pub async fn delete(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, Interrupted> {
    let id = model::id_in_state(&request.prior)?;
    let text = id.to_string();
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&request.prior, Operation::Delete), context.cancel.clone());
    client
        .profiles()
        .delete(&id, &call)
        .await
        .map_err(|error| attempt(Operation::Delete, &text).failed(&error))?;
    connection.forget_profile(&id);
    Ok(Deleted::default())
}
