//! What a change of the configuration means.

use super::model::Model;
use super::{InVmAccessProfileVersion, access, rules, skip_destroy};
use crate::allowlist::{Allowlist, Rules};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::profile_cache::KnownProfile;
use crate::provider::writing::Managed as _;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::{spelling, tags};

/// Plans a new version. `profile` is what is known of the profile without a request.
///
/// An omitted region stays unknown, even if this process has just read the profile. Terraform plans again at
/// apply, in a process that has not, and a known value must not become unknown. If the host keeps private
/// data from one plan to the next, the region is stored there, and the create need not read it.
///
/// # Errors
/// If the plan replaces a version of the same name, and that version stays.
pub fn create(request: &PlanCreate, profile: &KnownProfile) -> Result<Planned, Failure> {
    let private = PrivateState::read(&request.private);
    let stores_private = request.capabilities.store_planned_private;
    let config = Model::read(&request.config);
    let id = InVmAccessProfileVersion::id_planned(&request.config).ok();
    let kept = private.keeps().and_then(|id| id.parse::<VersionId>().ok());
    if let Some(kept) = kept.filter(|kept| id.as_ref() == Some(kept)) {
        return Err(skip_destroy::name_taken_error(&kept).into());
    }
    let inherits = config.location.is_null();
    let or_unknown = |value: Value| if value.is_null() { Value::unknown() } else { value };
    let plan = Model {
        // The id of a replacement stays unknown, though it may turn out the same. Whatever refers to the
        // version, such as a virtual machine, then takes part in the replacement.
        id: match id {
            Some(id) if !private.is_replacement() => id.to_string().into(),
            _ => Value::unknown(),
        },
        name: or_unknown(config.name),
        location: or_unknown(config.location),
        exclude_from_latest: or_unknown(config.exclude_from_latest),
        target_regions: or_unknown(config.target_regions),
        grants: rules::planned_grants(&rules::read(&config.rules)),
        published_date: Value::unknown(),
        ..config
    };
    let mut planned = Planned::new(plan.write());
    // The plan of the change has stored the region, if the profile stays the same. The deletion gets the
    // same data.
    planned.private = if private.is_replacement() {
        private.write()
    } else {
        let earlier = PrivateState::read(&request.earlier);
        match profile.location.as_ref().filter(|_| stores_private && inherits) {
            Some(region) => earlier.with_region(Some(region)).write(),
            None => earlier.write(),
        }
    };
    Ok(planned)
}

/// Plans a change, in place where Azure allows it, and reports who loses and who gains access. `profile` is
/// what is known of the profile without a request; `reports_l07`, whether finding L07 is reported.
#[must_use]
pub fn update(request: &PlanUpdate, profile: &KnownProfile, reports_l07: bool) -> Planned {
    let (prior, config) = (Model::read(&request.prior), Model::read(&request.config));
    let private = PrivateState::read(&request.private);
    let mut warnings = Diagnostics::new();
    let or_prior = |value: &Value, prior: &Value| if value.is_null() { prior.clone() } else { value.clone() };
    let mut plan = Model {
        id: prior.id.clone(),
        // Unknown if an earlier run did not see the end of the creation: the apply then waits for it.
        published_date: match private.is_being_created() {
            true => Value::unknown(),
            false => prior.published_date.clone(),
        },
        profile_id: spelling::plan::<ProfileId>(&config.profile_id, &prior.profile_id),
        name: or_prior(&config.name, &prior.name),
        location: spelling::plan_location(&or_prior(&config.location, &prior.location), &prior.location),
        exclude_from_latest: or_prior(&config.exclude_from_latest, &prior.exclude_from_latest),
        target_regions: match &config.target_regions {
            Value::Null => prior.target_regions.clone(),
            regions => spelling::plan_regions(regions, &prior.target_regions),
        },
        tags: tags::plan(&config.tags, &prior.tags),
        rules: rules::plan(&config.rules, &prior.rules),
        ..config.clone()
    };
    // A guest agent loads a version again only when its id changes. If the provider chooses the name, every
    // change that affects the agent's decisions makes a new version.
    let is_automatic = config.name.is_null();
    let fixed = [
        ("profile_id", &plan.profile_id, &prior.profile_id),
        ("name", &plan.name, &prior.name),
        ("location", &plan.location, &prior.location),
        ("mode", &plan.mode, &prior.mode),
        ("default_access", &plan.default_access, &prior.default_access),
    ];
    let fixed = fixed.into_iter().take(if is_automatic { 5 } else { 3 });
    let changed = fixed.filter(|(_, planned, prior)| planned != prior);
    let mut replace: Vec<_> = changed.map(|(name, ..)| Path::attribute(name)).collect();
    if private.must_be_replaced() {
        plan.id = Value::unknown();
        replace.push(Path::attribute("id"));
    }

    let version = prior.name.as_str().unwrap_or_default();
    let (prior_rules, rules) = (rules::read(&prior.rules), rules::read(&plan.rules));
    plan.grants = rules::planned_grants(&rules);
    // Equal rules are wholly known, since a state is.
    let same_rules = rules == prior_rules;
    if !same_rules {
        if replace.is_empty() && config.name == prior.name {
            warnings.push(same_name_warning(&prior.name));
        }
        replace.push(Path::attribute(rules::BLOCK));
    }
    let same_words = config.mode == prior.mode && config.default_access == prior.default_access;
    if !(same_rules && same_words)
        && let Some(old) = prior_rules.complete().and_then(|rules| allowlist(&prior, rules))
        && let Some(new) = rules.complete().and_then(|rules| allowlist(&config, rules))
    {
        let endpoint = profile.context().endpoint;
        warnings.extend(access::warnings(version, !replace.is_empty(), &old, &new, endpoint));
        if replace.is_empty() && reports_l07 {
            warnings.extend(access::in_place_warning(version, !is_automatic, &old, &new));
        }
    }

    let kept = skip_destroy::kept_version(&request.prior, &private);
    // Terraform does not show the warnings of the create plan that follows.
    if !replace.is_empty() {
        let is_new = skip_destroy::is_set(&request.config) && !skip_destroy::is_set(&request.prior);
        let too_late =
            (is_new && !private.must_be_replaced()).then(|| skip_destroy::too_late_warning(version));
        warnings.extend(kept.as_ref().map(skip_destroy::kept_warning).or(too_late));
    }
    let inherits = plan.profile_id == prior.profile_id && config.location.is_null();

    let mut planned = Planned::new(plan.write());
    planned.replace = replace;
    planned.warnings = warnings;
    // Stored for every change: `-replace` and a tainted object turn any plan into a replacement.
    let replacement = prior.name.as_str().map(PrivateState::replacing).unwrap_or_default();
    let region = profile.location.as_ref().filter(|_| inherits);
    planned.private = replacement
        .with_region(region)
        .with_kept(kept.map(|id| id.to_string()))
        .with_configured_name(!is_automatic)
        .with_pending(private.pending)
        .write();
    planned
}

/// The allowlist of a state or configuration with these rules; none while its mode or default access is
/// unknown.
fn allowlist(version: &Model, rules: Rules) -> Option<Allowlist> {
    Some(Allowlist {
        mode: version.mode.as_str()?.parse().ok()?,
        default_access: version.default_access.as_str()?.parse().ok()?,
        rules,
    })
}

fn same_name_warning(name: &Value) -> Diagnostic {
    let name = name.as_str().unwrap_or_default();
    let next = name.parse::<VersionName>().ok().and_then(|name| name.next());
    let suggestion = next.map_or_else(String::new, |next| {
        format!(", or call the new version `{next}` if no version of the profile has had that number")
    });
    let detail = format!(
        "Azure does not change the rules of a version, so version {name} will be deleted and created \
         again with the new ones. A guest agent loads rules only when the version's id changes: \
         virtual machines that refer to this version may keep the old rules. Azure takes about 45 \
         seconds to delete a version and 45 to create one: for some 90 seconds there are no rules to \
         load. It is better to omit `name`, so that the provider picks the next version{suggestion}, \
         and to set `create_before_destroy`, so that the old version is deleted last."
    );
    Diagnostic::warning(format!("Rules are replaced under the same version name {name}"), detail)
        .at(Path::attribute("name"))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
