//! Creating and deleting. [`writing`] handles the outcome of a write and the state after it.

use std::time::Duration;

use super::{InVmAccessProfileVersion, model, naming, schema, skip_destroy};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::{ArmClient, Call, Error, Location};
use crate::plugin::resource::{ApplyError, Create, Delete, Deleted, Stored};
use crate::plugin::{Context, Diagnostic, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, CreateDelete, Managed as _};
use crate::provider::{checks, existing, module, timeouts};

type Job<'a> = writing::Job<'a, InVmAccessProfileVersion>;

fn failed(profile: &ProfileId, call: &Call, error: &Error) -> Diagnostic {
    InVmAccessProfileVersion::failed(TimedOperation::Create, &profile.to_string(), call, error)
}

impl CreateDelete for InVmAccessProfileVersion {
    /// Creates the version: one request to read what exists, one to create, and then the polls. One more
    /// reads the profile if the configuration omits the region and this is the first of the profile's
    /// versions that this process creates. It is not needed if the plan knew the region and the host has kept
    /// that, or if the plan of a version that this process deleted first knew it.
    async fn create(
        connection: &Connection,
        context: &Context,
        request: Create,
    ) -> Result<Stored, ApplyError> {
        let Create { planned, private, .. } = request;
        let profile: ProfileId = checks::parsed(&planned, "profile_id")?;
        let text = |name| checks::text(&planned, name);
        let name: Option<VersionName> = text("name").map(|_| checks::parsed(&planned, "name")).transpose()?;
        let location = text("location").map(Location::from);
        let client = connection.client()?;
        let mut call = module::call(context, timeouts::of(&planned, TimedOperation::Create));
        let private_state = PrivateState::read(&private);
        if let Some(region) = private_state.region() {
            connection.profiles().learn_region(&profile, region);
        }
        if connection.profiles().known(&profile).is_some() {
            call = call.expecting_parent();
        }
        let location = match location {
            Some(location) => location,
            None => region(connection, &client, &profile, &call).await?,
        };
        let job = |id| Job {
            connection,
            client: client.clone(),
            id,
            operation: TimedOperation::Create,
            call: call.clone(),
            private: PrivateState::default().with_configured_name(name.is_some()),
        };
        let Some(name) = &name else {
            return create_numbered(connection, &profile, &planned, &location, &private_state, &call, job)
                .await;
        };
        connection.profiles().names(&profile).await.record(name);
        let job = job(profile.version(name.clone()));
        writing::create::create_named(&job, &planned, &model::body(&planned, location)?, false).await
    }

    /// Deletes the version, or keeps it at Azure if `skip_destroy` is set.
    async fn delete(
        connection: &Connection,
        context: &Context,
        request: Delete,
    ) -> Result<Deleted, ApplyError> {
        // This process creates its replacement, which can then use what the plan knew. A tainted object is
        // planned as a new one, which may have another profile.
        let private = PrivateState::read(&request.private);
        if private.is_replacement()
            && let Some(region) = private.region()
            && let Ok(id) = Self::id_in_state(&request.prior)
        {
            connection.profiles().learn_region(id.profile(), region);
        }
        if let Some(kept) = skip_destroy::kept_version(&request.prior, &private) {
            // Later names are above it.
            connection.profiles().names(kept.profile()).await.record(kept.name());
            return Ok(Deleted { warnings: skip_destroy::kept_warning(&kept).into() });
        }
        writing::delete::delete::<Self>(connection, context, request).await
    }
}

/// Creates the version under the next number. If another run takes the same number at the same moment, this
/// one tries the next.
async fn create_numbered<'a>(
    connection: &Connection,
    profile: &ProfileId,
    planned: &Value,
    location: &Location,
    private: &PrivateState,
    call: &Call,
    job: impl Fn(VersionId) -> Job<'a> + Send,
) -> Result<Stored, ApplyError> {
    let client = connection.client()?;
    loop {
        // Locked until the number is recorded, so that no two versions of one profile get the same number.
        let mut names = connection.profiles().names(profile).await;
        let mut siblings = naming::Siblings::new(profile, planned, time::OffsetDateTime::now_utc());
        let listing = client.versions().each(profile, call, |version| siblings.add(&version, &names));
        listing.await.map_err(|error| failed(profile, call, &error))?;
        let name = siblings.next(names.highest.as_ref(), private.replaced().as_ref())?;
        names.record(&name);
        let duplicates: Vec<_> =
            siblings.duplicates().into_iter().filter(|duplicate| names.report(duplicate.name())).collect();
        drop(names);
        let job = job(profile.version(name));
        let body = model::body(planned, location.clone())?;
        let response = job.client.versions().begin_create(&job.id, &body, &job.call).await;
        drop(body);
        if writing::create::found_foreign_object(&job, planned, &response) {
            tracing::info!(target: "provider.lro", id = %job.id, "somebody else has taken this number");
            continue;
        }
        let created = writing::create::finish(&job, planned, response).await;
        let warnings = duplicates.iter().map(|duplicate| {
            let (profile, name) = (profile.name().as_str(), duplicate.name().as_str());
            existing::duplicate_warning(schema::TYPE, profile, name, &duplicate.to_string())
        });
        return match created {
            Ok(mut stored) => {
                stored.warnings.extend(warnings);
                Ok(stored)
            }
            Err(ApplyError { failure, partial }) => {
                Err(ApplyError { failure: failure.after(warnings.collect()), partial })
            }
        };
    }
}

/// The region of a profile, which its versions inherit by default.
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
    // One task reads it, and the others wait for the result.
    let key = format!("region of {text}");
    let lock = call.run(&key, Duration::ZERO, async { Ok(connection.locks().lock(&key).await) }).await;
    let _lock = lock.map_err(|error| failed(profile, call, &error))?;
    if let Some(known) = connection.profiles().region(profile) {
        return Ok(known);
    }
    // A region never changes, so an entry of a shared list is as good as a read.
    let read = match client.profiles().shared(profile, call).await {
        Some(listed) => listed,
        None => {
            let read = client.profiles().get(profile, call).await;
            read.map_err(|error| failed(profile, call, &error))?
        }
    };
    connection.profiles().learn(profile, &read);
    read.location.ok_or_else(|| {
        let detail = format!("Azure gives no region for {text}. Set `location` of the version.");
        Diagnostic::error("Region of the profile is not known", detail).at(Path::attribute("location"))
    })
}

#[cfg(test)]
#[path = "crud_tests.rs"]
mod tests;
