//! The instances of a scale set that lag behind its model. With upgrade mode `Manual`, Azure changes the
//! model and leaves the instances as they are.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::job::AttachmentJob;
use super::model::Model;
use crate::arm::error::Error;
use crate::arm::ids::{MachineId, MachineKind};
use crate::arm::models::Machine;
use crate::plugin::{Diagnostic, Path, Value};

/// How often, and at which interval, to read upgraded instances that do not show the new model yet.
const WAITS: [Duration; 5] = [ms(500), ms(2_000), ms(5_000), ms(10_000), ms(20_000)];

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The required reference of an instance at an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// Anything.
    #[default]
    Any,
    /// This version.
    Version(String),
    /// Anything but this version.
    Not(String),
}

/// A goal for each endpoint.
pub type Goals = [Goal; 2];

/// The versions of a state or plan. For an endpoint that `prior` has attached and that is removed now:
/// anything but that version.
#[must_use]
pub fn goals(planned: &Model, prior: Option<&Model>) -> Goals {
    Endpoint::ALL.map(|endpoint| {
        let version = planned.version(endpoint).as_str().map(str::to_owned);
        let detached = || prior.and_then(|prior| prior.attached(endpoint)).map(str::to_owned);
        version.map(Goal::Version).or_else(|| detached().map(Goal::Not)).unwrap_or_default()
    })
}

/// The instances that lag behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lagging {
    /// Their numbers, or with flexible orchestration their names.
    pub ids: Vec<String>,
    /// How many instances there are.
    pub all: usize,
}

impl Lagging {
    /// How many lag behind, for the state.
    #[must_use]
    pub fn value(&self) -> Value {
        i64::try_from(self.ids.len()).unwrap_or(i64::MAX).into()
    }

    /// The warning about instances that lag behind, if any do.
    #[must_use]
    pub fn warning(&self, id: &MachineId) -> Option<Diagnostic> {
        let count = self.ids.len();
        if count == 0 {
            return None;
        }
        let (all, name) = (self.all, id.name());
        let detail = format!(
            "{id} has the upgrade mode `Manual`, so Azure has changed only its model: {count} of \
             its {all} instances stay as they were, and refer to what they did before. Do not \
             delete a version that they refer to.\n\nSet `{} = true` here to upgrade them, or run \
             `az vmss update-instances --resource-group {} --name {name} --instance-ids '*'`.",
            super::schema::UPGRADE,
            id.resource_group(),
        );
        Some(
            Diagnostic::warning(format!("{count} of {all} instances lag behind their scale set"), detail)
                .at(Path::attribute("machine_id")),
        )
    }
}

/// Whether the instances have to be upgraded explicitly. Without an upgrade mode they have to be.
#[must_use]
pub fn is_manual(id: &MachineId, machine: &Machine) -> bool {
    let mode = machine.upgrade_mode.as_deref().unwrap_or("Manual");
    id.kind() == MachineKind::ScaleSet && mode.eq_ignore_ascii_case("Manual")
}

impl AttachmentJob<'_> {
    /// The instances of a scale set that lag behind the goals; none for a machine, or where Azure upgrades
    /// them.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub async fn lagging(&self, machine: &Machine, goals: &Goals) -> Result<Option<Lagging>, Error> {
        if !is_manual(&self.id, machine) {
            return Ok(None);
        }
        let instances = self.client.machines().instances(&self.id, &self.call).await?;
        let behind = instances.iter().filter(|instance| lags(instance, goals));
        Ok(Some(Lagging { ids: behind.filter_map(number).collect(), all: instances.len() }))
    }

    /// Upgrades the instances that lag behind, and waits until they do not any more. Returns those that still
    /// do.
    ///
    /// # Errors
    /// If Azure refuses, the upgrade fails, or the timeout expires.
    pub async fn upgrade(&self, machine: &Machine, goals: &Goals) -> Result<Option<Lagging>, Error> {
        let Some(mut behind) = self.lagging(machine, goals).await? else { return Ok(None) };
        if behind.ids.is_empty() {
            return Ok(Some(behind));
        }
        let machines = self.client.machines();
        if let Some(operation) = machines.begin_upgrade(&self.id, &behind.ids, &self.call).await? {
            machines.finish(&operation, &self.call).await?;
        }
        for wait in WAITS {
            behind = self.lagging(machine, goals).await?.unwrap_or_default();
            if behind.ids.is_empty() {
                break;
            }
            self.call.pause(wait, &format!("waiting for the instances of {}", self.id)).await?;
        }
        Ok(Some(behind))
    }
}

/// Whether an instance lags behind. One that refers to the versions does not. For any other the service knows
/// whether it has the model, unless it is a machine of a flexible scale set.
fn lags(instance: &Machine, goals: &Goals) -> bool {
    let is_reached = Endpoint::ALL.into_iter().zip(goals).all(|(endpoint, goal)| match goal {
        Goal::Any => true,
        Goal::Version(id) => endpoint.current_rules(instance).is_version(id),
        Goal::Not(id) => !endpoint.current_rules(instance).is_version(id),
    });
    !is_reached && instance.is_latest != Some(true)
}

/// The number of an instance, or its name.
fn number(instance: &Machine) -> Option<String> {
    let number = instance.instance_id.as_deref();
    let name = || instance.id.as_deref()?.trim_end_matches('/').rsplit('/').next();
    number.or_else(name).or(instance.name.as_deref()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure_double::PROFILE;
    use serde_json::json;

    fn instance(number: u32, version: &str, latest: Option<bool>) -> Machine {
        let reference =
            json!({"inVMAccessControlProfileReferenceId": format!("{PROFILE}/versions/{version}")});
        let settings = json!({"proxyAgentSettings": {"imds": reference}});
        let mut properties = json!({"securityProfile": settings});
        if let Some(latest) = latest {
            properties["latestModelApplied"] = latest.into();
        }
        serde_json::from_value(
            json!({"id": format!("/set/virtualMachines/{number}"), "properties": properties}),
        )
        .unwrap()
    }

    #[test]
    fn an_instance_lags_unless_it_refers_to_the_version_or_has_the_model() {
        let id = |name: &str| format!("{PROFILE}/versions/{name}").to_uppercase();
        let attached = [Goal::Version(id("1.0.1")), Goal::Any];
        assert!(lags(&instance(0, "1.0.0", Some(false)), &attached));
        assert!(lags(&instance(0, "1.0.0", None), &attached), "a machine of a flexible set");
        assert!(!lags(&instance(0, "1.0.1", Some(false)), &attached), "it lags in something else");
        assert!(!lags(&instance(0, "1.0.0", Some(true)), &attached), "the service knows better");
        let detached = [Goal::Not(id("1.0.0")), Goal::Any];
        assert!(lags(&instance(0, "1.0.0", Some(false)), &detached), "after a destroy");
        assert!(!lags(&instance(0, "2.0.0", None), &detached));
        assert_eq!(number(&instance(7, "1.0.0", None)).as_deref(), Some("7"));
    }

    #[test]
    fn the_warning_counts_instances() {
        let set: MachineId = PROFILE
            .replace("galleries/g/inVMAccessControlProfiles/web", "virtualMachineScaleSets/set")
            .parse()
            .unwrap();
        let warning = Lagging { ids: vec!["0".into(), "3".into()], all: 5 }.warning(&set).unwrap();
        assert_eq!(warning.summary, "2 of 5 instances lag behind their scale set");
        assert!(warning.detail.contains("upgrade_instances = true") && warning.detail.contains("--name set"));
        assert_eq!(Lagging { ids: Vec::new(), all: 5 }.warning(&set), None);
    }
}
