//! An attachment in configurations, plans and states, and its mapping to and from a machine.

use super::endpoint::{CurrentRules, Endpoint, is_same_version};
use super::schema::{ATTACHED, ENABLE, LAGGING, MODE_AFTER, REPLACE_MODE, UPGRADE};
use crate::allowlist::Mode;
use crate::arm::ids::{MachineId, VersionId};
use crate::arm::models::Machine;
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Value};
use crate::provider::{checks, timeouts};

/// An attachment in a configuration, plan or state. Any part may be unknown in a configuration and a plan.
/// What is absent is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The id of the machine.
    pub id: Value,
    /// The same, as the configuration spells it.
    pub machine_id: Value,
    /// The id of the version that decides about requests to IMDS.
    pub imds_profile_version_id: Value,
    /// The id of the version that decides about requests to WireServer.
    pub wire_server_profile_version_id: Value,
    /// Whether the proxy agent is switched on.
    pub enable: Value,
    /// The mode to set once nothing is attached any more.
    pub mode_after_destroy: Value,
    /// Whether an inline mode is replaced.
    pub replace_mode: Value,
    /// Whether instances are upgraded.
    pub upgrade_instances: Value,
    /// What this resource has attached, by endpoint.
    pub attached: Value,
    /// How many instances lag behind.
    pub lagging_instances: Value,
    /// How long operations may take.
    pub timeouts: Value,
}

impl Model {
    /// Reads a configuration, a plan or a state.
    #[must_use]
    pub fn read(object: &Value) -> Self {
        let mut model = Self::default();
        for (name, field) in model.attributes() {
            *field = object.get(name).cloned().unwrap_or_default();
        }
        model
    }

    /// Writes a plan or a state.
    #[must_use]
    pub fn write(mut self) -> Value {
        Value::object(self.attributes().map(|(name, field)| (name, std::mem::take(field))))
    }

    /// The attributes, each with its field.
    fn attributes(&mut self) -> [(&'static str, &mut Value); 11] {
        [
            ("id", &mut self.id),
            ("machine_id", &mut self.machine_id),
            (Endpoint::Imds.argument(), &mut self.imds_profile_version_id),
            (Endpoint::WireServer.argument(), &mut self.wire_server_profile_version_id),
            (ENABLE, &mut self.enable),
            (MODE_AFTER, &mut self.mode_after_destroy),
            (REPLACE_MODE, &mut self.replace_mode),
            (UPGRADE, &mut self.upgrade_instances),
            (ATTACHED, &mut self.attached),
            (LAGGING, &mut self.lagging_instances),
            (timeouts::BLOCK, &mut self.timeouts),
        ]
    }

    /// The id of the version for an endpoint.
    #[must_use]
    pub const fn version(&self, endpoint: Endpoint) -> &Value {
        match endpoint {
            Endpoint::Imds => &self.imds_profile_version_id,
            Endpoint::WireServer => &self.wire_server_profile_version_id,
        }
    }

    /// Whether it names a version for any endpoint.
    #[must_use]
    pub fn has_versions(&self) -> bool {
        Endpoint::ALL.into_iter().any(|endpoint| !self.version(endpoint).is_null())
    }

    /// The id of the machine that a configuration or plan is about.
    ///
    /// # Errors
    /// If it is not a valid id, which `validate` has reported before.
    pub fn machine(&self) -> Result<MachineId, Diagnostic> {
        checks::parsed_value(&self.machine_id, "machine_id")
    }

    /// The id of the machine in a state; an imported state has nothing else.
    ///
    /// # Errors
    /// If the state has no usable id.
    pub fn id(&self) -> Result<MachineId, Diagnostic> {
        checks::parsed_value(&self.id, "id")
    }

    /// The version that a plan names for an endpoint.
    ///
    /// # Errors
    /// If it is not a valid id, which `validate` has reported before.
    pub fn version_id(&self, endpoint: Endpoint) -> Result<Option<VersionId>, Diagnostic> {
        let version = self.version(endpoint);
        version.as_str().map(|_| checks::parsed_value(version, endpoint.argument())).transpose()
    }

    /// What the resource has attached at an endpoint, according to its state.
    #[must_use]
    pub fn attached(&self, endpoint: Endpoint) -> Option<&str> {
        self.attached.get(endpoint.key())?.as_str()
    }

    /// The mode to set once nothing is attached any more.
    #[must_use]
    pub fn mode_after(&self) -> Mode {
        self.mode_after_destroy.as_str().and_then(|word| word.parse().ok()).unwrap_or(Mode::Audit)
    }

    /// Whether nothing but the id is known yet.
    #[must_use]
    pub const fn is_imported(&self) -> bool {
        self.machine_id.is_null()
    }

    /// What is attached according to a configuration or plan; an element is unknown as long as its version
    /// is. Existing attachments keep their spelling.
    #[must_use]
    pub fn to_attach(&self, prior: Option<&Self>) -> Value {
        let mut all = Members::new();
        for endpoint in Endpoint::ALL {
            let version = self.version(endpoint);
            if version.is_null() {
                continue;
            }
            let attached = prior.and_then(|prior| prior.attached(endpoint));
            let spelled = match (attached, version.as_str()) {
                (Some(attached), Some(version)) if is_same_version(attached, version) => attached.into(),
                _ => version.clone(),
            };
            all.insert(endpoint.key().to_owned(), spelled);
        }
        Value::Map(all)
    }
}

/// Whether a flag is set.
#[must_use]
pub const fn is_set(flag: &Value) -> bool {
    matches!(flag, Value::Bool(true))
}

/// The state for what a machine refers to, in the spelling of `prior`. On a refresh `prior` is the old state;
/// on an import it has only the id. The result omits endpoints that the resource does not manage.
#[must_use]
pub fn state(id: &MachineId, machine: &Machine, prior: &Model) -> Model {
    let version_of = |endpoint: Endpoint| {
        let is_ours =
            prior.is_imported() || !prior.version(endpoint).is_null() || prior.attached(endpoint).is_some();
        match endpoint.current_rules(machine) {
            CurrentRules::Version(reference) if is_ours => with_known_spelling(&reference, endpoint, prior),
            _ => Value::Null,
        }
    };
    let mut state = Model {
        imds_profile_version_id: version_of(Endpoint::Imds),
        wire_server_profile_version_id: version_of(Endpoint::WireServer),
        lagging_instances: Value::Null,
        ..prior.clone()
    };
    if is_set(&prior.enable) {
        state.enable = machine.is_enabled().into();
    }
    if prior.is_imported() {
        state.id = id.to_string().into();
        state.machine_id = id.to_string().into();
        state.attached = state.to_attach(None);
    }
    state
}

fn with_known_spelling(reference: &str, endpoint: Endpoint, prior: &Model) -> Value {
    let known = prior.version(endpoint).as_str().or_else(|| prior.attached(endpoint));
    if let Some(known) = known.filter(|known| is_same_version(known, reference)) {
        return known.into();
    }
    // Writes the fixed segments in ARM's case, as everywhere else.
    reference.parse::<VersionId>().map_or_else(|_| reference.into(), |id| id.to_string().into())
}

/// The state after a plan is applied.
#[must_use]
pub fn applied(id: &MachineId, planned: &Model, lagging: Value) -> Value {
    let attached = planned.to_attach(Some(planned));
    let state = Model { id: id.to_string().into(), attached, lagging_instances: lagging, ..planned.clone() };
    state.write()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure_double::PROFILE;
    use crate::provider::import;
    use serde_json::json;

    const VM: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";

    fn id_of(name: &str) -> String {
        format!("{PROFILE}/versions/{name}")
    }

    #[test]
    fn an_agent_disabled_by_others_is_drift_if_enable_is_set() {
        let enabled = Model { enable: true.into(), ..prior() };
        let state = read(&machine(&id_of("1.0.0"), ""), &enabled);
        assert_eq!(state.enable, false.into());
    }

    fn machine(imds: &str, wire_server: &str) -> Machine {
        let reference = |text: &str| json!({"inVMAccessControlProfileReferenceId": text});
        let settings = json!({"imds": reference(imds), "wireServer": reference(wire_server)});
        let body = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
        serde_json::from_value(body).unwrap()
    }

    fn read(machine: &Machine, prior: &Model) -> Model {
        state(&VM.parse().unwrap(), machine, prior)
    }

    fn imported() -> Model {
        Model::read(&import::state(VM, &super::super::schema::schema()))
    }

    fn prior() -> Model {
        Model {
            machine_id: VM.to_lowercase().into(),
            imds_profile_version_id: id_of("1.0.0").into(),
            attached: Value::Map(Members::from([("imds".to_owned(), id_of("1.0.0").into())])),
            ..imported()
        }
    }

    #[test]
    fn a_respelling_service_causes_no_difference() {
        assert_eq!(read(&machine(&id_of("1.0.0").to_uppercase(), ""), &prior()), prior());
    }

    #[test]
    fn drift_is_seen_only_at_attached_endpoints() {
        let drifted = read(&machine(&id_of("2.0.0"), &id_of("3.0.0")), &prior());
        assert_eq!(drifted.imds_profile_version_id, id_of("2.0.0").into());
        assert_eq!(drifted.wire_server_profile_version_id, Value::Null);
        assert_eq!(drifted.attached(Endpoint::Imds), Some(id_of("1.0.0").as_str()));
        let dropped = read(&machine("", ""), &drifted);
        assert_eq!(dropped.imds_profile_version_id, Value::Null);
        assert_eq!(read(&machine(&id_of("1.0.0"), ""), &dropped), prior(), "and back");
    }

    #[test]
    fn an_import_reads_the_machines_references() {
        let state = read(&machine(&id_of("1.0.0").to_lowercase(), &id_of("2.0.0")), &imported());
        assert_eq!(state.machine_id, VM.into());
        assert_eq!(state.attached(Endpoint::WireServer), Some(id_of("2.0.0").as_str()));
        let imds = state.imds_profile_version_id.as_str().unwrap();
        assert!(
            imds.contains("/inVMAccessControlProfiles/") && is_same_version(imds, &id_of("1.0.0")),
            "{imds}"
        );
    }

    #[test]
    fn an_unknown_version_is_attached_once_known() {
        let plan = Model {
            imds_profile_version_id: Value::unknown(),
            wire_server_profile_version_id: id_of("1.0.0").to_uppercase().into(),
            ..imported()
        };
        let Value::Map(map) = plan.to_attach(None) else { panic!("a map") };
        assert!(map["imds"].is_unknown() && map.len() == 2);
    }
}
