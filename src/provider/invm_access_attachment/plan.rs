//! What a change of the configuration means.

use super::endpoint::{Endpoint, is_same_version};
use super::model::{Model, is_set};
use crate::arm::ids::{MachineId, MachineKind, VersionId};
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Path, Value};
use crate::provider::spelling;
use crate::provider::writing::private_state::PrivateState;

/// Plans a new attachment.
#[must_use]
pub fn create(request: &PlanCreate) -> Planned {
    let config = Model::read(&request.config);
    let machine = config.machine().ok();
    let plan = Model {
        id: id_of(machine.as_ref()),
        attached: config.to_attach(None),
        lagging_instances: lagging(machine.as_ref()),
        ..config
    };
    let mut planned = Planned::new(plan.write());
    planned.private = PrivateState::read(&request.private).write();
    planned
}

/// Plans a change: in place, except to another machine.
#[must_use]
pub fn update(request: &PlanUpdate) -> Planned {
    let (prior, config) = (Model::read(&request.prior), Model::read(&request.config));
    let version = |endpoint| spelling::plan::<VersionId>(config.version(endpoint), prior.version(endpoint));
    let mut plan = Model {
        machine_id: spelling::plan::<MachineId>(&config.machine_id, &prior.machine_id),
        imds_profile_version_id: version(Endpoint::Imds),
        wire_server_profile_version_id: version(Endpoint::WireServer),
        lagging_instances: prior.lagging_instances.clone(),
        ..config
    };
    let machine = plan.machine().ok();
    let moves = plan.machine_id != prior.machine_id;
    plan.id = if moves { id_of(machine.as_ref()) } else { prior.id.clone() };
    let attached = plan.to_attach(Some(&prior));
    // A state may lack the map: after an import, or when an older host wrote it.
    plan.attached = if is_equal(&attached, &prior.attached) { prior.attached.clone() } else { attached };
    let has_lagging = !prior.lagging_instances.is_null() && prior.lagging_instances != 0_i64.into();
    if writes(&prior, &plan) || (has_lagging && is_set(&plan.upgrade_instances)) {
        plan.lagging_instances = lagging(machine.as_ref());
    }
    let mut planned = Planned::new(plan.write());
    if moves {
        planned.replace.push(Path::attribute("machine_id"));
    }
    // For the plan of a replacement: a host may turn any change into one.
    let instance = PrivateState::read(&request.private).instance().map(str::to_owned);
    let replaced = prior.id.as_str().unwrap_or_default();
    planned.private = PrivateState::replacing(replaced).with_instance(instance).write();
    planned
}

/// Whether an apply of this plan has to contact Azure.
#[must_use]
pub fn writes(prior: &Model, planned: &Model) -> bool {
    let switches_on = is_set(&planned.enable) && planned.enable != prior.enable;
    switches_on
        || planned.machine_id != prior.machine_id
        || planned.imds_profile_version_id != prior.imds_profile_version_id
        || planned.wire_server_profile_version_id != prior.wire_server_profile_version_id
        || planned.attached != prior.attached
        || planned.lagging_instances != prior.lagging_instances
}

fn id_of(machine: Option<&MachineId>) -> Value {
    machine.map_or_else(Value::unknown, |id| id.to_string().into())
}

/// How many instances will lag behind: unknown for a scale set, and null for a machine.
fn lagging(machine: Option<&MachineId>) -> Value {
    match machine.map(MachineId::kind) {
        Some(MachineKind::Machine) => Value::Null,
        _ => Value::unknown(),
    }
}

/// Whether two maps of version ids mean the same.
fn is_equal(one: &Value, other: &Value) -> bool {
    let text = |map: &Value, endpoint: Endpoint| map.get(endpoint.key()).cloned().unwrap_or(Value::Null);
    Endpoint::ALL.into_iter().all(|endpoint| match (text(one, endpoint), text(other, endpoint)) {
        (Value::String(one), Value::String(other)) => is_same_version(&one, &other),
        (one, other) => one == other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::provider::ClientCapabilities;
    use crate::plugin::value::Members;
    use crate::provider::azure_double::{GALLERY, PROFILE};

    fn vm(name: &str) -> String {
        GALLERY.replace("galleries/g", &format!("virtualMachines/{name}"))
    }

    fn version(name: &str) -> Value {
        format!("{PROFILE}/versions/{name}").into()
    }

    fn config() -> Model {
        Model {
            machine_id: vm("web").into(),
            imds_profile_version_id: version("1.0.0"),
            ..Model::read(&Value::Null)
        }
    }

    fn plan_create(config: Model) -> Model {
        let (config, capabilities) = (config.write(), ClientCapabilities::default());
        let proposed = config.clone();
        let request = PlanCreate { config, proposed, private: Vec::new(), earlier: Vec::new(), capabilities };
        Model::read(&create(&request).state)
    }

    fn plan_update(prior: Model, config: Model) -> (Model, Vec<Path>) {
        let (config, capabilities) = (config.write(), ClientCapabilities::default());
        let proposed = config.clone();
        let request = PlanUpdate {
            prior: prior.write(),
            config,
            proposed,
            private: Vec::new(),
            earlier: Vec::new(),
            identity: None,
            capabilities,
        };
        let planned = update(&request);
        (Model::read(&planned.state), planned.replace)
    }

    fn planned(prior: Model, config: Model) -> Model {
        plan_update(prior, config).0
    }

    fn state() -> Model {
        plan_create(config())
    }

    #[test]
    fn a_plan_is_complete_for_a_machine_and_lacks_only_instances_for_a_scale_set() {
        let planned = state();
        assert!(planned.clone().write().is_wholly_known());
        assert_eq!(planned.attached(Endpoint::Imds), version("1.0.0").as_str());
        let set = vm("web").replace("virtualMachines", "virtualMachineScaleSets");
        assert!(plan_create(Model { machine_id: set.into(), ..config() }).lagging_instances.is_unknown());
        assert!(plan_create(Model { machine_id: Value::unknown(), ..config() }).id.is_unknown());
    }

    #[test]
    fn another_spelling_is_not_a_change() {
        let id = version("1.0.0").as_str().unwrap().to_lowercase();
        let shouted = Model {
            machine_id: vm("web").to_uppercase().into(),
            imds_profile_version_id: id.into(),
            ..config()
        };
        assert_eq!(plan_update(state(), shouted), (state(), Vec::new()));
        assert!(!writes(&state(), &state()));
    }

    #[test]
    fn versions_change_in_place_and_another_machine_is_another_attachment() {
        let (planned, replaced) =
            plan_update(state(), Model { imds_profile_version_id: version("1.0.1"), ..config() });
        assert_eq!(replaced, []);
        assert_eq!(planned.attached(Endpoint::Imds), version("1.0.1").as_str());
        assert!(writes(&state(), &planned));
        let (planned, replaced) = plan_update(state(), Model { machine_id: vm("other").into(), ..config() });
        assert_eq!(replaced, [Path::attribute("machine_id")]);
        assert_eq!(planned.id, vm("other").into());
        assert!(writes(&state(), &planned));
    }

    #[test]
    fn settings_that_azure_never_sees_send_nothing() {
        for config in [
            Model { mode_after_destroy: "Enforce".into(), ..config() },
            Model { replace_mode: true.into(), ..config() },
            Model { upgrade_instances: true.into(), ..config() },
            Model { enable: false.into(), ..config() },
            Model { timeouts: Value::object([("create", Value::from("1m"))]), ..config() },
        ] {
            let planned = planned(state(), config);
            assert!(planned != state() && !writes(&state(), &planned), "{planned:?}");
        }
        let planned = planned(state(), Model { enable: true.into(), ..config() });
        assert!(writes(&state(), &planned), "the machine may be without it");
    }

    #[test]
    fn drift_and_the_changes_of_a_killed_run_are_repaired() {
        let drifted = Model { imds_profile_version_id: version("9.0.0"), ..state() };
        assert!(writes(&drifted, &planned(drifted.clone(), config())));
        let dropped = Model { imds_profile_version_id: Value::Null, ..state() };
        assert!(writes(&dropped, &planned(dropped.clone(), config())));
        // The machine has it, but the state does not say that it was attached here.
        let map = Members::from([("imds".to_owned(), version("0.0.9"))]);
        let killed = Model { attached: Value::Map(map), ..state() };
        assert!(writes(&killed, &planned(killed.clone(), config())));
    }

    #[test]
    fn lagging_instances_are_a_difference_if_they_are_to_be_upgraded() {
        let set: Value = vm("web").replace("virtualMachines", "virtualMachineScaleSets").into();
        let behind = Model { machine_id: set.clone(), lagging_instances: 2_i64.into(), ..state() };
        let config = Model { machine_id: set, ..config() };
        assert!(!writes(&behind, &planned(behind.clone(), config.clone())));
        let upgrading = Model { upgrade_instances: true.into(), ..config };
        let upgraded = planned(behind.clone(), upgrading.clone());
        assert!(upgraded.lagging_instances.is_unknown() && writes(&behind, &upgraded));
        let none = Model { lagging_instances: 0_i64.into(), upgrade_instances: true.into(), ..behind };
        assert_eq!(planned(none.clone(), upgrading), none);
    }
}
