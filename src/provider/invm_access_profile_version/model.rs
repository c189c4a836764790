//! A version in configurations, plans and states, and its mapping to ARM and back.

use super::{keep, rules};
use crate::allowlist::{Lists, Rules};
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::{Version, VersionBody, VersionChange, VersionSettings, Word};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::{spelling, tags, timeouts};

/// A version in a configuration, a plan or a state. Any part may be unknown in a configuration and a plan.
/// Absent parts are null.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The id at Azure.
    pub id: Value,
    /// The id of the profile.
    pub profile_id: Value,
    /// The name: three numbers.
    pub name: Value,
    /// The region.
    pub location: Value,
    /// What the guest agent does with the rules.
    pub mode: Value,
    /// What happens to a request that no privilege matches.
    pub default_access: Value,
    /// Whether it is excluded from latest.
    pub exclude_from_latest: Value,
    /// The regions it is replicated to.
    pub target_regions: Value,
    /// The levels of findings.
    pub lint: Value,
    /// Whether it stays at Azure.
    pub skip_destroy: Value,
    /// The tags.
    pub tags: Value,
    /// Who may do what.
    pub grants: Value,
    /// When it was published.
    pub published_date: Value,
    /// The rules.
    pub rules: Value,
    /// How long operations may take.
    pub timeouts: Value,
}

impl Model {
    /// Reads a configuration, a plan or a state.
    #[must_use]
    pub fn read(object: &Value) -> Self {
        let part = |name: &str| object.get(name).cloned().unwrap_or(Value::Null);
        Self {
            id: part("id"),
            profile_id: part("profile_id"),
            name: part("name"),
            location: part("location"),
            mode: part("mode"),
            default_access: part("default_access"),
            exclude_from_latest: part("exclude_from_latest"),
            target_regions: part("target_regions"),
            lint: part("lint"),
            skip_destroy: part(keep::ARGUMENT),
            tags: part("tags"),
            grants: part("grants"),
            published_date: part("published_date"),
            rules: part(rules::BLOCK),
            timeouts: part(timeouts::BLOCK),
        }
    }

    /// Writes a plan or a state.
    #[must_use]
    pub fn write(self) -> Value {
        Value::object([
            ("id", self.id),
            ("profile_id", self.profile_id),
            ("name", self.name),
            ("location", self.location),
            ("mode", self.mode),
            ("default_access", self.default_access),
            ("exclude_from_latest", self.exclude_from_latest),
            ("target_regions", self.target_regions),
            ("lint", self.lint),
            (keep::ARGUMENT, self.skip_destroy),
            ("tags", self.tags),
            ("grants", self.grants),
            ("published_date", self.published_date),
            (rules::BLOCK, self.rules),
            (timeouts::BLOCK, self.timeouts),
        ])
    }
}

/// The request to create the planned version in this region.
///
/// # Errors
/// If the rules are not wholly known, which Terraform rules out at apply.
pub fn body(planned: &Value, location: Location) -> Result<VersionBody, Diagnostic> {
    let planned = Model::read(planned);
    let Some(rules) = rules::read(&planned.rules).complete() else {
        let detail =
            "The rules are still not wholly known at apply. This is a bug in the host or the provider.";
        return Err(Diagnostic::error("Unknown rules", detail).at(Path::attribute(rules::BLOCK)));
    };
    let tags = tags::read(Some(&planned.tags));
    Ok(VersionBody {
        location,
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        properties: VersionSettings {
            mode: Word::read(planned.mode.as_str().unwrap_or_default()),
            default_access: Word::read(planned.default_access.as_str().unwrap_or_default()),
            rules: Lists::from(&rules),
            target_locations: regions(&planned.target_regions),
            exclude_from_latest: flag(&planned.exclude_from_latest),
        },
    })
}

/// The changes at Azure from the state to the plan; `None` if nothing that Azure stores differs.
#[must_use]
pub fn change(prior: &Value, planned: &Value) -> Option<VersionChange> {
    let (prior, planned) = (Model::read(prior), Model::read(planned));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (held, wanted) = (tags::read(Some(&prior.tags)), tags::read(Some(&planned.tags)));
    let mut change =
        VersionChange { tags: (!tags::equal(&held, &wanted)).then_some(wanted), ..VersionChange::default() };
    if prior.mode != planned.mode {
        change.mode = Some(Word::read(&text(&planned.mode)));
    }
    if prior.default_access != planned.default_access {
        change.default_access = Some(Word::read(&text(&planned.default_access)));
    }
    if prior.target_regions != planned.target_regions {
        change.target_locations = regions(&planned.target_regions);
    }
    if prior.exclude_from_latest != planned.exclude_from_latest {
        change.exclude_from_latest = flag(&planned.exclude_from_latest);
    }
    (change != VersionChange::default()).then_some(change)
}

fn regions(planned: &Value) -> Option<Vec<Location>> {
    match planned {
        Value::Set(elements) => Some(elements.iter().filter_map(Value::as_str).map(Location::from).collect()),
        _ => None,
    }
}

const fn flag(planned: &Value) -> Option<bool> {
    match planned {
        Value::Bool(flag) => Some(*flag),
        _ => None,
    }
}

/// The state for what Azure returned, in the spelling of `prior`: the plan after an apply, the state on a
/// refresh, or a state with nothing but the id on an import. With it, warnings about rules that the state
/// cannot represent exactly.
#[must_use]
pub fn state(id: &VersionId, version: Version, prior: &Value) -> (Value, Diagnostics) {
    let prior = Model::read(prior);
    let returned = version.properties;
    let known = |value: Value| if value.is_unknown() { Value::Null } else { value };
    let word = |returned: Option<&str>, held: Value| returned.map_or(held, Value::from);
    let (rules, warnings) = from_arm(id, returned.rules);
    // Empty rules are the same as none, whatever lists Azure returns.
    let nobody_wrote = prior.rules.is_null() && rules == Rules::default();
    // An imported state has no profile yet.
    let held_tags = if prior.profile_id.is_null() { Value::Map(Members::new()) } else { prior.tags };
    let held_location = known(prior.location);
    let home = version
        .location
        .clone()
        .unwrap_or_else(|| Location::from(held_location.as_str().unwrap_or_default()));
    let regions = returned.target_locations.unwrap_or_default();
    let profile = Value::from(id.profile().to_string());
    let state = Model {
        id: id.to_string().into(),
        profile_id: spelling::plan::<ProfileId>(&profile, &prior.profile_id),
        name: spelling::plan_name(&id.name().as_str().into(), &known(prior.name)),
        location: match &version.location {
            Some(location) => spelling::location(location, &held_location),
            None => held_location,
        },
        mode: word(returned.mode.as_ref().map(Word::as_str), prior.mode),
        default_access: word(returned.default_access.as_ref().map(Word::as_str), prior.default_access),
        exclude_from_latest: returned.exclude_from_latest.unwrap_or(false).into(),
        target_regions: spelling::regions(&regions, &known(prior.target_regions), &home),
        lint: prior.lint,
        skip_destroy: prior.skip_destroy,
        tags: tags::value(&version.tags.unwrap_or_default(), &held_tags),
        grants: rules::grants(&rules),
        published_date: returned.published_date.into(),
        rules: if nobody_wrote { Value::Null } else { rules::value(&rules, &prior.rules) },
        timeouts: prior.timeouts,
    };
    (state.write(), warnings)
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
                "Version {id} was not written by this provider, and its lists contain some entries twice. \
                 They are read as the guest agent reads them:\n{}",
                lines.join("\n")
            ),
        ));
    }
    (rules, warnings)
}

/// The regions that a planned version will be in; `None` where they are not known yet.
#[must_use]
pub fn planned_regions(planned: &Value) -> Option<Vec<Location>> {
    let home = planned.get("location").and_then(Value::as_str).map(Location::from)?;
    let Value::Set(targets) = planned.get("target_regions")? else { return None };
    let targets = targets.iter().map(|region| region.as_str().map(Location::from));
    let targets = targets.collect::<Option<Vec<_>>>()?;
    Some([home].into_iter().chain(targets).collect())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
