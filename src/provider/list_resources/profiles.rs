//! The list resource `gallery_invm_access_profile`: the profiles of a gallery.

use async_trait::async_trait;

use super::{call, failed, reason};
use crate::arm::ids::GalleryId;
use crate::plugin::list_resource::{List, ListResource, Listed, Listener};
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::plugin::{Context, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup;
use crate::provider::data_sources::profiles::{filters, listed_id, passes, unusable};
use crate::provider::identity::Identified as _;
use crate::provider::invm_access_profile::schema::{ENDPOINTS, OS_TYPES};
use crate::provider::{checks, import, invm_access_profile};

/// The profiles of a gallery.
#[derive(Clone, Debug)]
pub struct ProfileList {
    connection: Connection,
}

impl ProfileList {
    /// The list over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl ListResource for ProfileList {
    fn type_name(&self) -> &'static str {
        invm_access_profile::schema::TYPE
    }

    fn schema(&self) -> Schema {
        let gallery = Attribute::new(
            "gallery_id",
            Type::String,
            "The resource id of the Compute Gallery whose profiles are listed.",
        )
        .required();
        let block = Block::new("Lists the in-VM access control profiles of an Azure Compute Gallery.");
        Schema::new(0, block.attributes([gallery]).attributes(filters()))
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        found.extend(checks::id::<GalleryId, _>(&config, "gallery_id"));
        found.extend(checks::word(&config, "os_type", OS_TYPES));
        found.extend(checks::word(&config, "applicable_host_endpoint", ENDPOINTS));
        found
    }

    async fn list(&self, context: &Context, request: List, listener: &mut Listener) -> Result<(), Failure> {
        let gallery: GalleryId = lookup::parse(&request.config, "gallery_id")?;
        let text = gallery.to_string();
        let failed = |error| failed("gallery", &text, "gallery_id", &error);
        let schema = invm_access_profile::schema::schema();
        let client = self.connection.client()?;
        let mut pages = client.profiles().pages(&gallery).map_err(failed)?;
        while let Some(page) = pages.next(&call(context)).await.map_err(failed)? {
            for entry in page {
                let named = entry.map_err(|entry| reason(&entry)).and_then(|profile| {
                    let id = listed_id(&gallery, &profile)?;
                    Ok((id, profile))
                });
                let flow = match named {
                    Err(reason) => listener.warn(unusable("profile", &text, &reason)).await,
                    Ok((id, profile)) if passes(&request.config, &id, &profile) => {
                        let imported = import::state(&id.to_string(), &schema);
                        let state = || invm_access_profile::model::state(&id, &profile, &imported);
                        let listed = Listed {
                            identity: id.identity(),
                            display_name: id.name().as_str().to_owned(),
                            resource: request.include_resource.then(state),
                            warnings: Diagnostics::new(),
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
