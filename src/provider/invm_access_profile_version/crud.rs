//! The four calls.

use super::naming;
use super::{model, schema};
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::Version;
use crate::arm::{ArmClient, Call, Error, Location};
use crate::plugin::resource::{
    Create, Delete, Deleted, Interrupted, Partial, Private, Read, ReadOutcome, Stored, Update,
};
use crate::plugin::{Context, Diagnostic, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::invm_access_profile::crud::gone;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::{self, Operation};
use crate::provider::{applied, checks, existing};

use super::private::Carried;

/// ARM's members and the attributes they are here.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("location", "location"),
    ("mode", "mode"),
    ("defaultAccess", "default_access"),
    ("rules", "rules"),
    ("privileges", "rules"),
    ("roles", "rules"),
    ("identities", "rules"),
    ("roleAssignments", "rules"),
    ("targetLocations", "target_regions"),
    ("excludeFromLatest", "exclude_from_latest"),
    ("tags", "tags"),
    ("inVMAccessControlProfileName", "profile_id"),
    ("inVMAccessControlProfileVersionName", "name"),
];

fn attempt(operation: Operation, id: &str) -> Attempt<'_> {
    Attempt { operation, kind: "profile version", id, attributes: ATTRIBUTES }
}

/// Creates the version: one request to look at what is there, one to create, and what Azure needs to be waited for.
/// One more reads the profile, when neither the configuration nor this process knows its region.
///
/// # Errors
/// When it could not be created; with what exists of it, if anything does.
pub async fn create(
    connection: &Connection,
    context: &Context,
    request: Create,
) -> Result<Stored, Interrupted> {
    let planned = request.planned;
    let profile = model::profile(&planned)?;
    let client = connection.client()?;
    let mut call = Call::new(timeouts::of(&planned, Operation::Create), context.cancel.clone());
    if connection.known_profile(&profile).is_some() {
        call = call.expecting_parent();
    }
    let location = location(connection, &client, &profile, &planned, &call).await?;
    let body = model::body(&planned, location)?;

    // Held until Azure has taken the new version, so that two versions of one profile never choose the same name.
    let mut names = connection.names(&profile).await;
    let name = match model::name(&planned)? {
        Some(name) => {
            let id = profile.version(name.clone());
            must_not_exist(&client, &id, &call).await?;
            name
        }
        None => {
            let listed = client.versions().list(&profile, &call).await;
            let listed =
                listed.map_err(|error| attempt(Operation::Create, &profile.to_string()).failed(&error))?;
            let replaced = Carried::read(&request.private).replaced();
            naming::next(&listed, names.highest.as_ref(), replaced.as_ref())?
        }
    };
    let id = profile.version(name);
    let text = id.to_string();
    let attempt = attempt(Operation::Create, &text);
    let started =
        client.versions().begin_create(&id, &body, &call).await.map_err(|error| attempt.failed(&error))?;
    names.saw(id.name());
    drop(names);

    let version = match (&started.operation, started.body) {
        (None, Some(version)) => version,
        (None, None) => client
            .versions()
            .get(&id, &call)
            .await
            .map_err(|error| interrupted(&id, None, &planned, attempt.failed(&error)))?,
        (Some(operation), body) => client
            .versions()
            .finish(operation, &call)
            .await
            .map_err(|error| interrupted(&id, body.as_ref(), &planned, attempt.failed(&error)))?,
    };
    Ok(stored(&id, &version, &planned))
}

/// The planned region, else the profile's.
async fn location(
    connection: &Connection,
    client: &ArmClient,
    profile: &ProfileId,
    planned: &Value,
    call: &Call,
) -> Result<Location, Diagnostic> {
    if let Some(planned) = checks::text(planned, "location") {
        return Ok(Location::from(planned));
    }
    if let Some(known) = connection.known_profile(profile).and_then(|known| known.location) {
        return Ok(known);
    }
    let text = profile.to_string();
    // A region never changes, so a list that is read for many profiles tells it as well.
    let read = match client.profiles().shared(profile, call).await {
        Some(listed) => listed,
        None => {
            let read = client.profiles().get(profile, call).await;
            read.map_err(|error| attempt(Operation::Create, &text).failed(&error))?
        }
    };
    connection.learn_profile(profile, &read);
    read.location.ok_or_else(|| {
        Diagnostic::error(
            "Region of the profile is not known",
            format!("Azure gives no region for {text}. Set `location` of the version."),
        )
        .at(crate::plugin::Path::attribute("location"))
    })
}

async fn must_not_exist(client: &ArmClient, id: &VersionId, call: &Call) -> Result<(), Diagnostic> {
    let text = id.to_string();
    match client.versions().get(id, call).await {
        Ok(_) => Err(existing::diagnostic(schema::TYPE, "profile version", id.name().as_str(), &text)),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(attempt(Operation::Create, &text).failed(&error)),
    }
}

fn interrupted(id: &VersionId, body: Option<&Version>, planned: &Value, told: Diagnostic) -> Interrupted {
    let (returned, _) =
        model::state(id, body.unwrap_or(&Version::default()), &applied::without_answer(planned));
    let (state, _) = applied::settle(planned, &returned);
    let partial = Partial { state: applied::without_answer(&state), private: Private::new(), identity: None };
    Interrupted { failure: told.into(), partial: Some(partial) }
}

fn stored(id: &VersionId, version: &Version, planned: &Value) -> Stored {
    let (returned, warnings) = model::state(id, version, planned);
    let (state, differing) = applied::settle(planned, &returned);
    let mut stored = Stored::new(state);
    stored.warnings = warnings;
    stored.warnings.extend(differing);
    stored
}

/// Reads the version: one request, or a part of one where its siblings are read as well. A list may leave things out,
/// so it is believed only where it says that nothing has changed.
///
/// # Errors
/// When it cannot be told whether it exists.
pub async fn read(connection: &Connection, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
    let Read { state, sent, private, .. } = request;
    let id = model::id_in_state(&state)?;
    let text = id.to_string();
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&state, Operation::Read), context.cancel.clone());
    // An imported state has no name yet, and nothing to compare with.
    let imported = checks::text(&state, "name").is_none();
    // Azure may take its time, and hundreds may wait for it.
    drop(state);
    let present = |version: &Version, prior: &Value| {
        let (state, warnings) = model::state(&id, version, prior);
        Stored { private: private.clone(), warnings, ..Stored::new(state) }
    };
    if !imported && let Some(listed) = client.versions().shared(&id, &call).await {
        let prior = sent.clone().open()?;
        let stored = present(&listed, &prior);
        if stored.state == prior {
            return Ok(ReadOutcome::Present(stored));
        }
    }
    match client.versions().get(&id, &call).await {
        Ok(version) => Ok(ReadOutcome::Present(present(&version, &sent.open()?))),
        Err(error) => gone(&error, &text, "profile")
            .map(ReadOutcome::Gone)
            .ok_or_else(|| attempt(Operation::Read, &text).failed(&error).into()),
    }
}

/// Changes the version in place, when something that Azure holds differs.
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
    let failed = |error: Error| attempt(Operation::Update, &text).failed(&error);
    let client = connection.client()?;
    let call = Call::new(timeouts::of(&planned, Operation::Update), context.cancel.clone());
    let started = client.versions().begin_update(&id, &change, &call).await.map_err(failed)?;
    let version = match (&started.operation, started.body) {
        (None, Some(version)) => version,
        (None, None) => client.versions().get(&id, &call).await.map_err(failed)?,
        (Some(operation), _) => client.versions().finish(operation, &call).await.map_err(failed)?,
    };
    Ok(stored(&id, &version, &planned))
}

/// Deletes the version, and remembers its name: the one that takes its place must be above it.
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
        .versions()
        .delete(&id, &call)
        .await
        .map_err(|error| attempt(Operation::Delete, &text).failed(&error))?;
    connection.names(id.profile()).await.saw(id.name());
    Ok(Deleted::default())
}
