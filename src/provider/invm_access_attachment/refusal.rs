//! When a version must not be attached, and the error for it. The plan checks this as soon as the machine is
//! known, and the apply checks it again.

use super::endpoint::{CurrentRules, Endpoint, is_same_version};
use super::model::{Model, is_set};
use super::schema::{ENABLE, REPLACE_MODE, TYPE};
use crate::allowlist::OsType;
use crate::arm::Location;
use crate::arm::ids::{MachineId, VersionId};
use crate::arm::models::{Machine, Word};
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::existing;
use crate::provider::machine_cache::{KnownVersion, MachineCache};

/// An attachment that is planned or applied.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a> {
    /// The machine.
    pub id: &'a MachineId,
    /// The planned state.
    pub planned: &'a Model,
    /// The prior state; none for a creation.
    pub prior: Option<&'a Model>,
    /// Whether it replaces one at the same machine.
    pub replaces: bool,
    /// What this process knows.
    pub cache: &'a MachineCache,
}

impl Intent<'_> {
    /// The version that is planned for an endpoint; it may be unknown.
    fn planned_version(&self, endpoint: Endpoint) -> Option<&Value> {
        Some(self.planned.version(endpoint)).filter(|version| !version.is_null())
    }

    /// What this resource has attached, according to the state.
    fn attached(&self, endpoint: Endpoint) -> Option<&str> {
        self.prior.and_then(|prior| prior.attached(endpoint))
    }

    /// The reason why it must not be attached.
    #[must_use]
    pub fn refusals(&self, machine: &Machine) -> Vec<Diagnostic> {
        let endpoints = Endpoint::ALL.into_iter().filter_map(|endpoint| self.refusal(endpoint, machine));
        let disabled = (!machine.is_enabled() && !is_set(&self.planned.enable)).then(|| self.disabled());
        endpoints.chain(disabled).collect()
    }

    fn refusal(&self, endpoint: Endpoint, machine: &Machine) -> Option<Diagnostic> {
        let planned = self.planned_version(endpoint)?;
        if self.attached(endpoint).is_some() {
            return None;
        }
        let (id, name) = (self.id, endpoint.name());
        match endpoint.current_rules(machine) {
            CurrentRules::Nothing => None,
            CurrentRules::Mode(_) if is_set(&self.planned.replace_mode) => None,
            // A replacement has just detached the old one.
            CurrentRules::Mode(mode) if self.cache.has_set_mode(id, endpoint.key(), &mode) => None,
            CurrentRules::Mode(mode) => {
                let detail = format!(
                    "{id} has the mode `{mode}` set inline for {name}. Azure accepts either a mode or \
                     a version, and whoever has set the mode may rely on it. Nothing was \
                     changed.\n\nSet `{REPLACE_MODE} = true` to let the version replace it. If another \
                     resource or program sets the mode, remove it there as well."
                );
                Some(
                    Diagnostic::error(format!("Machine has an inline mode for {name}"), detail)
                        .at(endpoint.path()),
                )
            }
            CurrentRules::Version(current)
                if planned.as_str().is_some_and(|planned| is_same_version(planned, &current)) =>
            {
                None
            }
            CurrentRules::Version(_)
                if self.prior.is_none() && (self.replaces || self.cache.is_in_state(id)) =>
            {
                None
            }
            CurrentRules::Version(current) => Some(self.foreign(endpoint, &current)),
        }
    }

    fn foreign(&self, endpoint: Endpoint, current: &str) -> Diagnostic {
        let (id, name) = (self.id, endpoint.name());
        let next_step = match self.prior {
            Some(_) => "Detach it where it was attached, and apply again.".to_owned(),
            None => format!(
                "{}Otherwise detach it where it was attached.",
                existing::how_to_import(TYPE, id.name().as_str(), &id.to_string())
            ),
        };
        let detail = format!(
            "{id} refers to {current} for {name}, which this resource has not attached. Nothing was changed. {next_step}"
        );
        Diagnostic::error(format!("Machine refers to another version for {name}"), detail).at(endpoint.path())
    }

    fn disabled(&self) -> Diagnostic {
        let id = self.id;
        let detail = format!(
            "{id} does not have `proxyAgentSettings.enabled`, and without it no version has any \
             effect. Enable it where the machine is managed, or set `{ENABLE} = true` here. On Linux, \
             `{ENABLE}` may also have Azure add the extension that installs the agent \
             (`addProxyAgentExtension`)."
        );
        Diagnostic::error("Guest proxy agent is not enabled", detail).at(Path::attribute(ENABLE))
    }

    /// What a plan reports beyond its differences.
    #[must_use]
    pub fn warnings(&self, machine: &Machine) -> Vec<Diagnostic> {
        let mut all: Vec<_> =
            Endpoint::ALL.into_iter().filter_map(|endpoint| self.drift(endpoint, machine)).collect();
        if !machine.is_enabled() && is_set(&self.planned.enable) {
            let id = self.id;
            let linux = match &machine.os_type {
                Some(Word::Known(OsType::Windows)) => "",
                _ => " On Linux, Azure is also asked to add the extension that installs the agent.",
            };
            let detail = format!(
                "{id} does not have the guest proxy agent enabled, and this plan enables it.{linux} A destroy leaves it \
                 enabled."
            );
            all.push(
                Diagnostic::warning("Guest proxy agent will be enabled", detail).at(Path::attribute(ENABLE)),
            );
        }
        all
    }

    /// Whether another program has changed what was attached.
    fn drift(&self, endpoint: Endpoint, machine: &Machine) -> Option<Diagnostic> {
        let (attached, planned) = (self.attached(endpoint)?, self.planned_version(endpoint)?);
        let change = match endpoint.current_rules(machine) {
            CurrentRules::Version(current) if is_same_version(&current, attached) => return None,
            // The planned version is attached already: an interrupted run has done it.
            CurrentRules::Version(current)
                if planned.as_str().is_some_and(|planned| is_same_version(planned, &current)) =>
            {
                return None;
            }
            CurrentRules::Version(current) => format!("refers to {current}"),
            CurrentRules::Mode(mode) => format!("has the inline mode `{mode}`"),
            CurrentRules::Nothing => "refers to nothing".to_owned(),
        };
        let (id, name) = (self.id, endpoint.name());
        let detail = format!(
            "Terraform has attached {attached} to {id} for {name}, and the machine now {change}. \
             This plan restores it. If another tool manages the proxy agent's settings of this \
             machine, the two undo each other's work: remove the settings of this endpoint there, \
             or this resource here."
        );
        Some(
            Diagnostic::warning(format!("Another program changed the version for {name}"), detail)
                .at(endpoint.path()),
        )
    }
}

/// What is wrong with a version for a machine in a region.
#[must_use]
pub fn version_error(
    endpoint: Endpoint,
    id: &VersionId,
    known: &KnownVersion,
    machine: &MachineId,
    region: Option<&Location>,
) -> Option<Diagnostic> {
    match (known, region) {
        (KnownVersion::Missing(reason), _) => {
            let detail = format!(
                "`{}` is {id}, which does not exist. {reason}\n\nName a version that exists; for a \
                 version that this configuration creates, use its `id`.",
                endpoint.argument()
            );
            Some(Diagnostic::error("Version does not exist", detail).at(endpoint.path()))
        }
        (KnownVersion::In(regions), Some(region)) if !regions.contains(region) => {
            let regions: Vec<_> = regions.iter().map(Location::as_str).collect();
            let detail = format!(
                "{machine} is in {region}, but {id} is only in {}. Add the region to \
                 `target_regions` of the version, and apply that first.",
                regions.join(", ")
            );
            Some(Diagnostic::error("Version is not in the machine's region", detail).at(endpoint.path()))
        }
        _ => None,
    }
}

/// The error for a second attachment to one machine.
#[must_use]
pub fn second_attachment(id: &MachineId) -> Diagnostic {
    let detail = format!(
        "Another `{TYPE}` of this configuration also has {id} as its machine. The two would undo each \
         other's work, and destroying one would detach what the other has attached. Keep one of them, \
         and set both version ids there."
    );
    Diagnostic::error("Two attachments for one machine", detail).at(Path::attribute("machine_id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowlist::Mode;
    use crate::plugin::value::Members;
    use crate::provider::azure_double::PROFILE;
    use serde_json::{Value as Json, json};

    const VM: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";

    fn id_of(name: &str) -> String {
        format!("{PROFILE}/versions/{name}")
    }

    fn machine(enabled: bool, imds: &Json) -> Machine {
        let settings = json!({"enabled": enabled, "imds": imds});
        let body = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
        serde_json::from_value(body).unwrap()
    }

    fn reference(name: &str) -> Json {
        json!({"inVMAccessControlProfileReferenceId": id_of(name)})
    }

    fn plain() -> Model {
        Model { imds_profile_version_id: id_of("1.0.0").into(), ..Model::default() }
    }

    fn state(attached: &str) -> Model {
        let map = Members::from([("imds".to_owned(), id_of(attached).into())]);
        Model { attached: Value::Map(map), ..plain() }
    }

    fn refused(
        planned: &Model,
        prior: Option<&Model>,
        machine: &Machine,
        cache: &MachineCache,
    ) -> Vec<String> {
        let id: MachineId = VM.parse().unwrap();
        let intent = Intent { id: &id, planned, prior, replaces: false, cache };
        let errors = intent.refusals(machine);
        assert!(errors.iter().all(|one| one.summary.len() < 60), "{errors:?}");
        errors.into_iter().map(|one| one.path.map(|path| path.to_string()).unwrap_or_default()).collect()
    }

    #[test]
    fn an_inline_mode_and_a_disabled_agent_are_refused_unless_permitted() {
        let cache = MachineCache::default();
        let (plain, imds) = (plain(), "imds_profile_version_id");
        assert_eq!(refused(&plain, None, &machine(true, &json!({"mode": "Enforce"})), &cache), [imds]);
        assert_eq!(
            refused(&plain, None, &machine(false, &json!({"mode": "Audit"})), &cache),
            [imds, "enable"]
        );
        let permissive = Model { replace_mode: true.into(), enable: true.into(), ..plain.clone() };
        assert_eq!(refused(&permissive, None, &machine(false, &json!({"mode": "Audit"})), &cache), [""; 0]);
        // An attachment at one endpoint does not affect the other.
        let settings = json!({"enabled": true, "wireServer": {"mode": "Enforce"}});
        let other = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
        assert_eq!(refused(&plain, None, &serde_json::from_value(other).unwrap(), &cache), [""; 0]);
        // A replacement of this run has set the mode.
        cache.record_mode(&VM.parse().unwrap(), "imds", Mode::Audit);
        assert_eq!(refused(&plain, None, &machine(true, &json!({"mode": "Audit"})), &cache), [""; 0]);
        assert_eq!(refused(&plain, None, &machine(true, &json!({"mode": "Enforce"})), &cache), [imds]);
    }

    #[test]
    fn another_programs_version_is_refused_and_our_own_is_repaired() {
        let cache = MachineCache::default();
        let (plain, there) = (plain(), machine(true, &reference("2.0.0")));
        assert_eq!(refused(&plain, None, &there, &cache), ["imds_profile_version_id"]);
        assert_eq!(refused(&plain, None, &machine(true, &reference("1.0.0")), &cache), [""; 0]);
        let unknown = Model { imds_profile_version_id: Value::unknown(), ..plain.clone() };
        assert_eq!(refused(&unknown, None, &there, &cache), ["imds_profile_version_id"]);
        assert_eq!(refused(&plain, Some(&state("1.0.0")), &there, &cache), [""; 0]);
        let without = Model { attached: Value::Map(Members::new()), ..plain.clone() };
        assert_eq!(refused(&plain, Some(&without), &there, &cache), ["imds_profile_version_id"]);
        cache.record_in_state(&VM.parse().unwrap());
        assert_eq!(refused(&plain, None, &there, &cache), [""; 0], "a tainted one is planned as new");
    }

    #[test]
    fn a_plan_reports_a_change_by_another_program() {
        let (cache, id) = (MachineCache::default(), VM.parse().unwrap());
        let warnings = |machine: &Machine| {
            let (planned, prior) = (plain(), state("1.0.0"));
            let intent =
                Intent { id: &id, planned: &planned, prior: Some(&prior), replaces: false, cache: &cache };
            intent.warnings(machine).len()
        };
        assert_eq!(warnings(&machine(true, &reference("1.0.0"))), 0);
        for other in [reference("9.0.0"), json!({"mode": "Audit"}), json!({})] {
            assert_eq!(warnings(&machine(true, &other)), 1, "{other}");
        }
    }

    #[test]
    fn a_version_must_exist_in_the_region() {
        let (machine, version) = (VM.parse().unwrap(), id_of("1.0.0").parse().unwrap());
        let error = |known: &KnownVersion| {
            version_error(Endpoint::Imds, &version, known, &machine, Some(&"West US".into()))
                .map(|one| one.summary)
        };
        assert_eq!(error(&KnownVersion::In(vec!["eastus".into(), "westus".into()])), None);
        assert_eq!(error(&KnownVersion::Unknown), None);
        assert_eq!(
            error(&KnownVersion::In(vec!["eastus".into()])).as_deref(),
            Some("Version is not in the machine's region")
        );
        assert!(error(&KnownVersion::Missing("It is gone.".into())).is_some());
    }
}
