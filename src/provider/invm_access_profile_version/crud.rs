//! The four calls. What becomes of a write, and what the state then says, is in [`writing`].

use std::time::Duration;

use super::naming;
use super::{keep, model, schema};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::{Version, VersionChange};
use crate::arm::{self, ArmClient, Call, Error, Location, PendingOperation, Started, Unfinished};
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Read, ReadOutcome, Stored, Update};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::Operation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, Job, Written};
use crate::provider::{checks, existing, module, timeouts};

/// Versions, as what is written.
#[derive(Clone, Copy, Debug)]
pub struct Kind;

impl Written for Kind {
    const WORD: &'static str = "profile version";
    const TYPE: &'static str = schema::TYPE;
    const FIXED: &'static [&'static str] = &["rules"];
    const TELLING: &'static [&'static str] = &["rules", "mode", "default_access"];
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
    const NUMBERED: bool = true;
    // Replication takes its time, and the plan can leave the date of publishing open.
    const WAITS_IN_READ: bool = false;

    type Id = VersionId;
    type Object = Version;
    type Change = VersionChange;

    fn id_in_state(state: &Value) -> Result<VersionId, Diagnostic> {
        model::id_in_state(state)
    }

    fn name(id: &VersionId) -> &str {
        id.name().as_str()
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
        connection.profiles().names(id.profile()).await.saw(id.name());
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
    let mut call = module::call(context, time);
    let carried = PrivateState::read(&private);
    if let Some(region) = carried.region() {
        connection.profiles().learn_region(&profile, region);
    }
    if connection.profiles().known(&profile).is_some() {
        call = call.expecting_parent();
    }
    let location = match location {
        Some(location) => location,
        None => Box::pin(region(connection, &client, &profile, &call)).await?,
    };
    let job = |id| Job::<Kind> {
        connection,
        client: client.clone(),
        id,
        operation: Operation::Create,
        call: call.clone(),
        private: PrivateState::default().named(name.is_some()),
    };
    let Some(name) = &name else {
        return Box::pin(numbered(connection, &profile, &planned, &location, &carried, &call, job)).await;
    };
    connection.profiles().names(&profile).await.saw(name);
    let job = job(profile.version(name.clone()));
    // In boxes, here and below: what waits for one of them has room for that one alone.
    let alone = Box::pin(job.alone()).await?;
    let alone = Box::pin(job.must_not_exist(alone, false)).await?;
    let body = model::body(&planned, location)?;
    let begun = Box::pin(job.client.versions().begin_create(&job.id, &body, &job.call)).await;
    drop(alone);
    Box::pin(writing::create::create(&job, &planned, begun)).await
}

/// Creates the version under the next number. One that another run takes at the same moment is left to it.
async fn numbered<'a>(
    connection: &Connection,
    profile: &ProfileId,
    planned: &Value,
    location: &Location,
    carried: &PrivateState,
    call: &Call,
    job: impl Fn(VersionId) -> Job<'a, Kind> + Send,
) -> Result<Stored, Interrupted> {
    let client = connection.client()?;
    let failed = |error: &Error| failed(Operation::Create, &profile.to_string(), call, error);
    loop {
        // Held until the number is noted, so that no two versions of one profile choose the same.
        let mut names = connection.profiles().names(profile).await;
        let mut siblings = naming::Siblings::new(profile, planned, time::OffsetDateTime::now_utc());
        let listing = client.versions().each(profile, call, |version| siblings.add(&version, &names));
        Box::pin(listing).await.map_err(|error| failed(&error))?;
        let name = siblings.next(names.highest.as_ref(), carried.replaced().as_ref())?;
        names.saw(&name);
        let twins: Vec<_> = siblings.twins().into_iter().filter(|twin| names.report(twin.name())).collect();
        drop(names);
        let job = job(profile.version(name));
        let body = model::body(planned, location.clone())?;
        let begun = Box::pin(job.client.versions().begin_create(&job.id, &body, &job.call)).await;
        drop(body);
        if writing::create::met_another(&job, planned, &begun) {
            tracing::info!(target: "provider.lro", id = %job.id, "somebody else has taken this number");
            continue;
        }
        let created = Box::pin(writing::create::create(&job, planned, begun)).await;
        let warnings = twins.iter().map(|twin| {
            let (profile, name) = (profile.name().as_str(), twin.name().as_str());
            existing::twin(schema::TYPE, profile, name, &twin.to_string())
        });
        return match created {
            Ok(mut stored) => {
                stored.warnings.extend(warnings);
                Ok(stored)
            }
            Err(Interrupted { failure, partial }) => {
                Err(Interrupted { failure: failure.after(warnings.collect()), partial })
            }
        };
    }
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
    if let Some(known) = connection.profiles().region(profile) {
        return Ok(known);
    }
    let text = profile.to_string();
    // One asks, and the others find what it has learned.
    let key = format!("region of {text}");
    let one = call.run(&key, Duration::ZERO, async { Ok(connection.locks().hold(&key).await) }).await;
    let _one = one.map_err(|error| failed(Operation::Create, &text, call, &error))?;
    if let Some(known) = connection.profiles().region(profile) {
        return Ok(known);
    }
    // A region never changes, so a list that is read for many profiles tells it as well.
    let read = match client.profiles().shared(profile, call).await {
        Some(listed) => listed,
        None => {
            let read = client.profiles().get(profile, call).await;
            read.map_err(|error| failed(Operation::Create, &text, call, &error))?
        }
    };
    connection.profiles().learn(profile, &read);
    read.location.ok_or_else(|| {
        Diagnostic::error(
            "Region of the profile is not known",
            format!("Azure gives no region for {text}. Set `location` of the version."),
        )
        .at(crate::plugin::Path::attribute("location"))
    })
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

/// Deletes the version, or lets go of it where `skip_destroy` says so.
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
    let carried = PrivateState::read(&request.private);
    if carried.is_replacement()
        && let Some(region) = carried.region()
        && let Ok(id) = model::id_in_state(&request.prior)
    {
        connection.profiles().learn_region(id.profile(), region);
    }
    if let Some(kept) = keep::kept(&request.prior, &carried) {
        // The names that come after it are above it.
        connection.profiles().names(kept.profile()).await.saw(kept.name());
        return Ok(Deleted { warnings: keep::stays(&kept).into() });
    }
    writing::delete::delete::<Kind>(connection, context, request).await
}

#[cfg(test)]
#[path = "crud_tests.rs"]
mod tests;
