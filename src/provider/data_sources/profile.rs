//! Profiles, as data sources and list resources return them.

use std::cmp::Ordering;

use super::attributes;
use super::described::Described;
use crate::allowlist::OsType;
use crate::arm::ids::ProfileId;
use crate::arm::models::{Profile, Word};
use crate::plugin::schema::Attribute;
use crate::plugin::{Diagnostics, Type, Value};
use crate::provider::checks;
use crate::provider::invm_access_profile::InVmAccessProfile;
use crate::provider::invm_access_profile::schema::ENDPOINTS;

impl Described for InVmAccessProfile {
    const SHORT: &'static str = "profile";
    const READS: &'static str = "Reads an in-VM access control profile of an Azure Compute Gallery.";
    const LIST_TYPE: &'static str = "gallery_invm_access_profiles";
    const LISTS: &'static str = "Lists the in-VM access control profiles of an Azure Compute Gallery.";
    const LISTED_IN: &'static str = "The resource id of the Compute Gallery whose profiles are listed.";
    const LISTED: (&'static str, &'static str) =
        ("profiles", "The profiles that pass all filters, sorted by name.");

    fn arguments() -> Vec<Attribute> {
        let argument = |name: &'static str, description: &'static str| {
            Attribute::new(name, Type::String, description).optional_computed()
        };
        vec![
            argument(
                "id",
                "The Azure resource id of the profile. Alternatively, set `gallery_id` and `name`.",
            ),
            argument(
                "gallery_id",
                "The resource id of the Compute Gallery that holds the profile. If omitted, that of `id`.",
            ),
            argument("name", "The name of the profile. If omitted, that of `id`."),
        ]
    }

    fn filters() -> Vec<Attribute> {
        vec![
            Attribute::new(
                "applicable_host_endpoint",
                Type::String,
                "Only profiles for this metadata endpoint. If omitted, profiles for either.",
            )
            .one_of(ENDPOINTS),
            attributes::name_prefix("profiles"),
            Attribute::new(
                "os_type",
                Type::String,
                "Only profiles for this operating system. If omitted, profiles for either.",
            )
            .one_of(OsType::WORDS),
        ]
    }

    fn check_filters(config: &Value) -> Diagnostics {
        let os_type = checks::word(config, "os_type", OsType::WORDS);
        let endpoint = checks::word(config, "applicable_host_endpoint", ENDPOINTS);
        os_type.into_iter().chain(endpoint).collect()
    }

    fn passes(config: &Value, profile: &Profile) -> bool {
        let text = |name| checks::text(config, name);
        let properties = &profile.properties;
        text("os_type").is_none_or(|os| properties.os_type == Some(Word::read(os)))
            && text("applicable_host_endpoint")
                .is_none_or(|endpoint| properties.applicable_host_endpoint == Some(Word::read(endpoint)))
    }

    fn order(one: &ProfileId, other: &ProfileId) -> Ordering {
        let key = |id: &ProfileId| id.name().as_str().to_lowercase();
        key(one).cmp(&key(other))
    }

    fn display_name(id: &ProfileId) -> String {
        id.name().to_string()
    }
}
