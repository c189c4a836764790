//! A version between the state and ARM.

use super::{keep, plan, rules};
use crate::allowlist::{Lists, Rules};
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::{DefaultAccess, Mode, Version, VersionBody, VersionChange, VersionSettings};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::{checks, spelling, tags};

/// What to send to create the version that is planned, at this region.
///
/// # Errors
/// When the rules are not wholly known, which Terraform rules out at apply.
pub fn body(planned: &Value, location: Location) -> Result<VersionBody, Diagnostic> {
    let text = |name| checks::text(planned, name).unwrap_or_default();
    let block = planned.get(rules::BLOCK).unwrap_or(&Value::Null);
    let Some(rules) = rules::complete(block) else {
        let detail =
            "The rules are still not wholly known at apply. This is a bug in the host or the provider.";
        return Err(Diagnostic::error("Unknown rules", detail).at(Path::attribute(rules::BLOCK)));
    };
    let tags = tags::read(planned.get("tags"));
    Ok(VersionBody {
        location,
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        properties: VersionSettings {
            mode: Mode::from(text("mode")),
            default_access: DefaultAccess::from(text("default_access")),
            rules: Lists::from(&rules),
            target_locations: regions(planned),
            exclude_from_latest: flag(planned),
        },
    })
}

/// What to change at Azure to get from the state to the plan; `None` when nothing that Azure holds differs.
#[must_use]
pub fn change(prior: &Value, planned: &Value) -> Option<VersionChange> {
    let differs = |name: &str| prior.get(name) != planned.get(name);
    let text = |name| checks::text(planned, name).unwrap_or_default();
    let (held, wanted) = (tags::read(prior.get("tags")), tags::read(planned.get("tags")));
    let change = VersionChange {
        tags: (!tags::equal(&held, &wanted)).then_some(wanted),
        mode: differs("mode").then(|| Mode::from(text("mode"))),
        default_access: differs("default_access").then(|| DefaultAccess::from(text("default_access"))),
        target_locations: if differs("target_regions") { regions(planned) } else { None },
        exclude_from_latest: if differs("exclude_from_latest") { flag(planned) } else { None },
    };
    (change != VersionChange::default()).then_some(change)
}

fn regions(planned: &Value) -> Option<Vec<Location>> {
    match planned.get("target_regions") {
        Some(Value::Set(elements)) => {
            Some(elements.iter().filter_map(Value::as_str).map(Location::from).collect())
        }
        _ => None,
    }
}

fn flag(planned: &Value) -> Option<bool> {
    match planned.get("exclude_from_latest") {
        Some(Value::Bool(flag)) => Some(*flag),
        _ => None,
    }
}

/// The state for what Azure returned, in the spelling of `prior`: the plan after an apply, the state on a refresh,
/// and a state with nothing but the id on an import. With it, warnings about rules that the state cannot hold as
/// they are.
#[must_use]
pub fn state(id: &VersionId, version: Version, prior: &Value) -> (Value, Diagnostics) {
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let known = |name: &str| Some(held(name)).filter(|value| !value.is_unknown()).unwrap_or(Value::Null);
    let imported = held("profile_id").is_null();
    let (rules, warnings) = from_arm(id, version.properties.rules);
    let block = match prior.get(rules::BLOCK).unwrap_or(&Value::Null) {
        // Rules that nobody wrote are the same as none, whatever lists Azure fills in.
        Value::Null if rules.privileges.is_empty() && rules == Rules::default() => Value::Null,
        prior => rules::value(&rules, prior),
    };
    let empty = Value::Map(Members::new());
    let returned_tags = version.tags.unwrap_or_default();
    let location = version.location;
    let home = location
        .clone()
        .unwrap_or_else(|| Location::from(checks::text(prior, "location").unwrap_or_default()));
    let regions = version.properties.target_locations.as_deref().unwrap_or_default();
    let word = |returned: Option<&str>, name| returned.map_or_else(|| held(name), Value::from);
    let state = Value::object([
        ("id", id.to_string().into()),
        ("profile_id", spelling::plan::<ProfileId>(&id.profile().to_string().into(), &held("profile_id"))),
        ("name", spelling::plan_name(&id.name().as_str().into(), &known("name"))),
        (
            "location",
            location.map_or_else(
                || known("location"),
                |location| spelling::location(&location, &known("location")),
            ),
        ),
        ("mode", word(version.properties.mode.as_ref().map(Mode::as_str), "mode")),
        (
            "default_access",
            word(version.properties.default_access.as_ref().map(DefaultAccess::as_str), "default_access"),
        ),
        ("exclude_from_latest", version.properties.exclude_from_latest.unwrap_or(false).into()),
        ("target_regions", spelling::regions(regions, &known("target_regions"), &home)),
        ("lint", held("lint")),
        (keep::ARGUMENT, held(keep::ARGUMENT)),
        (
            "tags",
            tags::value(
                &returned_tags,
                if imported { &empty } else { prior.get("tags").unwrap_or(&Value::Null) },
            ),
        ),
        ("grants", plan::grants(&rules)),
        ("published_date", version.properties.published_date.into()),
        (rules::BLOCK, block),
        ("timeouts", held("timeouts")),
    ]);
    (state, warnings)
}

/// The rules as the guest agent reads them, with warnings where that is not what Azure's lists seem to say.
fn from_arm(id: &VersionId, rules: Option<Lists>) -> (Rules, Diagnostics) {
    let lists = rules.unwrap_or_default();
    let mut warnings = Diagnostics::new();
    let absent = lists.absent();
    let (rules, collapsed) = lists.into_rules();
    if !absent.is_empty() && rules != Rules::default() {
        let names: Vec<_> = absent.iter().map(|list| format!("`{}`", list.in_documents())).collect();
        warnings.push(Diagnostic::warning(
            "The guest agent ignores the rules of this version",
            format!(
                "In version {id} Azure holds no list of {}. A guest agent that finds one of the four lists missing \
                 loads none of them, and only the default access counts. Replace the version to publish all four.",
                names.join(", ")
            ),
        ));
    }
    if !collapsed.is_empty() {
        let lines: Vec<_> = collapsed.iter().map(|one| format!("- {one}")).collect();
        warnings.push(Diagnostic::warning(
            "Rules that mean less than they say",
            format!(
                "Version {id} was not written by this provider, and its lists say some things twice. They are read \
                 as the guest agent reads them:\n{}",
                lines.join("\n")
            ),
        ));
    }
    (rules, warnings)
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
