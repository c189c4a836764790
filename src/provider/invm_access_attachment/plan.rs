//! What a change of the configuration means.

use super::endpoint::{Endpoint, same};
use super::model;
use super::schema::{ATTACHED, ENABLE, LAGGING, MODE_AFTER, REPLACE_MODE, UPGRADE};
use crate::arm::ids::{MachineId, MachineKind, VersionId};
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Failure, Path, Value};
use crate::provider::draft_state::DraftState;
use crate::provider::spelling;
use crate::provider::writing::private_state::PrivateState;

/// Plans a new attachment.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn create(request: PlanCreate) -> Result<Planned, Failure> {
    let mut plan = DraftState::new(request.config)?;
    let machine = model::machine(plan.config()).ok();
    plan.set("id", machine.as_ref().map_or_else(Value::unknown, |id| id.to_string().into()));
    plan.set(ATTACHED, model::attaches(plan.config(), None));
    plan.set(LAGGING, lagging(machine.as_ref()));
    let mut planned = Planned::new(plan.finish());
    planned.private = PrivateState::read(&request.private).write();
    Ok(planned)
}

/// Plans a change, in place unless it is to another machine.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn update(request: PlanUpdate) -> Result<Planned, Failure> {
    let prior = request.prior;
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let mut plan = DraftState::new(request.config)?;
    plan.set("machine_id", spelling::plan::<MachineId>(&plan.configured("machine_id"), &held("machine_id")));
    let moves = plan.planned("machine_id") != held("machine_id");
    for endpoint in Endpoint::ALL {
        let name = endpoint.argument();
        plan.set(name, spelling::plan::<VersionId>(&plan.configured(name), &held(name)));
    }
    let wanted = Value::object(Endpoint::ALL.map(|one| (one.argument(), plan.planned(one.argument()))));
    let attached = model::attaches(&wanted, Some(&prior));
    // The state of a machine that was imported, or written by an older host, may have none.
    let attached = if is_equal(&attached, &held(ATTACHED)) { held(ATTACHED) } else { attached };
    plan.set(ATTACHED, attached);
    let machine = model::machine(&Value::object([("machine_id", plan.planned("machine_id"))])).ok();
    let id = machine.as_ref().map_or_else(Value::unknown, |id| id.to_string().into());
    plan.set("id", if moves { id } else { held("id") });
    let differs = |name: &str| plan.planned(name) != held(name);
    let switched_on = model::is_set(plan.config(), ENABLE) && differs(ENABLE);
    let is_behind = model::is_set(plan.config(), UPGRADE)
        && !matches!(held(LAGGING), Value::Null)
        && held(LAGGING) != 0_i64.into();
    let writes = moves
        || switched_on
        || is_behind
        || differs(ATTACHED)
        || Endpoint::ALL.iter().any(|endpoint| differs(endpoint.argument()));
    plan.set(LAGGING, if writes { lagging(machine.as_ref()) } else { held(LAGGING) });
    let mut planned = Planned::new(plan.finish());
    if moves {
        planned.replace.push(Path::attribute("machine_id"));
    }
    // Handed to the plan of a replacement, which a host may make of any change.
    let instance = PrivateState::read(&request.private).instance().map(str::to_owned);
    let id = held("id").as_str().map(str::to_owned).unwrap_or_default();
    planned.private = PrivateState::replacing(&id).of_instance(instance).write();
    Ok(planned)
}

/// Whether an apply of this plan has to ask Azure.
#[must_use]
pub fn writes(prior: &Value, planned: &Value) -> bool {
    let differs = |name: &str| prior.get(name) != planned.get(name);
    let settings = [MODE_AFTER, REPLACE_MODE, UPGRADE, "timeouts", "id"];
    let switched_off = differs(ENABLE) && !model::is_set(planned, ENABLE);
    let Value::Object(all) = planned else { return true };
    all.keys()
        .filter(|name| !settings.contains(&name.as_str()))
        .any(|name| differs(name) && (*name != ENABLE || !switched_off))
}

/// How many instances will lag: nobody knows of a scale set, and a machine has none.
fn lagging(machine: Option<&MachineId>) -> Value {
    match machine.map(MachineId::kind) {
        Some(MachineKind::Machine) => Value::Null,
        _ => Value::unknown(),
    }
}

/// Whether two maps of version ids say the same.
fn is_equal(one: &Value, other: &Value) -> bool {
    let text = |map: &Value, endpoint: Endpoint| map.get(endpoint.key()).cloned().unwrap_or(Value::Null);
    Endpoint::ALL.into_iter().all(|endpoint| match (text(one, endpoint), text(other, endpoint)) {
        (Value::String(one), Value::String(other)) => same(&one, &other),
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

    fn with(object: Value, name: &str, value: Value) -> Value {
        let Value::Object(mut all) = object else { panic!("an object") };
        all.insert(name.to_owned(), value);
        Value::Object(all)
    }

    fn config() -> Value {
        Value::object([
            ("id", Value::Null),
            ("machine_id", vm("web").into()),
            ("imds_profile_version_id", version("1.0.0")),
            ("wire_server_profile_version_id", Value::Null),
            (ENABLE, Value::Null),
            (MODE_AFTER, Value::Null),
            (REPLACE_MODE, Value::Null),
            (UPGRADE, Value::Null),
            (ATTACHED, Value::Null),
            (LAGGING, Value::Null),
            ("timeouts", Value::Null),
        ])
    }

    fn plan_create(config: Value) -> Planned {
        let (proposed, capabilities) = (config.clone(), ClientCapabilities::default());
        create(PlanCreate { config, proposed, private: Vec::new(), earlier: Vec::new(), capabilities })
            .unwrap()
    }

    fn plan_update(prior: Value, config: Value) -> Planned {
        let (proposed, capabilities) = (config.clone(), ClientCapabilities::default());
        let request = PlanUpdate {
            prior,
            config,
            proposed,
            private: Vec::new(),
            earlier: Vec::new(),
            identity: None,
            capabilities,
        };
        update(request).unwrap()
    }

    fn state() -> Value {
        plan_create(config()).state
    }

    #[test]
    fn a_machine_is_planned_wholly_and_a_scale_set_but_for_its_instances() {
        let planned = state();
        assert!(planned.is_wholly_known());
        assert_eq!(model::attached(&planned, Endpoint::Imds), version("1.0.0").as_str());
        let set = vm("web").replace("virtualMachines", "virtualMachineScaleSets");
        let planned = plan_create(with(config(), "machine_id", set.into())).state;
        assert!(planned.get(LAGGING).unwrap().is_unknown());
        let planned = plan_create(with(config(), "machine_id", Value::unknown())).state;
        assert!(planned.get("id").unwrap().is_unknown());
    }

    #[test]
    fn another_spelling_is_no_change() {
        let shouted = with(config(), "machine_id", vm("web").to_uppercase().into());
        let id = version("1.0.0").as_str().unwrap().to_lowercase();
        let planned = plan_update(state(), with(shouted, "imds_profile_version_id", id.into()));
        assert_eq!(planned.state, state());
        assert_eq!(planned.replace, []);
        assert!(!writes(&state(), &planned.state));
    }

    #[test]
    fn versions_change_in_place_and_another_machine_is_another_attachment() {
        let planned = plan_update(state(), with(config(), "imds_profile_version_id", version("1.0.1")));
        assert_eq!(planned.replace, []);
        assert_eq!(model::attached(&planned.state, Endpoint::Imds), version("1.0.1").as_str());
        assert!(writes(&state(), &planned.state));
        let planned = plan_update(state(), with(config(), "machine_id", vm("other").into()));
        assert_eq!(planned.replace, [Path::attribute("machine_id")]);
        assert_eq!(planned.state.get("id"), Some(&vm("other").into()));
    }

    #[test]
    fn settings_that_azure_never_sees_send_nothing() {
        for (name, value) in [
            (MODE_AFTER, Value::from("Enforce")),
            (REPLACE_MODE, true.into()),
            (UPGRADE, true.into()),
            (ENABLE, false.into()),
            ("timeouts", Value::object([("create", Value::from("1m"))])),
        ] {
            let planned = plan_update(state(), with(config(), name, value));
            assert!(planned.state != state() && !writes(&state(), &planned.state), "{name}");
        }
        let planned = plan_update(state(), with(config(), ENABLE, true.into()));
        assert!(writes(&state(), &planned.state), "the machine may be without it");
    }

    #[test]
    fn drift_and_what_a_killed_run_did_are_put_right() {
        let drifted = with(state(), "imds_profile_version_id", version("9.0.0"));
        assert!(writes(&drifted, &plan_update(drifted.clone(), config()).state));
        let dropped = with(state(), "imds_profile_version_id", Value::Null);
        assert!(writes(&dropped, &plan_update(dropped.clone(), config()).state));
        // The machine has it, and the state does not say that it was attached here.
        let map = Members::from([("imds".to_owned(), version("0.0.9"))]);
        let killed = with(state(), ATTACHED, Value::Map(map));
        assert!(writes(&killed, &plan_update(killed.clone(), config()).state));
    }

    #[test]
    fn instances_that_lag_are_a_difference_where_they_are_upgraded() {
        let set: Value = vm("web").replace("virtualMachines", "virtualMachineScaleSets").into();
        let behind = with(with(state(), "machine_id", set.clone()), LAGGING, 2_i64.into());
        let config = with(config(), "machine_id", set);
        assert!(!writes(&behind, &plan_update(behind.clone(), config.clone()).state));
        let upgrading = with(config, UPGRADE, true.into());
        let planned = plan_update(behind.clone(), upgrading.clone()).state;
        assert!(planned.get(LAGGING).unwrap().is_unknown() && writes(&behind, &planned));
        let none = with(with(behind, LAGGING, 0_i64.into()), UPGRADE, true.into());
        assert_eq!(plan_update(none.clone(), upgrading).state, none);
    }
}
