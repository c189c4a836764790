//! The data source `gallery_invm_access_profile_versions`: the versions of a profile.

use async_trait::async_trait;

use super::lookup::{self, Asked};
use super::profile::with_timeouts;
use super::profiles::{begins_with, unusable};
use super::{attributes, status};
use crate::arm::ids::{ProfileId, VersionId};
use crate::arm::models::{Mode, Version};
use crate::plugin::data_source::{DataSource, Found, ReadData};
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::plugin::{Context, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::invm_access_profile_version::schema::MODES;
use crate::provider::{checks, invm_access_profile_version, timeouts};

/// The type in configurations.
pub const TYPE: &str = "gallery_invm_access_profile_versions";

/// The versions of a profile.
#[derive(Clone, Debug)]
pub struct VersionsData {
    connection: Connection,
}

impl VersionsData {
    /// The data source over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

/// The filters, which the list resource has as well.
#[must_use]
pub fn filters() -> Vec<Attribute> {
    vec![
        Attribute::new(
            "exclude_from_latest",
            Type::Bool,
            "Whether the versions must be excluded from latest (`true`) or must not (`false`). If omitted, both are listed.",
        ),
        Attribute::new("mode", Type::String, "Only versions in this mode. If omitted, versions in any mode.")
            .one_of(MODES),
        attributes::name_prefix("versions"),
    ]
}

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let mut each = attributes::of_resource(&invm_access_profile_version::schema::schema());
    each.push(attributes::of_replication());
    each.extend(attributes::of_status());
    let mut arguments = vec![
        Attribute::new(
            "profile_id",
            Type::String,
            "The resource id of the profile whose versions are listed.",
        )
        .required(),
    ];
    arguments.extend(filters());
    arguments.push(
        Attribute::nested(
            "versions",
            AttributeNesting::List,
            each,
            "The versions that pass all filters, the lowest first.",
        )
        .computed(),
    );
    attributes::schema("Lists the versions of an in-VM access control profile.", arguments)
}

/// What the filters let pass.
pub(crate) fn passes(config: &Value, id: &VersionId, version: &Version) -> bool {
    let text = |name| checks::text(config, name);
    let excluded = match config.get("exclude_from_latest") {
        Some(Value::Bool(wanted)) => version.exclude_from_latest.unwrap_or(false) == *wanted,
        _ => true,
    };
    excluded
        && text("name_prefix").is_none_or(|prefix| begins_with(id.name().as_str(), prefix))
        && text("mode").is_none_or(|mode| version.mode == Some(Mode::from(mode)))
}

/// The id of a listed version: its name in the profile that was asked.
///
/// # Errors
/// When the entry has no usable name.
pub(crate) fn listed_id(profile: &ProfileId, version: &Version) -> Result<VersionId, String> {
    let name = version.name.as_deref().ok_or("it has no name")?;
    let name = name.parse().map_err(|error| checks::sentence(&error))?;
    Ok(profile.version(name))
}

#[async_trait]
impl DataSource for VersionsData {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        found.extend(checks::id::<ProfileId, _>(&config, "profile_id"));
        found.extend(checks::word(&config, "mode", MODES));
        found.extend(timeouts::validate(&config));
        found
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let profile: ProfileId = lookup::parse(&config, "profile_id")?;
        let text = profile.to_string();
        let asked =
            Asked { kind: "profile", id: &text, argument: "profile_id", holder: ("profile", "profile_id") };
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let listed = client.versions().list(&profile, &call).await.map_err(|error| asked.failed(&error))?;
        let mut warnings = Diagnostics::new();
        let mut versions = Vec::new();
        for version in listed {
            match listed_id(&profile, &version) {
                Ok(id) if passes(&config, &id, &version) => versions.push((id, version)),
                Ok(_) => {}
                Err(reason) => warnings.push(unusable("profile version", &text, &reason)),
            }
        }
        versions.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
        let holder =
            Value::object([("profile_id", config.get("profile_id").cloned().unwrap_or(Value::Null))]);
        let each = versions.into_iter().map(|(id, version)| {
            let (state, told) = status::version(&id, version, &holder);
            warnings.extend(told);
            state
        });
        let each = Value::List(each.collect());
        let mut state = with_timeouts(config.clone(), &config);
        if let Value::Object(attributes) = &mut state {
            attributes.insert("versions".to_owned(), each);
        }
        Ok(Found { warnings, ..Found::new(state) })
    }
}
