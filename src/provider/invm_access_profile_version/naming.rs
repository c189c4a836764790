//! The next version's name, if the configuration omits it.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::model;
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::{ProvisioningState, Version};
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::applied;
use crate::provider::profile_cache::VersionNames;

/// The greatest age of a version that counts as left behind by a killed run.
const RECENT: Duration = Duration::days(1);

/// The existing versions of a profile, as far as they matter for the next one.
#[derive(Debug)]
pub struct Siblings<'a> {
    profile: &'a ProfileId,
    planned: &'a Value,
    now: OffsetDateTime,
    highest: Option<VersionName>,
    duplicates: Vec<VersionId>,
}

impl<'a> Siblings<'a> {
    /// Starts without any listed version.
    #[must_use]
    pub fn new(profile: &'a ProfileId, planned: &'a Value, now: OffsetDateTime) -> Self {
        Self { profile, planned, now, highest: None, duplicates: Vec::new() }
    }

    /// Adds a version that Azure lists.
    pub fn add(&mut self, version: &Version, names: &VersionNames) {
        let Some(name) = version.name.as_deref().and_then(|name| name.parse::<VersionName>().ok()) else {
            return;
        };
        if !names.is_own(&name) && self.is_duplicate(&name, version) {
            self.duplicates.push(self.profile.version(name.clone()));
        }
        self.highest = self.highest.take().max(Some(name));
    }

    /// Whether a version is identical to the planned one and was published recently: a killed run may have
    /// left it.
    fn is_duplicate(&self, name: &VersionName, version: &Version) -> bool {
        let is_failed_or_deleting = matches!(
            version.properties.provisioning_state,
            Some(ProvisioningState::Failed | ProvisioningState::Canceled | ProvisioningState::Deleting)
        );
        let published = version
            .properties
            .published_date
            .as_deref()
            .and_then(|date| OffsetDateTime::parse(date, &Rfc3339).ok());
        // A version without a date is still being published.
        let is_recent = published.is_none_or(|date| self.now - date < RECENT);
        if is_failed_or_deleting || !is_recent {
            return false;
        }
        let id = self.profile.version(name.clone());
        let (returned, _) = model::state(&id, version.clone(), self.planned);
        applied::settle(self.planned.clone(), returned).1.is_none()
    }

    /// The name after the highest one that Azure lists, that this process has seen or deleted, or that is
    /// being replaced. So the new name is the higher one, whichever version Terraform handles first. A name
    /// is never used twice: a guest agent would not notice the new rules.
    ///
    /// # Errors
    /// If the highest possible version exists.
    pub fn next(
        &self,
        known: Option<&VersionName>,
        replaced: Option<&VersionName>,
    ) -> Result<VersionName, Diagnostic> {
        let Some(highest) = self.highest.as_ref().max(known).max(replaced) else {
            return Ok(VersionName::first());
        };
        highest.next().ok_or_else(|| {
            let detail =
                format!("Version {highest} is the last that Azure can number. Set `name` to a free version.");
            Diagnostic::error("No version number is left", detail).at(Path::attribute("name"))
        })
    }

    /// The versions that are identical to the planned one, were published recently, and do not belong to
    /// this process.
    #[must_use]
    pub fn duplicates(self) -> Vec<VersionId> {
        self.duplicates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = crate::provider::azure_double::PROFILE;

    fn name(text: &str) -> VersionName {
        text.parse().unwrap()
    }

    fn next(listed: &[&str], known: Option<&str>, replaced: Option<&str>) -> Result<VersionName, Diagnostic> {
        let (profile, planned) = (PROFILE.parse().unwrap(), Value::Null);
        let mut siblings = Siblings::new(&profile, &planned, OffsetDateTime::now_utc());
        for name in listed {
            let mut version = Version { name: Some((*name).to_owned()), ..Version::default() };
            version.properties.provisioning_state = Some(ProvisioningState::Deleting);
            siblings.add(&version, &VersionNames::default());
        }
        siblings.next(known.map(name).as_ref(), replaced.map(name).as_ref())
    }

    #[test]
    fn a_profile_without_versions_gets_the_first() {
        assert_eq!(next(&[], None, None).unwrap(), VersionName::first());
    }

    #[test]
    fn the_next_name_is_above_all_others_by_number() {
        assert_eq!(next(&["1.9.0", "1.10.2", "oddity"], None, None).unwrap(), name("1.10.3"));
        assert_eq!(next(&["1.0.0"], Some("1.0.7"), None).unwrap(), name("1.0.8"));
        assert_eq!(next(&[], None, Some("2.0.4")).unwrap(), name("2.0.5"));
    }

    #[test]
    fn an_exhausted_version_number_is_an_error() {
        let last = "2147483647.2147483647.2147483647";
        assert_eq!(next(&[last], None, None).unwrap_err().path, Some(Path::attribute("name")));
    }

    #[test]
    fn a_duplicate_has_the_same_rules_is_recent_and_is_unmanaged() {
        let profile: ProfileId = PROFILE.parse().unwrap();
        let version = |name: &str| -> Version {
            serde_json::from_value(crate::provider::azure_double::version(name, false)).unwrap()
        };
        let now = OffsetDateTime::parse("2026-01-02T03:00:00Z", &Rfc3339).unwrap();
        let prior = Value::object([("profile_id", Value::from(PROFILE))]);
        let (state, _) = model::state(&profile.version(name("1.0.4")), version("1.0.4"), &prior);
        let Value::Object(mut planned) = state else { panic!("an object") };
        for attribute in ["id", "name", "published_date"] {
            planned.insert(attribute.to_owned(), Value::unknown());
        }
        let with = |planned: &crate::plugin::value::Members, own: Option<&str>, now| {
            let planned = Value::Object(planned.clone());
            let mut names = VersionNames::default();
            if let Some(own) = own {
                names.record(&name(own));
            }
            let mut siblings = Siblings::new(&profile, &planned, now);
            for one in ["1.0.4", "1.0.2"] {
                siblings.add(&version(one), &names);
            }
            siblings.duplicates().iter().map(|id| id.name().as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(with(&planned, None, now), ["1.0.4", "1.0.2"]);
        assert_eq!(with(&planned, Some("1.0.4"), now), ["1.0.2"], "one is this process's own");
        assert!(with(&planned, None, now + Duration::days(2)).is_empty(), "they are old");
        planned.insert("mode".to_owned(), "Enforce".into());
        assert!(with(&planned, None, now).is_empty(), "they are others");
    }
}
