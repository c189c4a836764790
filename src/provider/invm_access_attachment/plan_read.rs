//! What a plan reads about a machine before anything is sent.

use std::time::Duration;

use super::crud;
use super::endpoint::Endpoint;
use super::job::REREAD_DELAY;
use super::model::Model;
use super::refusal::{self, Intent};
use crate::arm::error::{Error, Missing};
use crate::arm::ids::{MachineId, VersionId};
use crate::arm::models::Version;
use crate::arm::{ArmClient, Call, Location};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::machine_cache::KnownVersion;
use crate::provider::module;

/// How long a plan waits for each read. Without it, the plan only reports less; the apply reads again.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Reads the machine and the versions of a plan, as far as they are known. Returns warnings.
///
/// # Errors
/// If the apply would be refused.
pub async fn read(
    connection: &Connection,
    context: &Context,
    planned: &Model,
    prior: Option<&Model>,
    replaces: bool,
) -> Result<Diagnostics, Failure> {
    let Ok(id) = planned.machine() else { return Ok(Diagnostics::new()) };
    let Ok(client) = connection.client() else { return Ok(Diagnostics::new()) };
    let call = module::call(context, READ_TIMEOUT);
    let machine = match read_twice(&call, || client.machines().get(&id, &call)).await {
        Ok(machine) => machine,
        Err(error) if error.is_not_found() => {
            return Err(missing_error(&id, &error.report(), error.missing()).into());
        }
        Err(error) => {
            tracing::info!(target: "provider", machine = %id, %error, "planned without the machine");
            return Ok(unread_warning(&id, &error.report()).into());
        }
    };
    let cache = connection.machines();
    let intent = Intent { id: &id, planned, prior, replaces, cache };
    let mut diagnostics: Diagnostics = intent.refusals(&machine).into_iter().collect();
    for endpoint in Endpoint::ALL {
        let Ok(Some(version)) = planned.version_id(endpoint) else { continue };
        diagnostics.extend(endpoint_warning(connection, endpoint, &version));
        if endpoint.current_rules(&machine).is_version(&version.to_string()) {
            continue;
        }
        let known = version_of_plan(connection, &client, context, &version).await;
        let region = machine.location.as_ref();
        diagnostics.extend(refusal::version_error(endpoint, &version, &known, &id, region));
    }
    diagnostics.extend(intent.warnings(&machine));
    diagnostics.into_result()
}

/// Reads an object, and a missing one once more: a transient error must not fail a plan.
async fn read_twice<T, F: Future<Output = Result<T, Error>>>(
    call: &Call,
    read: impl Fn() -> F,
) -> Result<T, Error> {
    match read().await {
        Err(error) if error.is_not_found() => {
            call.pause(REREAD_DELAY, "looking for it once more").await?;
            read().await
        }
        result => result,
    }
}

/// The version as this process has planned it, otherwise as Azure has it. It is read once for all machines.
async fn version_of_plan(
    connection: &Connection,
    client: &ArmClient,
    context: &Context,
    id: &VersionId,
) -> KnownVersion {
    let cache = connection.machines();
    if let Some(planned) = cache.planned_version(id) {
        return planned;
    }
    let cell = cache.version(id);
    let call: Call = module::call(context, READ_TIMEOUT);
    let read = || async {
        match read_twice(&call, || client.versions().get(id, &call)).await {
            Ok(version) => KnownVersion::In(regions(&version)),
            Err(error) if error.is_absent() => KnownVersion::Missing(error.report()),
            Err(_) => KnownVersion::Unknown,
        }
    };
    cell.get_or_init(read).await.clone()
}

/// The version's own region, and those that it is replicated to.
fn regions(version: &Version) -> Vec<Location> {
    let mut all: Vec<_> = version.location.iter().cloned().collect();
    for region in version.properties.target_locations.iter().flatten() {
        if !all.contains(region) {
            all.push(region.clone());
        }
    }
    all
}

/// A warning if this process knows that the profile is for the other endpoint.
fn endpoint_warning(connection: &Connection, endpoint: Endpoint, version: &VersionId) -> Option<Diagnostic> {
    let profiles = connection.profiles();
    let profile = version.profile();
    let known = profiles.planned(profile).or_else(|| profiles.known(profile))?.endpoint?;
    if known == endpoint.host_endpoint().into() {
        return None;
    }
    let name = endpoint.name();
    let detail = format!(
        "`{}` names a version of {profile}, which is for {known}. Its rules are not about requests \
         to {name}. Attach a version of a profile for {name} there.",
        endpoint.argument()
    );
    Some(Diagnostic::warning(format!("Profile is not for {name}"), detail).at(endpoint.path()))
}

fn missing_error(id: &MachineId, report: &str, missing: Option<Missing>) -> Diagnostic {
    let (what, next) = match missing {
        Some(Missing::Subscription) => (
            "subscription of the machine cannot be seen",
            "Check the subscription in the id, and that the signed-in identity can see it.",
        ),
        _ => (
            "machine does not exist",
            "Correct the id. If this configuration creates the machine, refer to the `id` of its resource, \
             so that the machine is read once it exists.",
        ),
    };
    Diagnostic::error(checks::capitalised(what), format!("`machine_id` is {id}. {report}\n\n{next}"))
        .at(Path::attribute("machine_id"))
}

fn unread_warning(id: &MachineId, report: &str) -> Diagnostic {
    let detail = format!(
        "{id} could not be read, so the plan does not know what is attached to it now. The apply reads \
         it again, and refuses what it must not replace.\n\n{report}\n\nThis needs `{}`.",
        crud::permission(id.kind(), "read")
    );
    Diagnostic::warning("Planned without reading the machine", detail).at(Path::attribute("machine_id"))
}
