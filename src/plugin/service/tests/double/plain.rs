//! A resource with only the required methods.

use async_trait::async_trait;

use super::failure;
use crate::plugin::diagnostic::{Diagnostics, Failure};
use crate::plugin::provider::Context;
use crate::plugin::resource::{
    ApplyError, Create, Delete, Deleted, ImportTarget, PlanCreate, PlanUpdate, Planned, Read, ReadOutcome,
    Resource, Stored, Update,
};
use crate::plugin::schema::{Block, Schema};
use crate::plugin::value::Value;

/// A resource without any optional method.
pub(super) struct Plain;

#[async_trait]
impl Resource for Plain {
    fn type_name(&self) -> &'static str {
        "test_plain"
    }

    fn schema(&self) -> Schema {
        Schema::new(0, Block::new("Plain."))
    }

    async fn validate(&self, _: &Context, _: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn plan_create(&self, _: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        Ok(Planned::new(request.proposed))
    }

    async fn plan_update(&self, _: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        Ok(Planned::new(request.proposed))
    }

    async fn create(&self, _: &Context, request: Create) -> Result<Stored, ApplyError> {
        Ok(Stored::new(request.planned))
    }

    async fn read(&self, _: &Context, request: Read) -> Result<ReadOutcome, Failure> {
        Ok(ReadOutcome::Present(Stored::new(request.state)))
    }

    async fn update(&self, _: &Context, request: Update) -> Result<Stored, ApplyError> {
        Ok(Stored::new(request.planned))
    }

    async fn delete(&self, _: &Context, _: Delete) -> Result<Deleted, ApplyError> {
        Ok(Deleted::default())
    }

    async fn import(&self, _: &Context, _: ImportTarget) -> Result<Stored, Failure> {
        Err(failure().into())
    }
}
