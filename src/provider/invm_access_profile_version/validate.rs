//! Mistakes that can be found without Azure.

use super::{lint, rules};
use crate::allowlist::List;
use crate::allowlist::{DefaultAccess, Mode};
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionName};
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::{checks, timeouts};

/// Checks a configuration, parts of which may be unknown.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(checks::id::<ProfileId, _>(config, "profile_id"));
    diagnostics.extend(checks::name(config, "name", |name| name.parse::<VersionName>().map(drop)));
    diagnostics.extend(checks::location(config, "location"));
    diagnostics.extend(checks::word(config, "mode", Mode::WORDS));
    diagnostics.extend(checks::word(config, "default_access", DefaultAccess::WORDS));
    diagnostics.extend(regions(config));
    diagnostics.extend(checks::tags(config));
    diagnostics.extend(timeouts::validate(config));
    let nulls = nulls(config.get(rules::BLOCK).unwrap_or(&Value::Null));
    if nulls.is_empty() {
        diagnostics.extend(lint::check(config));
    }
    diagnostics.extend(nulls);
    diagnostics
}

/// Checks for invalid or misspelt regions, and regions that are listed twice in two spellings. Paths cannot
/// point into a set.
fn regions(config: &Value) -> Vec<Diagnostic> {
    let path = Path::attribute("target_regions");
    let Some(Value::Set(elements)) = config.get("target_regions") else { return Vec::new() };
    let mut diagnostics = Vec::new();
    let mut distinct = Vec::<Location>::new();
    for element in elements {
        let text = match element {
            Value::String(text) => text,
            Value::Null => {
                diagnostics.push(Diagnostic::error("Malformed region", "A region is null.").at(path.clone()));
                continue;
            }
            _ => continue,
        };
        if let Some(problem) = checks::region_problem(text) {
            diagnostics.push(
                Diagnostic::error("Malformed region", format!("The region {text:?} {problem}."))
                    .at(path.clone()),
            );
            continue;
        }
        let region = Location::from(text.as_str());
        match distinct.iter().find(|distinct| **distinct == region) {
            Some(first) => {
                let detail = format!("{text:?} and {:?} are the same region. List it once.", first.as_str());
                diagnostics.push(Diagnostic::error("Region listed twice", detail).at(path.clone()));
            }
            None => {
                diagnostics.extend(checks::unknown_region(text, path.clone()));
                distinct.push(region);
            }
        }
    }
    diagnostics
}

/// Whether the rules have no null that makes them unreadable.
#[must_use]
pub fn can_be_read(config: &Value) -> bool {
    nulls(config.get(rules::BLOCK).unwrap_or(&Value::Null)).is_empty()
}

/// Nulls that Terraform's types allow but that cannot be part of a rule: as an element of a map or set. Paths
/// are built only for those, since every configuration is checked.
fn nulls(block: &Value) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut report = |path: Path, what: &str| {
        diagnostics.push(
            Diagnostic::error("Null in the rules", format!("`{path}` {what}. Leave it out instead."))
                .at(path),
        );
    };
    for list in List::ALL {
        let Some(Value::Map(elements)) = block.get(list.as_str()) else { continue };
        let path = |name: &str| Path::attribute(rules::BLOCK).with_attribute(list.as_str()).with_key(name);
        for (name, element) in elements {
            if element.is_null() {
                report(path(name), "is null");
                continue;
            }
            let inner = match list {
                List::Privileges => "query_parameters",
                List::Roles => "privileges",
                List::RoleAssignments => "identities",
                List::Identities => continue,
            };
            match element.get(inner) {
                Some(Value::Set(members)) if members.iter().any(Value::is_null) => {
                    report(path(name).with_attribute(inner), "holds a null");
                }
                Some(Value::Map(pairs)) => {
                    for (key, _) in pairs.iter().filter(|(_, value)| value.is_null()) {
                        report(path(name).with_attribute(inner).with_key(&**key), "is null");
                    }
                }
                _ => {}
            }
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(config: &Value) -> Vec<String> {
        let found = validate(config);
        let errors = found.into_iter().filter(|one| one.severity == crate::plugin::Severity::Error);
        errors.filter_map(|one| one.path.map(|path| path.to_string())).collect()
    }

    #[test]
    fn each_mistake_is_found_on_its_attribute() {
        let config = Value::object([
            ("profile_id", Value::from("/subscriptions/x")),
            ("name", "v1".into()),
            ("location", "west_us".into()),
            ("mode", "enforce".into()),
            ("default_access", "Permit".into()),
            ("target_regions", Value::Set(vec!["West US".into(), "westus".into()])),
            ("timeouts", Value::object([("create", Value::from("1 day"))])),
        ]);
        assert_eq!(
            paths(&config),
            ["profile_id", "name", "location", "mode", "default_access", "target_regions", "timeouts.create"]
        );
    }

    #[test]
    fn nulls_that_terraform_accepts_are_refused() {
        let map = |name: &str, value: Value| Value::Map([(name.to_owned(), value)].into());
        let privilege =
            Value::object([("path", Value::from("/a")), ("query_parameters", map("k", Value::Null))]);
        let role = Value::object([("privileges", Value::Set(vec![Value::Null]))]);
        let rules = Value::object([
            ("privileges", map("p", privilege)),
            ("roles", map("r", role)),
            ("identities", map("i", Value::Null)),
            ("role_assignments", Value::Null),
        ]);
        let config = Value::object([("rules", rules)]);
        assert_eq!(
            paths(&config),
            [
                "rules.privileges[\"p\"].query_parameters[\"k\"]",
                "rules.roles[\"r\"].privileges",
                "rules.identities[\"i\"]"
            ]
        );
    }

    #[test]
    fn an_unknown_configuration_passes() {
        let names =
            ["profile_id", "name", "location", "mode", "default_access", "target_regions", "rules", "lint"];
        assert_eq!(paths(&Value::object(names.map(|name| (name, Value::unknown())))), [""; 0]);
    }
}
