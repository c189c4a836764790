//! The data source `gallery_invm_access_profile`: one profile.

use async_trait::async_trait;

use super::lookup::{self, Asked, Lookup};
use super::{attributes, status};
use crate::arm::ids::{GalleryId, ProfileId, ProfileName};
use crate::plugin::data_source::{DataSource, Found, ReadData};
use crate::plugin::schema::{Attribute, Schema};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::{checks, invm_access_profile, timeouts};

const LOOKUP: Lookup = Lookup { object: "profile", holder: "gallery_id", holder_suffices: false };

/// One profile, by its id or by its gallery and name.
#[derive(Clone, Debug)]
pub struct ProfileData {
    connection: Connection,
}

impl ProfileData {
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
        argument("id", "The Azure resource id of the profile. Instead of it, set `gallery_id` and `name`."),
        argument(
            "gallery_id",
            "The resource id of the Compute Gallery that holds the profile. If omitted, that of `id`.",
        ),
        argument("name", "The name of the profile. If omitted, that of `id`."),
    ];
    let mut rest = attributes::of_resource(&invm_access_profile::schema::schema());
    rest.extend(attributes::of_status());
    attributes::schema(
        "Reads an in-VM access control profile of an Azure Compute Gallery.",
        attributes::with_arguments(arguments, rest),
    )
}

/// The profile that a configuration names.
fn id(config: &Value) -> Result<ProfileId, Diagnostic> {
    if lookup::is_set(config, "id") {
        return lookup::parse(config, "id");
    }
    let gallery: GalleryId = lookup::parse(config, "gallery_id")?;
    Ok(gallery.profile(lookup::parse(config, "name")?))
}

#[async_trait]
impl DataSource for ProfileData {
    fn type_name(&self) -> &'static str {
        invm_access_profile::schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = LOOKUP.check(&config);
        found.extend(checks::id::<ProfileId, _>(&config, "id"));
        found.extend(checks::id::<GalleryId, _>(&config, "gallery_id"));
        found.extend(checks::name(&config, "name", |name| ProfileName::new(name).map(drop)));
        found.extend(timeouts::validate(&config));
        found
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        LOOKUP.check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let id = id(&config)?;
        let text = id.to_string();
        let named = lookup::is_set(&config, "id");
        let asked = Asked {
            kind: "profile",
            id: &text,
            argument: if named { "id" } else { "name" },
            holder: ("gallery", if named { "id" } else { "gallery_id" }),
        };
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let profile = client.profiles().get(&id, &call).await.map_err(|error| asked.failed(&error))?;
        self.connection.profiles().learn(&id, &profile);
        Ok(Found::new(with_timeouts(status::profile(&id, &profile, &config), &config)))
    }
}

/// The state of a data source, with the block that only its configuration knows.
pub(super) fn with_timeouts(mut state: Value, config: &Value) -> Value {
    if let Value::Object(attributes) = &mut state {
        let block = config.get(timeouts::BLOCK).cloned().unwrap_or(Value::Null);
        attributes.insert(timeouts::BLOCK.to_owned(), block);
    }
    state
}
