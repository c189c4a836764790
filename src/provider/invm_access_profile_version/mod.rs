//! The resource `gallery_invm_access_profile_version`.

pub mod access;
pub mod crud;
pub mod lint;
pub mod model;
pub mod naming;
pub mod plan;
pub mod private;
pub mod rules;
pub mod schema;
pub mod validate;

use async_trait::async_trait;

use super::connection::{Connection, KnownProfile};
use super::{checks, import};
use crate::arm::ids::{ProfileId, VersionId};
use crate::plugin::resource::{
    Create, Delete, Deleted, ImportTarget, Interrupted, PlanCreate, PlanUpdate, Planned, Read, ReadOutcome,
    Stored, Update,
};
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};

/// A version of an in-VM access control profile.
#[derive(Clone, Debug)]
pub struct InVmAccessProfileVersion {
    connection: Connection,
}

impl InVmAccessProfileVersion {
    /// The resource over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// What this process knows of the profile that a configuration names; nothing is asked of Azure.
    fn profile(&self, config: &Value) -> KnownProfile {
        checks::text(config, "profile_id")
            .and_then(|id| id.parse::<ProfileId>().ok())
            .and_then(|id| self.connection.known_profile(&id))
            .unwrap_or_default()
    }
}

#[async_trait]
impl Resource for InVmAccessProfileVersion {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let profile = self.profile(&config);
        validate::validate(&config, profile.context())
    }

    async fn plan_create(&self, _: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        plan::create(request)
    }

    async fn plan_update(&self, _: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let endpoint = self.profile(&request.config).context().endpoint;
        plan::update(request, endpoint)
    }

    async fn create(&self, context: &Context, request: Create) -> Result<Stored, Interrupted> {
        crud::create(&self.connection, context, request).await
    }

    async fn read(&self, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
        crud::read(&self.connection, context, request).await
    }

    async fn update(&self, context: &Context, request: Update) -> Result<Stored, Interrupted> {
        crud::update(&self.connection, context, request).await
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, Interrupted> {
        crud::delete(&self.connection, context, request).await
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        import::by_id::<VersionId, _>(&target, &schema::schema()).map_err(Into::into)
    }
}
