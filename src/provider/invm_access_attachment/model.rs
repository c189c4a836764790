//! An attachment between the state and a machine.

use super::endpoint::{Decides, Endpoint, same};
use super::schema::{ATTACHED, ENABLE, LAGGING, MODE_AFTER, REPLACE_MODE, UPGRADE};
use crate::arm::ids::{MachineId, VersionId};
use crate::arm::models::{Machine, Mode};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::checks;

/// The id of the machine that a configuration or plan is about.
///
/// # Errors
/// When it is none, which `validate` has told before.
pub fn machine(object: &Value) -> Result<MachineId, Diagnostic> {
    parsed(object, "machine_id")
}

/// The id of the machine in a state; an imported state has nothing else.
///
/// # Errors
/// When the state holds no usable id.
pub fn id_in_state(state: &Value) -> Result<MachineId, Diagnostic> {
    parsed(state, "id")
}

fn parsed(object: &Value, name: &str) -> Result<MachineId, Diagnostic> {
    let text = checks::text(object, name).unwrap_or_default();
    text.parse().map_err(|error| {
        Diagnostic::error("Unusable value", format!("`{name}` is {text:?}: {error}."))
            .at(Path::attribute(name))
    })
}

/// The version that a plan names for an endpoint.
///
/// # Errors
/// When it is no such id, which `validate` has told before.
pub fn version(object: &Value, endpoint: Endpoint) -> Result<Option<VersionId>, Diagnostic> {
    let Some(text) = checks::text(object, endpoint.argument()) else { return Ok(None) };
    text.parse().map(Some).map_err(|error| {
        let name = endpoint.argument();
        Diagnostic::error("Unusable value", format!("`{name}` is {text:?}: {error}.")).at(endpoint.path())
    })
}

/// What the resource has attached at an endpoint, by its state.
#[must_use]
pub fn attached(state: &Value, endpoint: Endpoint) -> Option<&str> {
    state.get(ATTACHED)?.get(endpoint.key())?.as_str()
}

/// Whether a flag is set.
#[must_use]
pub fn is_set(object: &Value, flag: &str) -> bool {
    object.get(flag) == Some(&Value::Bool(true))
}

/// The mode that decides once nothing is attached any more.
#[must_use]
pub fn mode_after(object: &Value) -> Mode {
    checks::text(object, MODE_AFTER).map_or(Mode::Audit, Mode::from)
}

/// What is attached according to a configuration or plan; an element is unknown as long as its version is. What is
/// attached already keeps its spelling.
#[must_use]
pub fn attaches(object: &Value, prior: Option<&Value>) -> Value {
    let mut all = Members::new();
    for endpoint in Endpoint::ALL {
        let wanted = object.get(endpoint.argument()).cloned().unwrap_or(Value::Null);
        if wanted.is_null() {
            continue;
        }
        let held = prior.and_then(|prior| attached(prior, endpoint));
        let wanted = match (held, wanted.as_str()) {
            (Some(held), Some(wanted)) if same(held, wanted) => held.into(),
            _ => wanted,
        };
        all.insert(endpoint.key().to_owned(), wanted);
    }
    Value::Map(all)
}

/// The state for what a machine refers to, in the spelling of `prior`: the state on a refresh, and one with nothing but
/// the id on an import. An endpoint that the resource has nothing to do with stays out of it.
#[must_use]
pub fn state(id: &MachineId, machine: &Machine, lagging: Value, prior: &Value) -> Value {
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let imported = is_imported(prior);
    let refers = |endpoint: Endpoint| {
        let is_ours = imported || !held(endpoint.argument()).is_null() || attached(prior, endpoint).is_some();
        match endpoint.decides(machine) {
            Decides::Version(reference) if is_ours => spelled(&reference, endpoint, prior),
            _ => Value::Null,
        }
    };
    let versions = Endpoint::ALL.map(|endpoint| (endpoint.argument(), refers(endpoint)));
    let attached = if imported { attaches(&Value::object(versions.clone()), None) } else { held(ATTACHED) };
    let machine_id = if imported { id.to_string().into() } else { held("machine_id") };
    let all = [
        ("id", if imported { id.to_string().into() } else { held("id") }),
        ("machine_id", machine_id),
        (ENABLE, if is_set(prior, ENABLE) { machine.is_enabled().into() } else { held(ENABLE) }),
        (MODE_AFTER, held(MODE_AFTER)),
        (REPLACE_MODE, held(REPLACE_MODE)),
        (UPGRADE, held(UPGRADE)),
        (ATTACHED, attached),
        (LAGGING, lagging),
        ("timeouts", held("timeouts")),
    ];
    Value::object(all.into_iter().chain(versions))
}

/// Whether nothing but the id is known yet.
#[must_use]
pub fn is_imported(state: &Value) -> bool {
    state.get("machine_id").is_none_or(Value::is_null)
}

fn spelled(reference: &str, endpoint: Endpoint, prior: &Value) -> Value {
    let held = checks::text(prior, endpoint.argument()).or_else(|| attached(prior, endpoint));
    if let Some(held) = held.filter(|held| same(held, reference)) {
        return held.into();
    }
    // In ARM's casing of the fixed segments, as everywhere else.
    reference.parse::<VersionId>().map_or_else(|_| reference.into(), |id| id.to_string().into())
}

/// The state once a plan is carried out.
#[must_use]
pub fn applied(id: &MachineId, planned: &Value, lagging: Value) -> Value {
    let Value::Object(mut all) = planned.clone() else { return planned.clone() };
    all.insert("id".to_owned(), id.to_string().into());
    all.insert(ATTACHED.to_owned(), attaches(planned, Some(planned)));
    all.insert(LAGGING.to_owned(), lagging);
    Value::Object(all)
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
    fn an_agent_that_somebody_switched_off_is_drift_where_it_was_switched_on() {
        let Value::Object(mut enabled) = held() else { panic!("an object") };
        enabled.insert(ENABLE.to_owned(), true.into());
        let state = read(&machine(&id_of("1.0.0"), ""), &Value::Object(enabled));
        assert_eq!(state.get(ENABLE), Some(&false.into()));
    }

    fn machine(imds: &str, wire_server: &str) -> Machine {
        let reference = |text: &str| json!({"inVMAccessControlProfileReferenceId": text});
        let settings = json!({"imds": reference(imds), "wireServer": reference(wire_server)});
        let body = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
        serde_json::from_value(body).unwrap()
    }

    fn read(machine: &Machine, prior: &Value) -> Value {
        state(&VM.parse().unwrap(), machine, Value::Null, prior)
    }

    fn held() -> Value {
        let map = Members::from([("imds".to_owned(), id_of("1.0.0").into())]);
        let schema = super::super::schema::schema();
        let Value::Object(mut all) = import::state(VM, &schema) else { panic!("an object") };
        all.insert("machine_id".to_owned(), VM.to_lowercase().into());
        all.insert("imds_profile_version_id".to_owned(), id_of("1.0.0").into());
        all.insert(ATTACHED.to_owned(), Value::Map(map));
        Value::Object(all)
    }

    #[test]
    fn a_shouting_service_makes_no_difference() {
        assert_eq!(read(&machine(&id_of("1.0.0").to_uppercase(), ""), &held()), held());
    }

    #[test]
    fn drift_is_seen_where_something_was_attached_and_nowhere_else() {
        let drifted = read(&machine(&id_of("2.0.0"), &id_of("3.0.0")), &held());
        assert_eq!(drifted.get("imds_profile_version_id"), Some(&id_of("2.0.0").into()));
        assert_eq!(drifted.get("wire_server_profile_version_id"), Some(&Value::Null));
        assert_eq!(attached(&drifted, Endpoint::Imds), Some(id_of("1.0.0").as_str()));
        let dropped = read(&machine("", ""), &drifted);
        assert_eq!(dropped.get("imds_profile_version_id"), Some(&Value::Null));
        assert_eq!(read(&machine(&id_of("1.0.0"), ""), &dropped), held(), "and back");
    }

    #[test]
    fn an_import_takes_what_the_machine_refers_to() {
        let imported = import::state(VM, &super::super::schema::schema());
        let state = read(&machine(&id_of("1.0.0").to_lowercase(), &id_of("2.0.0")), &imported);
        assert_eq!(state.get("machine_id"), Some(&VM.into()));
        assert_eq!(attached(&state, Endpoint::WireServer), Some(id_of("2.0.0").as_str()));
        let imds = state.get("imds_profile_version_id").and_then(Value::as_str).unwrap();
        assert!(imds.contains("/inVMAccessControlProfiles/") && same(imds, &id_of("1.0.0")), "{imds}");
    }

    #[test]
    fn an_unknown_version_is_attached_once_it_is_known() {
        let plan = Value::object([
            ("imds_profile_version_id", Value::unknown()),
            ("wire_server_profile_version_id", id_of("1.0.0").to_uppercase().into()),
        ]);
        let Value::Map(map) = attaches(&plan, None) else { panic!("a map") };
        assert!(map["imds"].is_unknown() && map.len() == 2);
    }
}
