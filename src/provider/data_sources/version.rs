//! The data source `gallery_invm_access_profile_version`: one version, or the latest of a profile.

use async_trait::async_trait;

use super::lookup::{self, Asked, Lookup};
use super::profile::with_timeouts;
use super::{attributes, status};
use crate::arm::ids::{ProfileId, VersionId, VersionName};
use crate::arm::models::Version;
use crate::plugin::data_source::{DataSource, Found, ReadData};
use crate::plugin::schema::{Attribute, Schema};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::{checks, invm_access_profile_version, timeouts};

const LOOKUP: Lookup = Lookup { object: "version", holder: "profile_id", holder_suffices: true };

/// One version, by its id, by its profile and name, or as the latest of its profile.
#[derive(Clone, Debug)]
pub struct VersionData {
    connection: Connection,
}

impl VersionData {
    /// The data source over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let argument = |name: &'static str, description: &'static str| {
        Attribute::new(name, Type::String, description).optional_computed()
    };
    let arguments = vec![
        argument(
            "id",
            "The Azure resource id of the version. Instead of it, set `profile_id` and, for another version than the \
             latest, `name`.",
        ),
        argument(
            "profile_id",
            "The resource id of the profile that the version belongs to. If omitted, that of `id`.",
        ),
        argument("name", "The version, as three numbers `x.y.z`.")
            .default_text("the latest: the highest version of the profile that is not excluded from latest"),
    ];
    let mut rest = attributes::of_resource(&invm_access_profile_version::schema::schema());
    rest.push(attributes::of_replication());
    rest.extend(attributes::of_status());
    attributes::schema(
        "Reads a version of an in-VM access control profile: the one that is named, or the latest.",
        attributes::with_arguments(arguments, rest),
    )
}

/// The latest of the listed versions: the highest by number that is not excluded from latest. With it, its name.
#[must_use]
pub fn latest(listed: Vec<Version>) -> Option<(VersionName, Version)> {
    listed
        .into_iter()
        .filter(|version| version.exclude_from_latest != Some(true))
        .filter_map(|version| Some((version.name.as_deref()?.parse::<VersionName>().ok()?, version)))
        .max_by(|(one, _), (other, _)| one.cmp(other))
}

fn no_latest(profile: &ProfileId, listed: usize) -> Diagnostic {
    let why = match listed {
        0 => "It has no versions.".to_owned(),
        1 => "Its only version is excluded from latest.".to_owned(),
        many => format!("All of its {many} versions are excluded from latest."),
    };
    Diagnostic::error(
        "Profile has no latest version",
        format!("{profile} has no latest version. {why} Set `name` to the version that is meant, or create one first."),
    )
    .at(Path::attribute("profile_id"))
}

#[async_trait]
impl DataSource for VersionData {
    fn type_name(&self) -> &'static str {
        invm_access_profile_version::schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = LOOKUP.check(&config);
        found.extend(checks::id::<VersionId, _>(&config, "id"));
        found.extend(checks::id::<ProfileId, _>(&config, "profile_id"));
        found.extend(checks::name(&config, "name", |name| name.parse::<VersionName>().map(drop)));
        found.extend(timeouts::validate(&config));
        found
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        LOOKUP.check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let (id, version) = if lookup::is_set(&config, "id") || lookup::is_set(&config, "name") {
            let named = lookup::is_set(&config, "id");
            let id: VersionId = if named {
                lookup::parse(&config, "id")?
            } else {
                lookup::parse::<ProfileId>(&config, "profile_id")?.version(lookup::parse(&config, "name")?)
            };
            let text = id.to_string();
            let asked = Asked {
                kind: "profile version",
                id: &text,
                argument: if named { "id" } else { "name" },
                holder: ("profile", if named { "id" } else { "profile_id" }),
            };
            let version = client.versions().get(&id, &call).await.map_err(|error| asked.failed(&error))?;
            (id, version)
        } else {
            let profile: ProfileId = lookup::parse(&config, "profile_id")?;
            let text = profile.to_string();
            let asked = Asked {
                kind: "profile",
                id: &text,
                argument: "profile_id",
                holder: ("profile", "profile_id"),
            };
            let listed =
                client.versions().list(&profile, &call).await.map_err(|error| asked.failed(&error))?;
            let count = listed.len();
            let (name, version) = latest(listed).ok_or_else(|| no_latest(&profile, count))?;
            (profile.version(name), version)
        };
        let (state, warnings) = status::version(&id, version, &config);
        Ok(Found { warnings, ..Found::new(with_timeouts(state, &config)) })
    }
}
