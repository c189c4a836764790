//! The next version's name, where the configuration leaves it to the provider.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::model;
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::{ProvisioningState, Version};
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::applied;

/// How long ago a version may have been published to be taken for what a run left behind that was killed.
const LATELY: Duration = Duration::days(1);

/// The name after the highest of: the versions that Azure lists, those this process has seen come and go, and the
/// one that is being replaced. Whichever of the old and the new version Terraform handles first, the new name is the
/// higher one, and a name is never used twice: a guest agent would not notice the new rules.
///
/// # Errors
/// When the highest possible version exists.
pub fn next(
    listed: &[Version],
    seen: Option<&VersionName>,
    replaced: Option<&VersionName>,
) -> Result<VersionName, Diagnostic> {
    let listed = listed.iter().filter_map(|version| version.name.as_deref()?.parse::<VersionName>().ok());
    let highest = listed.chain(seen.cloned()).chain(replaced.cloned()).max();
    let Some(highest) = highest else { return Ok(VersionName::first()) };
    highest.next().ok_or_else(|| {
        let detail =
            format!("Version {highest} is the last that Azure can number. Set `name` to a free version.");
        Diagnostic::error("No version number is left", detail).at(Path::attribute("name"))
    })
}

/// The highest of the versions that Azure lists, if it is just what is planned, was published lately, and is none that
/// this process has seen (and so created).
#[must_use]
pub fn twin(
    listed: &[Version],
    profile: &ProfileId,
    seen: Option<&VersionName>,
    planned: &Value,
    now: OffsetDateTime,
) -> Option<VersionId> {
    let named = listed
        .iter()
        .filter_map(|version| Some((version.name.as_deref()?.parse::<VersionName>().ok()?, version)));
    let (name, version) = named.max_by(|one, other| one.0.cmp(&other.0))?;
    let going = matches!(
        version.provisioning_state,
        Some(ProvisioningState::Failed | ProvisioningState::Canceled | ProvisioningState::Deleting)
    );
    let published =
        version.published_date.as_deref().and_then(|date| OffsetDateTime::parse(date, &Rfc3339).ok());
    // One without a date is still being published.
    let lately = published.is_none_or(|date| now - date < LATELY);
    if going || !lately || seen.is_some_and(|seen| *seen >= name) {
        return None;
    }
    let id = profile.version(name);
    let (returned, _) = model::state(&id, version.clone(), planned);
    let (_, differing) = applied::settle(planned.clone(), returned);
    differing.is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<Version> {
        names.iter().map(|name| Version { name: Some((*name).to_owned()), ..Version::default() }).collect()
    }

    fn name(text: &str) -> VersionName {
        text.parse().unwrap()
    }

    #[test]
    fn a_profile_without_versions_gets_the_first() {
        assert_eq!(next(&[], None, None).unwrap(), VersionName::first());
    }

    #[test]
    fn the_next_is_above_all_by_number() {
        assert_eq!(next(&listed(&["1.9.0", "1.10.2", "oddity"]), None, None).unwrap(), name("1.10.3"));
        assert_eq!(next(&listed(&["1.0.0"]), Some(&name("1.0.7")), None).unwrap(), name("1.0.8"));
        assert_eq!(next(&[], None, Some(&name("2.0.4"))).unwrap(), name("2.0.5"));
    }

    #[test]
    fn there_is_an_end_to_numbers() {
        let last = "2147483647.2147483647.2147483647";
        assert_eq!(next(&listed(&[last]), None, None).unwrap_err().path, Some(Path::attribute("name")));
    }

    #[test]
    fn a_twin_is_the_same_and_young_and_nobody_s() {
        const PROFILE: &str = crate::provider::azure_double::PROFILE;
        let profile: ProfileId = PROFILE.parse().unwrap();
        let version: Version =
            serde_json::from_value(crate::provider::azure_double::version("1.0.4", false)).unwrap();
        let now = OffsetDateTime::parse("2026-01-02T03:00:00Z", &Rfc3339).unwrap();
        let (state, _) = model::state(
            &profile.version(name("1.0.4")),
            version.clone(),
            &Value::object([("profile_id", Value::from(PROFILE))]),
        );
        let Value::Object(mut planned) = state else { panic!("an object") };
        for open in ["id", "name", "published_date"] {
            planned.insert(open.to_owned(), Value::unknown());
        }
        let with = |planned: &crate::plugin::value::Members, seen: Option<&VersionName>, now| {
            twin(std::slice::from_ref(&version), &profile, seen, &Value::Object(planned.clone()), now)
        };
        assert_eq!(with(&planned, None, now), Some(profile.version(name("1.0.4"))));
        assert_eq!(with(&planned, Some(&name("1.0.4")), now), None, "it is this process's own");
        assert_eq!(with(&planned, None, now + Duration::days(2)), None, "it is old");
        planned.insert("mode".to_owned(), "Enforce".into());
        assert_eq!(with(&planned, None, now), None, "it is another");
    }
}
