//! The data source `gallery_invm_access_profiles`: the profiles of a gallery.

use async_trait::async_trait;

use super::lookup::{self, Asked};
use super::profile::with_timeouts;
use super::{attributes, status};
use crate::arm::ids::{GalleryId, ProfileId};
use crate::arm::models::{HostEndpoint, OsType, Profile};
use crate::plugin::data_source::{DataSource, Found, ReadData};
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::invm_access_profile::schema::{ENDPOINTS, OS_TYPES};
use crate::provider::{checks, invm_access_profile, timeouts};

/// The type in configurations.
pub const TYPE: &str = "gallery_invm_access_profiles";

/// The profiles of a gallery.
#[derive(Clone, Debug)]
pub struct ProfilesData {
    connection: Connection,
}

impl ProfilesData {
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
        .one_of(OS_TYPES),
    ]
}

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let mut each = attributes::of_resource(&invm_access_profile::schema::schema());
    each.extend(attributes::of_status());
    let mut arguments = vec![
        Attribute::new(
            "gallery_id",
            Type::String,
            "The resource id of the Compute Gallery whose profiles are listed.",
        )
        .required(),
    ];
    arguments.extend(filters());
    arguments.push(
        Attribute::nested(
            "profiles",
            AttributeNesting::List,
            each,
            "The profiles that pass all filters, sorted by name.",
        )
        .computed(),
    );
    attributes::schema("Lists the in-VM access control profiles of an Azure Compute Gallery.", arguments)
}

/// What the filters let pass.
pub(crate) fn passes(config: &Value, id: &ProfileId, profile: &Profile) -> bool {
    let text = |name| checks::text(config, name);
    text("name_prefix").is_none_or(|prefix| begins_with(id.name().as_str(), prefix))
        && text("os_type").is_none_or(|os| profile.os_type == Some(OsType::from(os)))
        && text("applicable_host_endpoint")
            .is_none_or(|endpoint| profile.applicable_host_endpoint == Some(HostEndpoint::from(endpoint)))
}

/// Whether a name begins with this, as Azure compares names.
pub(crate) fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

/// What is told of an entry of a list that cannot be used.
pub(crate) fn unusable(kind: &str, holder: &str, reason: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("A {kind} in a list cannot be read"),
        format!("Azure listed a {kind} of {holder} that is left out here: {reason}."),
    )
}

/// The id of a listed profile: its name in the gallery that was asked. The id in the entry itself is not trusted,
/// since examples of the service show those of other objects there.
///
/// # Errors
/// When the entry has no usable name.
pub(crate) fn listed_id(gallery: &GalleryId, profile: &Profile) -> Result<ProfileId, String> {
    let name = profile.name.as_deref().ok_or("it has no name")?;
    let name = name.parse().map_err(|error| checks::sentence(&error))?;
    Ok(gallery.profile(name))
}

#[async_trait]
impl DataSource for ProfilesData {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        found.extend(checks::id::<GalleryId, _>(&config, "gallery_id"));
        found.extend(checks::word(&config, "os_type", OS_TYPES));
        found.extend(checks::word(&config, "applicable_host_endpoint", ENDPOINTS));
        found.extend(timeouts::validate(&config));
        found
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let gallery: GalleryId = lookup::parse(&config, "gallery_id")?;
        let text = gallery.to_string();
        let asked =
            Asked { kind: "gallery", id: &text, argument: "gallery_id", holder: ("gallery", "gallery_id") };
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let listed = client.profiles().list(&gallery, &call).await.map_err(|error| asked.failed(&error))?;
        let mut warnings = Diagnostics::new();
        let mut profiles = Vec::new();
        for profile in listed {
            match listed_id(&gallery, &profile) {
                Ok(id) if passes(&config, &id, &profile) => profiles.push((id, profile)),
                Ok(_) => {}
                Err(reason) => warnings.push(unusable("profile", &text, &reason)),
            }
        }
        profiles.sort_by_key(|(id, _)| id.name().as_str().to_lowercase());
        let holder =
            Value::object([("gallery_id", config.get("gallery_id").cloned().unwrap_or(Value::Null))]);
        let profiles = profiles.iter().map(|(id, profile)| status::profile(id, profile, &holder)).collect();
        let mut state = with_timeouts(config.clone(), &config);
        if let Value::Object(attributes) = &mut state {
            attributes.insert("profiles".to_owned(), Value::List(profiles));
        }
        Ok(Found { warnings, ..Found::new(state) })
    }
}
