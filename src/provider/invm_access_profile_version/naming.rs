//! The next version's name, where the configuration leaves it to the provider.

use crate::arm::ids::VersionName;
use crate::arm::models::Version;
use crate::plugin::{Diagnostic, Path};

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
}
