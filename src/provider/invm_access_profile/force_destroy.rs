//! The remaining versions of a profile that is deleted: `force_destroy`.

use std::time::Duration;

use futures::{StreamExt as _, stream};

use super::InVmAccessProfile;
use super::in_use::{self, InUse};
use crate::arm::Unfinished;
use crate::arm::ids::{ProfileId, VersionName};
use crate::arm::models::{ProvisioningState, Version};
use crate::plugin::resource::ApplyError;
use crate::plugin::{Context, Diagnostic, Diagnostics, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::invm_access_profile_version::InVmAccessProfileVersion;
use crate::provider::module;
use crate::provider::timeouts::TimedOperation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{Job, Managed as _};

/// The attribute.
pub const ARGUMENT: &str = "force_destroy";

/// How long a plan waits for the list of versions. A plan without it only reports less.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How many versions are deleted at a time. Azure takes about 45 seconds for each.
const CONCURRENT: usize = 8;
/// How many versions a warning names.
const MAX_NAMED: usize = 50;

/// Whether a state has it set.
#[must_use]
pub fn is_set(state: &Value) -> bool {
    state.get(ARGUMENT) == Some(&Value::Bool(true))
}

/// The warning of a plan that deletes the profile of this state: the versions that are deleted too, if they
/// can be read.
pub async fn plan_warnings(connection: &Connection, context: &Context, prior: &Value) -> Diagnostics {
    if !is_set(prior) {
        return Diagnostics::new();
    }
    let Ok(profile) = InVmAccessProfile::id_in_state(prior) else { return Diagnostics::new() };
    let call = module::call(context, READ_TIMEOUT);
    let client = connection.client().ok();
    let listed = match &client {
        Some(client) => client.versions().list(&profile, &call).await.ok(),
        None => None,
    };
    let versions = match (listed.map(|listed| remaining(&listed)), &client) {
        (Some(names), _) if names.is_empty() => return Diagnostics::new(),
        (Some(names), Some(client)) => {
            let in_use = in_use::find(client, &call, &profile).await;
            format!("Versions in it now: {}.\n\n{}", name_list(&names), machines_text(&in_use, &names))
        }
        _ => "Its versions could not be read, so this plan does not name them.".to_owned(),
    };
    let name = profile.name().as_str();
    // Names have up to 80 characters, and a summary fewer.
    let summary = match format!("Versions left in profile {name} will be deleted") {
        fits if fits.chars().count() < 60 => fits,
        _ => "Versions left in the profile will be deleted".to_owned(),
    };
    let detail = format!(
        "The state has `{ARGUMENT} = true`: all versions that {profile} still has when it is deleted are \
         deleted with it, including those that `skip_destroy` kept and those that other tools \
         made.\n\n{versions}\n\nTo keep the versions, remove `{ARGUMENT}`, apply that, and plan again."
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(ARGUMENT)).into()
}

/// The plan's sentences about machines that refer to these versions.
fn machines_text(in_use: &InUse, names: &[VersionName]) -> String {
    let elsewhere = "Machines of other subscriptions are not checked.";
    let lines = in_use.lines(names);
    let mut text = match lines.is_empty() {
        true => {
            format!("No machine of the gallery's subscription was found to refer to one of them. {elsewhere}")
        }
        false => format!(
            "Machines refer to some of them, and the destroy fails if they still do by \
             then:\n{}\n{elsewhere}",
            lines.join("\n")
        ),
    };
    if let Some(doubt) = in_use.doubts.first() {
        text = format!("{text} Not everything could be seen: {doubt}.");
    }
    text
}

fn in_use_error(profile: &ProfileId, lines: &[String]) -> Diagnostic {
    let detail = format!(
        "{profile} is to be deleted with its versions (`{ARGUMENT}`), but machines refer to \
         these:\n{}\n\nNothing was deleted. Point the machines to another version or detach them, and \
         run the command again.",
        lines.join("\n")
    );
    Diagnostic::error("In-VM access profile has versions in use", detail)
}

/// Deletes the remaining versions of this job's profile.
///
/// # Errors
/// If a machine is found to refer to one of them: then nothing is deleted. If one of them may still exist:
/// the profile then stays, and so does its state.
pub async fn delete_versions(job: &Job<'_, InVmAccessProfile>) -> Result<(), ApplyError> {
    let listed = match job.client.versions().list(&job.id, &job.call).await {
        Ok(listed) => listed,
        // The profile does not exist any more.
        Err(error) if error.is_absent() => return Ok(()),
        Err(error) => return Err(job.failed(&error).into()),
    };
    let names = remaining(&listed);
    if names.is_empty() {
        return Ok(());
    }
    let in_use = in_use::find(&job.client, &job.call, &job.id).await;
    let lines = in_use.lines(&names);
    if !lines.is_empty() {
        return Err(in_use_error(&job.id, &lines).into());
    }
    for doubt in &in_use.doubts {
        tracing::warn!(target: "provider", profile = %job.id, doubt, "not seen whether machines refer to its versions");
    }
    tracing::info!(target: "provider.lro", profile = %job.id, versions = names.len(), "deleting the remaining versions");
    let all = stream::iter(names).map(|name| delete_one(job, name)).buffer_unordered(CONCURRENT);
    let failed: Diagnostics =
        all.filter_map(|done| async { done.err() }).collect::<Vec<_>>().await.into_iter().collect();
    failed.into_result()?;
    Ok(())
}

async fn delete_one(profile: &Job<'_, InVmAccessProfile>, name: VersionName) -> Result<(), Diagnostic> {
    let job = Job::<InVmAccessProfileVersion> {
        connection: profile.connection,
        client: profile.client.clone(),
        id: profile.id.version(name),
        operation: TimedOperation::Delete,
        call: profile.call.clone(),
        private: PrivateState::default(),
    };
    let _lock = job.lock().await?;
    let result = job.client.versions().delete(&job.id, &job.call).await;
    result.map_err(|Unfinished { error, .. }| job.failed(&error))?;
    InVmAccessProfileVersion::record_deleted(job.connection, &job.id).await;
    Ok(())
}

/// The names of the versions that are not being deleted yet, lowest first.
fn remaining(listed: &[Version]) -> Vec<VersionName> {
    let remaining = listed
        .iter()
        .filter(|version| version.properties.provisioning_state != Some(ProvisioningState::Deleting));
    let mut names: Vec<_> =
        remaining.filter_map(|one| one.name.as_deref()?.parse::<VersionName>().ok()).collect();
    names.sort();
    names
}

fn name_list(names: &[VersionName]) -> String {
    let mut list: Vec<_> = names.iter().take(MAX_NAMED).map(|name| name.as_str().to_owned()).collect();
    if names.len() > MAX_NAMED {
        list.push(format!("and {} more", names.len() - MAX_NAMED));
    }
    list.join(", ")
}

#[cfg(test)]
#[path = "force_destroy_tests.rs"]
mod tests;
