//! Mistakes that can be found without Azure.

use super::endpoint::Endpoint;
use super::model::Model;
use super::schema::MODE_AFTER;
use crate::allowlist::Mode;
use crate::arm::ids::{MachineId, VersionId};
use crate::plugin::{Diagnostic, Diagnostics, Value};
use crate::provider::{checks, timeouts};

/// Checks a configuration, parts of which may be unknown.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(checks::id::<MachineId, _>(config, "machine_id"));
    for endpoint in Endpoint::ALL {
        diagnostics.extend(checks::id::<VersionId, _>(config, endpoint.argument()));
    }
    if !Model::read(config).has_versions() {
        let [imds, wire_server] = Endpoint::ALL.map(Endpoint::argument);
        diagnostics.push(Diagnostic::error(
            "Nothing to attach",
            format!("Neither `{imds}` nor `{wire_server}` is set. Set at least one of the two."),
        ));
    }
    diagnostics.extend(checks::word(config, MODE_AFTER, Mode::WORDS));
    diagnostics.extend(timeouts::validate(config));
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure_double::{GALLERY, PROFILE};

    fn mistakes(config: &[(&str, Value)]) -> Vec<(String, String)> {
        validate(&Value::object(config.iter().cloned()))
            .into_iter()
            .map(|one| (one.path.map(|path| path.to_string()).unwrap_or_default(), one.detail))
            .collect()
    }

    #[test]
    fn each_mistake_is_found_on_its_attribute() {
        let found = mistakes(&[
            ("machine_id", GALLERY.into()),
            ("imds_profile_version_id", PROFILE.into()),
            ("wire_server_profile_version_id", "1.0.0".into()),
            ("mode_after_destroy", "audit".into()),
            ("timeouts", Value::object([("create", Value::from("soon"))])),
        ]);
        let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "machine_id",
                "imds_profile_version_id",
                "wire_server_profile_version_id",
                "mode_after_destroy",
                "timeouts.create"
            ]
        );
        assert!(
            found[0].1.contains("the id of a gallery, expected the id of a virtual machine or scale set")
        );
        assert!(
            found[1].1.contains("the id of an in-VM access control profile, expected the id of an in-VM")
        );
    }

    #[test]
    fn one_of_the_two_versions_is_needed() {
        let machine = GALLERY.replace("galleries/g", "virtualMachines/vm");
        let found =
            mistakes(&[("machine_id", machine.as_str().into()), ("imds_profile_version_id", Value::Null)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].1.contains("Set at least one of the two."));
        let unknown =
            mistakes(&[("machine_id", machine.into()), ("wire_server_profile_version_id", Value::unknown())]);
        assert_eq!(unknown, []);
    }

    #[test]
    fn an_unknown_configuration_passes() {
        let names = ["machine_id", "imds_profile_version_id", "mode_after_destroy", "timeouts"];
        assert_eq!(mistakes(&names.map(|name| (name, Value::unknown()))), []);
    }
}
