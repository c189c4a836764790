//! The list resource `gallery_invm_access_profile_version`: the versions of a profile.

use async_trait::async_trait;

use super::{call, failed, reason};
use crate::arm::ids::ProfileId;
use crate::plugin::list_resource::{List, ListResource, Listed, Listener};
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::plugin::{Context, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup;
use crate::provider::data_sources::profiles::unusable;
use crate::provider::data_sources::versions::{filters, listed_id, passes};
use crate::provider::identity::Identified as _;
use crate::provider::invm_access_profile_version::schema::MODES;
use crate::provider::{checks, import, invm_access_profile_version};

/// The versions of a profile.
#[derive(Clone, Debug)]
pub struct VersionList {
    connection: Connection,
}

impl VersionList {
    /// The list over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl ListResource for VersionList {
    fn type_name(&self) -> &'static str {
        invm_access_profile_version::schema::TYPE
    }

    fn schema(&self) -> Schema {
        let profile = Attribute::new(
            "profile_id",
            Type::String,
            "The resource id of the profile whose versions are listed.",
        )
        .required();
        let block = Block::new("Lists the versions of an in-VM access control profile.");
        Schema::new(0, block.attributes([profile]).attributes(filters()))
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        found.extend(checks::id::<ProfileId, _>(&config, "profile_id"));
        found.extend(checks::word(&config, "mode", MODES));
        found
    }

    async fn list(&self, context: &Context, request: List, listener: &mut Listener) -> Result<(), Failure> {
        let profile: ProfileId = lookup::parse(&request.config, "profile_id")?;
        let text = profile.to_string();
        let failed = |error| failed("profile", &text, "profile_id", &error);
        let schema = invm_access_profile_version::schema::schema();
        let client = self.connection.client()?;
        let mut pages = client.versions().pages(&profile).map_err(failed)?;
        while let Some(page) = pages.next(&call(context)).await.map_err(failed)? {
            for entry in page {
                let named = entry.map_err(|entry| reason(&entry)).and_then(|version| {
                    let id = listed_id(&profile, &version)?;
                    Ok((id, version))
                });
                let flow = match named {
                    Err(reason) => listener.warn(unusable("profile version", &text, &reason)).await,
                    Ok((id, version)) if passes(&request.config, &id, &version) => {
                        let imported = import::state(&id.to_string(), &schema);
                        let (state, warnings) =
                            invm_access_profile_version::model::state(&id, version, &imported);
                        let listed = Listed {
                            identity: id.identity(),
                            display_name: format!("{} {}", profile.name(), id.name()),
                            resource: request.include_resource.then_some(state),
                            warnings: if request.include_resource { warnings } else { Diagnostics::new() },
                        };
                        listener.found(listed).await
                    }
                    Ok(_) => continue,
                };
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
