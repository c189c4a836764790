//! The resource `gallery_invm_access_profile`.

pub mod crud;
pub mod model;
pub mod plan;
pub mod schema;
pub mod validate;

use async_trait::async_trait;

use super::connection::Connection;
use super::import;
use crate::arm::ids::ProfileId;
use crate::plugin::resource::{
    Create, Delete, Deleted, ImportTarget, Interrupted, PlanCreate, PlanUpdate, Planned, Read, ReadOutcome,
    Stored, Update,
};
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};

/// An in-VM access control profile.
#[derive(Clone, Debug)]
pub struct InVmAccessProfile {
    connection: Connection,
}

impl InVmAccessProfile {
    /// The resource over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl Resource for InVmAccessProfile {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        validate::validate(&config)
    }

    async fn plan_create(&self, _: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        plan::create(request)
    }

    async fn plan_update(&self, _: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        plan::update(request)
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
        import::by_id::<ProfileId, _>(&target, &schema::schema()).map_err(Into::into)
    }
}
