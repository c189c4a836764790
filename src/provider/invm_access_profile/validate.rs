//! Mistakes that can be found without Azure.

use crate::allowlist::OsType;
use crate::arm::ids::{GalleryId, ProfileName};
use crate::plugin::{Diagnostics, Value};
use crate::provider::invm_access_profile::schema::ENDPOINTS;
use crate::provider::{checks, timeouts};

/// Checks a configuration, parts of which may be unknown.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(checks::id::<GalleryId, _>(config, "gallery_id"));
    diagnostics.extend(checks::name(config, "name", |name| ProfileName::new(name).map(drop)));
    diagnostics.extend(checks::location(config, "location"));
    diagnostics.extend(checks::word(config, "os_type", OsType::WORDS));
    diagnostics.extend(checks::word(config, "applicable_host_endpoint", ENDPOINTS));
    diagnostics.extend(checks::tags(config));
    diagnostics.extend(timeouts::validate(config));
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_found_on_its_attribute() {
        let config = Value::object([
            ("gallery_id", Value::from("/subscriptions/x")),
            ("name", "-web".into()),
            ("location", "".into()),
            ("os_type", "linux".into()),
            ("applicable_host_endpoint", "HostGA".into()),
        ]);
        let paths: Vec<_> = validate(&config)
            .into_iter()
            .filter_map(|diagnostic| diagnostic.path.map(|path| path.to_string()))
            .collect();
        assert_eq!(paths, ["gallery_id", "name", "location", "os_type", "applicable_host_endpoint"]);
    }

    #[test]
    fn an_unknown_configuration_passes() {
        let names =
            ["gallery_id", "name", "location", "os_type", "applicable_host_endpoint", "tags", "timeouts"];
        assert!(validate(&Value::object(names.map(|name| (name, Value::unknown())))).is_empty());
    }
}
