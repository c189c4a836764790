//! Versions, as data sources and list resources return them.

use std::cmp::Ordering;

use super::described::{Choose, Chosen, Described};
use super::{attributes, status};
use crate::allowlist::Mode;
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::{Version, Word};
use crate::plugin::schema::Attribute;
use crate::plugin::{Diagnostic, Diagnostics, Path, Type, Value};
use crate::provider::checks;
use crate::provider::invm_access_profile_version::InVmAccessProfileVersion;

impl Described for InVmAccessProfileVersion {
    const SHORT: &'static str = "version";
    const READS: &'static str =
        "Reads a version of an in-VM access control profile: the one that is named, or the latest.";
    const LIST_TYPE: &'static str = "gallery_invm_access_profile_versions";
    const LISTS: &'static str = "Lists the versions of an in-VM access control profile.";
    const LISTED_IN: &'static str = "The resource id of the profile whose versions are listed.";
    const LISTED: (&'static str, &'static str) =
        ("versions", "The versions that pass all filters, the lowest first.");
    const CHOOSE: Option<Choose<Self>> = Some(latest);

    fn arguments() -> Vec<Attribute> {
        let argument = |name: &'static str, description: &'static str| {
            Attribute::new(name, Type::String, description).optional_computed()
        };
        vec![
            argument(
                "id",
                "The Azure resource id of the version. Alternatively, set `profile_id` and, unless you \
                 want the latest version, `name`.",
            ),
            argument(
                "profile_id",
                "The resource id of the profile that the version belongs to. If omitted, that of `id`.",
            ),
            argument("name", "The version, as three numbers `x.y.z`.").default_text(
                "the latest: the highest version of the profile that is not excluded from latest",
            ),
        ]
    }

    fn more_attributes() -> Vec<Attribute> {
        vec![attributes::of_replication()]
    }

    fn more(version: &Version) -> Vec<(String, Value)> {
        let replication = status::replication(version.properties.replication_status.as_ref());
        vec![("replication_status".to_owned(), replication)]
    }

    fn filters() -> Vec<Attribute> {
        vec![
            Attribute::new(
                "exclude_from_latest",
                Type::Bool,
                "Whether to list only versions that are excluded from latest (`true`) or that are not \
                 (`false`). If omitted, both are listed.",
            ),
            Attribute::new(
                "mode",
                Type::String,
                "Only versions in this mode. If omitted, versions in any mode.",
            )
            .one_of(Mode::WORDS),
            attributes::name_prefix("versions"),
        ]
    }

    fn check_filters(config: &Value) -> Diagnostics {
        checks::word(config, "mode", Mode::WORDS).into_iter().collect()
    }

    fn passes(config: &Value, version: &Version) -> bool {
        let properties = &version.properties;
        let passes = match config.get("exclude_from_latest") {
            Some(Value::Bool(excluded)) => properties.exclude_from_latest.unwrap_or(false) == *excluded,
            _ => true,
        };
        passes && checks::text(config, "mode").is_none_or(|mode| properties.mode == Some(Word::read(mode)))
    }

    fn order(one: &VersionId, other: &VersionId) -> Ordering {
        one.name().cmp(other.name())
    }

    fn display_name(id: &VersionId) -> String {
        format!("{} {}", id.profile().name(), id.name())
    }
}

/// The latest of the listed versions: the highest by number that is not excluded from latest.
fn latest(profile: &ProfileId, listed: Vec<Version>) -> Result<Chosen<InVmAccessProfileVersion>, Diagnostic> {
    let why = match listed.len() {
        0 => "It has no versions.".to_owned(),
        1 => "Its only version is excluded from latest.".to_owned(),
        many => format!("All of its {many} versions are excluded from latest."),
    };
    let highest = listed
        .into_iter()
        .filter(|version| version.properties.exclude_from_latest != Some(true))
        .filter_map(|version| Some((version.name.as_deref()?.parse::<VersionName>().ok()?, version)))
        .max_by(|(one, _), (other, _)| one.cmp(other));
    let (name, version) = highest.ok_or_else(|| {
        let detail = format!(
            "{profile} has no latest version. {why} Set `name` to the version that you want, or create one \
             first."
        );
        Diagnostic::error("Profile has no latest version", detail).at(Path::attribute("profile_id"))
    })?;
    Ok((profile.version(name), version))
}
