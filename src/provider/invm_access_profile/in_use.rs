//! Which versions of a profile machines refer to, as far as can be seen: it lists the machines and scale sets
//! of the gallery's subscription. Others, and those that cannot be listed, may refer to them too.

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::Machine;
use crate::arm::{ArmClient, Call, MachineScope};
use crate::provider::data_sources::machines::collect::{self, ClientCall};

/// How many machines a message names for each version.
const MAX_NAMED: usize = 5;

/// The references of a subscription's machines.
#[derive(Debug, Default)]
pub struct InUse {
    /// The machines that refer to a version, by its name.
    machines: BTreeMap<VersionName, BTreeSet<String>>,
    /// What could not be seen.
    pub doubts: Vec<String>,
}

/// Lists the machines and scale sets of the gallery's subscription.
pub async fn find(client: &ArmClient, call: &Call, profile: &ProfileId) -> InUse {
    let mut in_use = InUse::default();
    let scope = MachineScope::Subscription(profile.gallery().subscription().clone());
    match collect::references(ClientCall { client, call }, &scope).await {
        Ok(collected) => {
            for row in &collected.rows {
                in_use.add(profile, &row.id, &row.machine);
            }
            for set in &collected.sets {
                in_use.add(profile, &set.id.to_string(), &set.model);
            }
            in_use.doubts = collected.doubts;
        }
        Err(error) => in_use.doubts.push(format!("the machines of {scope} could not be listed: {error}")),
    }
    in_use
}

impl InUse {
    fn add(&mut self, profile: &ProfileId, id: &str, machine: &Machine) {
        let settings = [&machine.proxy_agent.imds, &machine.proxy_agent.wire_server];
        for reference in settings.into_iter().flatten().filter_map(|settings| settings.reference()) {
            if let Ok(version) = reference.parse::<VersionId>()
                && version.profile() == profile
            {
                self.machines.entry(version.name().clone()).or_default().insert(id.to_owned());
            }
        }
    }

    /// A line for each of these versions that a machine refers to.
    pub fn lines(&self, names: &[VersionName]) -> Vec<String> {
        let used = names.iter().filter_map(|name| Some((name, self.machines.get(name)?)));
        used.map(|(name, machines)| {
            let mut ids: Vec<String> = machines.iter().take(MAX_NAMED).cloned().collect();
            if machines.len() > MAX_NAMED {
                ids.push(format!("and {} more", machines.len() - MAX_NAMED));
            }
            format!("- {name}: {}", ids.join(", "))
        })
        .collect()
    }
}
