//! A version in configurations, plans and states, and its mapping to ARM and back.

use super::{rules, skip_destroy};
use crate::allowlist::{Lists, Rules};
use crate::arm::Location;
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::{Version, VersionBody, VersionChange, VersionSettings, Word};
use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::{spelling, tags, timeouts};

/// A version in a configuration, a plan or a state. Any part may be unknown in a configuration and a plan.
/// Absent parts are null.
#[derive(Clone, Debug, Default, PartialEq)]
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
    fn attributes(&mut self) -> [(&'static str, &mut Value); 15] {
        [
            ("id", &mut self.id),
            ("profile_id", &mut self.profile_id),
            ("name", &mut self.name),
            ("location", &mut self.location),
            ("mode", &mut self.mode),
            ("default_access", &mut self.default_access),
            ("exclude_from_latest", &mut self.exclude_from_latest),
            ("target_regions", &mut self.target_regions),
            ("lint", &mut self.lint),
            (skip_destroy::ARGUMENT, &mut self.skip_destroy),
            ("tags", &mut self.tags),
            ("grants", &mut self.grants),
            ("published_date", &mut self.published_date),
            (rules::BLOCK, &mut self.rules),
            (timeouts::BLOCK, &mut self.timeouts),
        ]
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
    let (prior_tags, planned_tags) = (tags::read(Some(&prior.tags)), tags::read(Some(&planned.tags)));
    let mut change = VersionChange {
        tags: (!tags::equal(&prior_tags, &planned_tags)).then_some(planned_tags),
        ..VersionChange::default()
    };
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
    let word = |returned: Option<&str>, prior: Value| returned.map_or(prior, Value::from);
    let (rules, warnings) = from_arm(id, returned.rules);
    // Empty rules are the same as none, whatever lists Azure returns.
    let has_no_rules = prior.rules.is_null() && rules == Rules::default();
    // An imported state has no profile yet.
    let prior_tags = if prior.profile_id.is_null() { Value::Map(Members::new()) } else { prior.tags };
    let prior_location = known(prior.location);
    let home = version
        .location
        .clone()
        .unwrap_or_else(|| Location::from(prior_location.as_str().unwrap_or_default()));
    let regions = returned.target_locations.unwrap_or_default();
    let profile = Value::from(id.profile().to_string());
    let state = Model {
        id: id.to_string().into(),
        profile_id: spelling::plan::<ProfileId>(&profile, &prior.profile_id),
        name: spelling::plan_name(&id.name().as_str().into(), &known(prior.name)),
        location: match &version.location {
            Some(location) => spelling::location(location, &prior_location),
            None => prior_location,
        },
        mode: word(returned.mode.as_ref().map(Word::as_str), prior.mode),
        default_access: word(returned.default_access.as_ref().map(Word::as_str), prior.default_access),
        exclude_from_latest: returned.exclude_from_latest.unwrap_or(false).into(),
        target_regions: spelling::regions(&regions, &known(prior.target_regions), &home),
        lint: prior.lint,
        skip_destroy: prior.skip_destroy,
        tags: tags::value(&version.tags.unwrap_or_default(), &prior_tags),
        grants: rules::grants(&rules),
        published_date: returned.published_date.into(),
        rules: if has_no_rules { Value::Null } else { rules::value(&rules, &prior.rules) },
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
        let detail = format!(
            "In version {id} Azure holds no list of {}. A guest agent that finds one of the four lists missing \
             loads none of them, and only the default access counts. Replace the version to publish all four.",
            names.join(", ")
        );
        warnings.push(Diagnostic::warning("The guest agent ignores the rules of this version", detail));
    }
    if !collapsed.is_empty() {
        let lines: Vec<_> = collapsed.iter().map(|one| format!("- {one}")).collect();
        let detail = format!(
            "Version {id} was not written by this provider, and its lists contain some entries twice. \
             They are read as the guest agent reads them:\n{}",
            lines.join("\n")
        );
        warnings.push(Diagnostic::warning("Rules that mean less than they say", detail));
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
