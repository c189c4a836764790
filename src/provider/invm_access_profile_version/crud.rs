//! The four calls. What becomes of a write, and what the state then says, is in [`writing`].

use std::time::Duration;

use super::naming;
use super::{model, schema};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::{Version, VersionChange};
use crate::arm::{self, ArmClient, Call, Error, Location, PendingOperation, Started, Unfinished};
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Read, ReadOutcome, Stored, Update};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::Operation;
use crate::provider::writing::carried::Carried;
use crate::provider::writing::{self, Job, Written};
use crate::provider::{checks, existing, timeouts};

/// Versions, as what is written.
#[derive(Clone, Copy, Debug)]
pub struct Kind;

impl Written for Kind {
    const WORD: &'static str = "profile version";
    const HOLDER: &'static str = "profile";
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
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
    // Replication takes its time, and the plan can leave the date of publishing open.
    const WAITS_IN_READ: bool = false;

    type Id = VersionId;
    type Object = Version;
    type Change = VersionChange;

    fn id_in_state(state: &Value) -> Result<VersionId, Diagnostic> {
        model::id_in_state(state)
    }

    fn state(id: &VersionId, version: Version, prior: &Value) -> (Value, Diagnostics) {
        model::state(id, version, prior)
    }

    fn outline(version: Version) -> Version {
        Version { rules: None, ..version }
    }

    fn change(prior: &Value, planned: &Value) -> Option<VersionChange> {
        model::change(prior, planned)
    }

    async fn get(client: &ArmClient, id: &VersionId, call: &Call) -> Result<Version, Error> {
        client.versions().get(id, call).await
    }

    async fn shared(client: &ArmClient, id: &VersionId, call: &Call) -> Option<Version> {
        client.versions().shared(id, call).await
    }

    async fn begin_update(
        client: &ArmClient,
        id: &VersionId,
        change: &VersionChange,
        call: &Call,
    ) -> Result<Started<Version>, Error> {
        client.versions().begin_update(id, change, call).await
    }

    async fn finish(client: &ArmClient, operation: &PendingOperation, call: &Call) -> Result<Version, Error> {
        client.versions().finish(operation, call).await
    }

    async fn delete(
        client: &ArmClient,
        id: &VersionId,
        begun: Option<&PendingOperation>,
        call: &Call,
    ) -> Result<arm::Deleted, Unfinished> {
        match begun {
            Some(begun) => client.versions().resume_delete(id, begun, call).await,
            None => client.versions().delete(id, call).await,
        }
    }

    fn is_there(_: &Connection, _: &VersionId, _: &Version) {}

    /// Its name is remembered: the one that takes its place must be above it.
    async fn is_gone(connection: &Connection, id: &VersionId) {
        connection.names(id.profile()).await.saw(id.name());
    }
}

fn failed(operation: Operation, id: &str, call: &Call, error: &Error) -> Diagnostic {
    let attempt = Attempt { operation, kind: Kind::WORD, id, attributes: Kind::ATTRIBUTES, call: Some(call) };
    attempt.failed(error)
}

/// Creates the version: one request to look at what is there, one to create, and what Azure needs to be waited for.
/// One more reads the profile, when the configuration leaves the region to it and this is the first of its versions
/// that this process creates; unless the plan knew the region and the host has kept that, or a version was deleted to make
/// room, whose plan knew it.
///
/// # Errors
/// When it could not be created; with what exists of it, if anything does.
pub async fn create(
    connection: &Connection,
    context: &Context,
    request: Create,
) -> Result<Stored, Interrupted> {
    let Create { planned, private, .. } = request;
    let Asked { profile, name, location, time } = Asked::read(&planned)?;
    let client = connection.client()?;
    let mut call = Call::new(time, context.cancel.clone());
    if let Some(region) = Carried::read(&private).region() {
        connection.learn_region(&profile, region);
    }
    // Held until Azure has taken the new version, so that two versions of one profile never choose the same name, and
    // never both ask for its region.
    let mut names = connection.names(&profile).await;
    if connection.known_profile(&profile).is_some() {
        call = call.expecting_parent();
    }
    let location = match location {
        Some(location) => location,
        None => Box::pin(region(connection, &client, &profile, &call)).await?,
    };
    let mut twin = None;
    let name = match name {
        Some(name) => {
            let id = profile.version(name.clone());
            Box::pin(must_not_exist(&client, &id, &call)).await?;
            name
        }
        None => {
            let listed = Box::pin(client.versions().list(&profile, &call)).await;
            let listed =
                listed.map_err(|error| failed(Operation::Create, &profile.to_string(), &call, &error))?;
            let replaced = Carried::read(&private).replaced();
            let now = time::OffsetDateTime::now_utc();
            twin = naming::twin(&listed, &profile, names.highest.as_ref(), &planned, now);
            naming::next(&listed, names.highest.as_ref(), replaced.as_ref())?
        }
    };
    let id = profile.version(name);
    let job = Job::<Kind> { connection, client, id, operation: Operation::Create, call };
    let body = model::body(&planned, location)?;
    let begun = Box::pin(job.client.versions().begin_create(&job.id, &body, &job.call)).await;
    if begun.is_ok() || job.call.fate() != arm::Fate::Settled {
        names.saw(job.id.name());
    }
    drop(names);
    let mut created = Box::pin(writing::create::create(&job, &planned, begun)).await;
    if let (Ok(stored), Some(twin)) = (&mut created, twin) {
        stored.warnings.push(existing::twin(schema::TYPE, twin.name().as_str(), &twin.to_string()));
    }
    created
}

/// What of a plan is needed before anything can be asked of Azure.
struct Asked {
    profile: ProfileId,
    name: Option<VersionName>,
    location: Option<Location>,
    time: Duration,
}

impl Asked {
    fn read(planned: &Value) -> Result<Self, Diagnostic> {
        Ok(Self {
            profile: model::profile(planned)?,
            name: model::name(planned)?,
            location: checks::text(planned, "location").map(Location::from),
            time: timeouts::of(planned, Operation::Create),
        })
    }
}

/// The region of a profile, which its versions have unless they say otherwise.
async fn region(
    connection: &Connection,
    client: &ArmClient,
    profile: &ProfileId,
    call: &Call,
) -> Result<Location, Diagnostic> {
    if let Some(known) = connection.region(profile) {
        return Ok(known);
    }
    let text = profile.to_string();
    // A region never changes, so a list that is read for many profiles tells it as well.
    let read = match client.profiles().shared(profile, call).await {
        Some(listed) => listed,
        None => {
            let read = client.profiles().get(profile, call).await;
            read.map_err(|error| failed(Operation::Create, &text, call, &error))?
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
        Ok(_) => Err(existing::diagnostic(schema::TYPE, Kind::WORD, id.name().as_str(), &text)),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(failed(Operation::Create, &text, call, &error)),
    }
}

/// Reads the version: one request, or a part of one where its siblings are read as well.
///
/// # Errors
/// When it cannot be told whether it exists.
pub async fn read(connection: &Connection, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
    writing::read::read::<Kind>(connection, context, request).await
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
    writing::update::update::<Kind>(connection, context, request).await
}

/// Deletes the version.
///
/// # Errors
/// When it may still exist.
pub async fn delete(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, Interrupted> {
    // What takes its place is created by this process, and need not ask for what the plan knew. One that is tainted is
    // planned as something new, which may be below another profile.
    let carried = Carried::read(&request.private);
    if carried.is_replacement()
        && let Some(region) = carried.region()
        && let Ok(id) = model::id_in_state(&request.prior)
    {
        connection.learn_region(id.profile(), region);
    }
    writing::delete::delete::<Kind>(connection, context, request).await
}

#[cfg(test)]
#[path = "crud_tests.rs"]
mod tests;
