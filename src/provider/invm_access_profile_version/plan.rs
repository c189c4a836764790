//! What a change of the configuration means.

use super::{access, keep, lint, rules};
use crate::allowlist::{self, Allowlist, Draft, FindingId, Grant, Rules};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::draft_state::DraftState;
use crate::provider::profile_cache::KnownProfile;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::{checks, spelling, tags};

/// Plans a new version. `profile` is what is known of the profile without asking Azure.
///
/// A region that is left to the profile stays open, even where this process has just read the profile: Terraform
/// plans once more at apply, in a process that has not, and takes no value back. To a host that keeps private data from
/// one round of a plan to the next it is told there, and the create need not ask.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn create(request: PlanCreate, profile: &KnownProfile) -> Result<Planned, Failure> {
    let carried = PrivateState::read(&request.private);
    let keeps = request.capabilities.store_planned_private;
    let mut plan = DraftState::new(request.config)?;
    let parent = checks::text(plan.config(), "profile_id").and_then(|id| id.parse::<ProfileId>().ok());
    let name = checks::text(plan.config(), "name").and_then(|name| name.parse::<VersionName>().ok());
    let kept = carried.keeps().and_then(|id| id.parse::<VersionId>().ok());
    if let (Some(kept), Some(parent), Some(name)) = (&kept, &parent, &name)
        && *kept == parent.version(name.clone())
    {
        return Err(keep::name_is_taken(kept).into());
    }
    // The id of a replacement stays open, though it may turn out the same: whatever refers to the version, such as
    // a virtual machine, then takes part in the replacement.
    let id = match (parent, name) {
        (Some(parent), Some(name)) if !carried.is_replacement() => parent.version(name).to_string().into(),
        _ => Value::unknown(),
    };
    plan.set("id", id);
    plan.set_unless_configured("name", Value::unknown());
    plan.set_unless_configured("location", Value::unknown());
    plan.set_unless_configured("exclude_from_latest", Value::unknown());
    plan.set_unless_configured("target_regions", Value::unknown());
    plan.set("published_date", Value::unknown());
    let grants = planned_grants(&rules::draft(plan.config().get(rules::BLOCK).unwrap_or(&Value::Null)));
    plan.set("grants", grants);
    let inherits = plan.configured("location") == Value::Null;
    let mut planned = Planned::new(plan.finish());
    // What takes the place of a version was told its region with the change, if it stays below the same profile: the
    // deletion gets the same data.
    planned.private = if carried.is_replacement() {
        carried.write()
    } else {
        let earlier = PrivateState::read(&request.earlier);
        match profile.location.as_ref().filter(|_| keeps && inherits) {
            Some(region) => earlier.beneath(Some(region)).write(),
            None => earlier.write(),
        }
    };
    Ok(planned)
}

/// Plans a change, in place where Azure allows it, and tells who loses and who gains access by it. `profile` is what
/// is known of the profile without asking Azure.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn update(request: PlanUpdate, profile: &KnownProfile) -> Result<Planned, Failure> {
    let prior = request.prior;
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let mut plan = DraftState::new(request.config)?;
    let mut replace = Vec::new();
    let mut warnings = Diagnostics::new();

    plan.set("id", held("id"));
    let carried = PrivateState::read(&request.private);
    // Left open where an earlier run did not see the end of the creation: the apply then waits for it.
    let published = if carried.is_being_created() { Value::unknown() } else { held("published_date") };
    plan.set("published_date", published);
    plan.set("profile_id", spelling::plan::<ProfileId>(&plan.configured("profile_id"), &held("profile_id")));
    plan.set_unless_configured("name", held("name"));
    let location = match plan.configured("location") {
        Value::Null => held("location"),
        location => spelling::plan_location(&location, &held("location")),
    };
    plan.set("location", location);
    plan.set_unless_configured("exclude_from_latest", held("exclude_from_latest"));
    let regions = match plan.configured("target_regions") {
        Value::Null => held("target_regions"),
        regions => spelling::plan_regions(&regions, &held("target_regions")),
    };
    plan.set("target_regions", regions);
    plan.set("tags", tags::plan(&plan.configured("tags"), &held("tags")));
    // A guest agent loads a version again only when its id changes. Where the provider chooses the name, every change of
    // what the agent decides by makes a new version.
    let automatic = plan.configured("name").is_null();
    let fixed = ["profile_id", "name", "location", "mode", "default_access"];
    for name in fixed.into_iter().take(if automatic { 5 } else { 3 }) {
        if plan.planned(name) != held(name) {
            replace.push(Path::attribute(name));
        }
    }

    if carried.must_be_replaced() {
        plan.set("id", Value::unknown());
        replace.push(Path::attribute("id"));
    }

    let none = Value::Null;
    let held_block = prior.get(rules::BLOCK).unwrap_or(&none);
    let block = rules::plan(plan.config().get(rules::BLOCK).unwrap_or(&none), held_block);
    let (held_rules, rules) = (rules::draft(held_block), rules::draft(&block));
    plan.set("grants", planned_grants(&rules));
    // A state is wholly known, and so is what is the same.
    let same = rules == held_rules;
    if !same {
        if replace.is_empty() && plan.configured("name") == held("name") {
            warnings.push(same_name(&held("name")));
        }
        replace.push(Path::attribute(rules::BLOCK));
    }
    let same = same && ["mode", "default_access"].iter().all(|name| plan.configured(name) == held(name));
    if !same
        && let Some(old) = held_rules.complete().and_then(|rules| allowlist(&prior, rules))
        && let Some(new) = rules.complete().and_then(|rules| allowlist(plan.config(), rules))
    {
        let version = held("name");
        let version = version.as_str().unwrap_or_default();
        let endpoint = profile.context().endpoint;
        warnings.extend(access::warnings(version, !replace.is_empty(), &old, &new, endpoint));
        if replace.is_empty() && !lint::is_off(plan.config(), FindingId::L07) {
            let is_named = !plan.configured("name").is_null();
            warnings.extend(access::in_place(version, is_named, &old, &new));
        }
    }
    plan.set(rules::BLOCK, block);

    let kept = keep::kept(&prior, &carried);
    // Terraform shows no warnings of the plan to create that follows.
    if !replace.is_empty() {
        let comes_late = keep::is_set(plan.config()) && !keep::is_set(&prior) && !carried.must_be_replaced();
        let late = comes_late.then(|| keep::comes_too_late(held("name").as_str().unwrap_or_default()));
        warnings.extend(kept.as_ref().map(keep::stays).or(late));
    }
    let stays = plan.planned("profile_id") == held("profile_id");
    let inherits = stays && plan.configured("location") == Value::Null;

    let mut planned = Planned::new(plan.finish());
    planned.replace = replace;
    planned.warnings = warnings;
    // Also when nothing is replaced here: `-replace` and a tainted object make a replacement of any plan.
    let replaces = held("name").as_str().map(PrivateState::replacing).unwrap_or_default();
    let region = profile.location.as_ref().filter(|_| inherits);
    planned.private = replaces
        .beneath(region)
        .keeping(kept.map(|id| id.to_string()))
        .named(!automatic)
        .with(carried.pending)
        .write();
    Ok(planned)
}

/// The grants that rules make, as the attribute tells them.
#[must_use]
pub fn grants(rules: &Rules) -> Value {
    texts(&allowlist::grants(rules))
}

/// The grants that rules will make, which are known once all references are: what else is open decides nothing of them.
fn planned_grants(draft: &Draft<'_>) -> Value {
    allowlist::grants_of_draft(draft).map_or_else(Value::unknown, |grants| texts(&grants))
}

fn texts(grants: &[Grant<'_>]) -> Value {
    Value::List(grants.iter().map(|one| one.text().into()).collect())
}

/// What a state or configuration with these rules comes to for the guest agent; nothing while a part of it is unknown.
fn allowlist(object: &Value, rules: Rules) -> Option<Allowlist> {
    Some(Allowlist {
        mode: checks::text(object, "mode")?.parse().ok()?,
        default_access: checks::text(object, "default_access")?.parse().ok()?,
        rules,
    })
}

fn same_name(name: &Value) -> Diagnostic {
    let name = name.as_str().unwrap_or_default();
    let next = name.parse::<VersionName>().ok().and_then(|name| name.next());
    let suggestion = next.map_or_else(String::new, |next| {
        format!(", or name the new rules `{next}` if no version of the profile has had that number")
    });
    Diagnostic::warning(
        format!("Rules are replaced under the same version name {name}"),
        format!(
            "Azure does not change the rules of a version, so version {name} will be deleted and created again \
             with the new ones. A guest agent loads rules only when the version's id changes: virtual machines \
             that refer to this version may go on with the old rules. Azure takes about 45 seconds to delete a \
             version and 45 to create one: for some 90 seconds there are no rules to load. Better omit `name`, \
             and the provider picks the next version{suggestion}, and set `create_before_destroy`, so that the old \
             version goes last."
        ),
    )
    .at(Path::attribute("name"))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
