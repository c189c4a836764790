//! The resource `gallery_invm_access_attachment`: the versions that a machine refers to.
//!
//! The machine belongs to somebody else, so there is nothing to create or to delete. Each call reads the
//! machine, checks whether it may change the machine's references, and sends a PATCH with those and nothing
//! else.

pub mod crud;
pub mod endpoint;
pub mod job;
pub mod model;
pub mod moved;
pub mod plan;
pub mod plan_read;
pub mod refusal;
pub mod schema;
pub mod upgrade;
pub mod validate;

use async_trait::async_trait;

use model::Model;

use super::connection::Connection;
use super::machine_cache::PlannedAttachment;
use super::writing::private_state::PrivateState;
use super::{identity, import};
use crate::arm::ids::MachineId;
use crate::plugin::resource::{
    self, ApplyError, Create, Delete, Deleted, ImportTarget, Move, PlanCreate, PlanDelete, PlanUpdate, Read,
    ReadOutcome, Stored, Update,
};
use crate::plugin::schema::IdentitySchema;
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};

/// Versions attached to a machine.
#[derive(Clone, Debug)]
pub struct InVmAccessAttachment {
    /// Azure, and what this process knows.
    pub connection: Connection,
}

impl InVmAccessAttachment {
    /// Records a planned attachment.
    fn record_planned(&self, id: &MachineId, planned: PlannedAttachment) -> Result<(), Failure> {
        if self.connection.machines().plan(id, planned) {
            Err(refusal::second_attachment(id).into())
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Resource for InVmAccessAttachment {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema::<MachineId>())
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        validate::validate(&config)
    }

    async fn plan_create(
        &self,
        context: &Context,
        request: PlanCreate,
    ) -> Result<resource::Planned, Failure> {
        let is_second = !request.earlier.is_empty();
        let replaced = PrivateState::read(&request.private);
        let mut planned = plan::create(&request);
        let model = Model::read(&planned.state);
        let id = model.machine().ok();
        let replaces = id.as_ref().is_some_and(|id| replaced.replaces(&id.to_string()));
        if let Some(id) = id.as_ref().filter(|_| !is_second) {
            if !replaces {
                self.record_planned(id, PlannedAttachment::New)?;
            }
            let warnings = plan_read::read(&self.connection, context, &model, None, replaces).await;
            planned.warnings.extend(warnings.inspect_err(|_| self.connection.machines().unplan(id))?);
        }
        Ok(identity::planned::<MachineId>(planned, None, id))
    }

    async fn plan_update(
        &self,
        context: &Context,
        request: PlanUpdate,
    ) -> Result<resource::Planned, Failure> {
        let stored = request.identity.clone();
        let is_second = !request.earlier.is_empty();
        let prior = Model::read(&request.prior);
        let instance = PrivateState::read(&request.private).instance().map(str::to_owned);
        let prior_id = prior.id().ok();
        let mut planned = plan::update(&request);
        let model = Model::read(&planned.state);
        let is_in_place = planned.replace.is_empty();
        if let Some(id) = &prior_id {
            self.connection.machines().record_in_state(id);
            if is_in_place && !is_second {
                if let Some(instance) = instance {
                    self.record_planned(id, PlannedAttachment::Existing(instance))?;
                }
                if plan::writes(&prior, &model) {
                    let warnings = plan_read::read(&self.connection, context, &model, Some(&prior), false);
                    planned.warnings.extend(warnings.await?);
                }
            }
        }
        // The identity of a replaced object's successor comes with the plan to create that.
        Ok(identity::planned::<MachineId>(planned, stored, prior_id.filter(|_| is_in_place)))
    }

    async fn plan_delete(&self, _: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        if let Ok(id) = Model::read(&request.prior).id() {
            self.connection.machines().record_in_state(&id);
        }
        Ok(Diagnostics::new())
    }

    async fn create(&self, context: &Context, mut request: Create) -> Result<Stored, ApplyError> {
        let planned = request.identity.take();
        identity::applied::<MachineId>(crud::create(&self.connection, context, request).await, planned)
    }

    async fn read(&self, context: &Context, mut request: Read) -> Result<ReadOutcome, Failure> {
        let before = request.identity.take();
        let outcome = match self.connection.read_from_state(&request)? {
            Some(outcome) => outcome,
            None => crud::read(&self.connection, context, request).await?,
        };
        Ok(identity::read::<MachineId>(outcome, before))
    }

    async fn update(&self, context: &Context, mut request: Update) -> Result<Stored, ApplyError> {
        let planned = request.identity.take();
        identity::applied::<MachineId>(crud::update(&self.connection, context, request).await, planned)
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, ApplyError> {
        crud::delete(&self.connection, context, request).await
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        import::object::<MachineId>(&target, &schema::schema()).map_err(Into::into)
    }

    fn moves(&self) -> bool {
        true
    }

    async fn move_state(&self, _: &Context, request: Move) -> Result<Stored, Failure> {
        Ok(moved::take_over(&request)?)
    }
}
