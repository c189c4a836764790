//! What a plan knows of the version's profile. Some findings need its operating system or its endpoint.

use std::time::Duration;

use super::lint;
use crate::arm::ArmClient;
use crate::arm::ids::ProfileId;
use crate::plugin::{Context, Value};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::module;
use crate::provider::profile_cache::{KnownProfile, ProfileCache};

/// How long a plan waits for a profile. A plan without it only reports less.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The profile of the version that a configuration describes, as this process has planned or read it.
/// Otherwise it is read, if a finding depends on it and `offline` is not set. A profile that cannot be read
/// is not an error.
pub async fn of_plan(
    connection: &Connection,
    context: &Context,
    config: &Value,
    prior: Option<&Value>,
    offline: bool,
) -> KnownProfile {
    let profiles = connection.profiles();
    let Some(id) = parse(config) else {
        if !config.get("profile_id").is_some_and(Value::is_unknown) {
            return KnownProfile::default();
        }
        // The id of a profile that is replaced is not known before the apply.
        return match prior.and_then(parse).and_then(|prior| profiles.planned(&prior)) {
            Some(planned) => planned,
            None => profiles.planned_without_id(),
        };
    };
    let read = profiles.known(&id);
    if let Some(planned) = profiles.planned(&id) {
        return KnownProfile { location: read.and_then(|read| read.location), ..planned };
    }
    if let Some(read) = read {
        return read;
    }
    let Ok(client) = connection.client() else { return KnownProfile::default() };
    if offline || !lint::depends_on_profile(config) {
        return KnownProfile::default();
    }
    tokio::time::timeout(READ_TIMEOUT, read_once(&client, profiles, context, &id))
        .await
        .ok()
        .flatten()
        .unwrap_or_default()
}

fn parse(object: &Value) -> Option<ProfileId> {
    checks::text(object, "profile_id")?.parse().ok()
}

/// Reads a profile once for all of its versions. Profiles of one gallery are read with one list.
async fn read_once(
    client: &ArmClient,
    profiles: &ProfileCache,
    context: &Context,
    id: &ProfileId,
) -> Option<KnownProfile> {
    // One caller reads it; the others wait for its result.
    let _lock = profiles.names(id).await;
    if let Some(known) = profiles.known(id) {
        return Some(known);
    }
    if profiles.was_tried(id) {
        return None;
    }
    profiles.record_try(id);
    let call = module::call(context, READ_TIMEOUT);
    let profile = match client.profiles().shared(id, &call).await {
        Some(listed) => listed,
        None => match client.profiles().get(id, &call).await {
            Ok(read) => read,
            Err(error) => {
                tracing::info!(target: "provider", profile = %id, %error, "planned without the profile");
                return None;
            }
        },
    };
    profiles.learn(id, &profile);
    profiles.known(id)
}
