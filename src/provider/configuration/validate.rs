//! Mistakes in the provider block that can be found without the environment. Unknown values pass.

use super::schema::{ENVIRONMENTS, REGISTRATIONS};
use crate::arm::Cloud;
use crate::plugin::{Diagnostics, Value};
use crate::provider::checks::{text, word};
use crate::provider::invm_access_profile_version::lint;

/// Checks the provider block without the network and without the environment.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let is_cloud = |name: &str| Cloud::named(name).is_ok() || name.eq_ignore_ascii_case("custom");
    let environment = match text(config, "environment") {
        Some(name) if is_cloud(name) => None,
        _ => word(config, "environment", ENVIRONMENTS),
    };
    let registrations = word(config, "resource_provider_registrations", REGISTRATIONS);
    environment.into_iter().chain(registrations).chain(lint::check_defaults(config)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_has_several_names() {
        let found =
            |name: &str| validate(&Value::object([("environment", Value::from(name))])).iter().count();
        for good in ["public", "Public", "AzureCloud", "usgovernment", "AzureUSGovernment", "china", "custom"]
        {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in ["german", "pubic", "custom "] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        assert!(validate(&Value::object([("environment", Value::unknown())])).is_empty());
    }
}
