//! The resource `gallery_invm_access_profile`.

pub mod crud;
pub mod left;
pub mod model;
pub mod plan;
pub mod schema;
pub mod validate;

use async_trait::async_trait;

use super::connection::Connection;
use super::{azapi, identity, import};
use crate::arm::ids::ProfileId;
use crate::arm::models::Profile;
use crate::plugin::resource::{
    Create, Delete, Deleted, ImportTarget, Interrupted, Move, PlanCreate, PlanDelete, PlanUpdate, Planned,
    Read, ReadOutcome, Stored, Update,
};
use crate::plugin::schema::IdentitySchema;
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};

/// Its type at Azure.
const ARM_TYPE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";

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

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema::<ProfileId>())
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        validate::validate(&config)
    }

    async fn plan_create(&self, _: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        let planned = plan::create(request)?;
        let id = model::id(&planned.state).ok();
        let is_known = planned.state.get("id").is_some_and(|id| !id.is_unknown());
        self.connection.profiles().plan(id.clone().filter(|_| is_known), model::known(&planned.state));
        Ok(identity::planned::<ProfileId>(planned, None, id))
    }

    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let stored = request.identity.clone();
        let held = model::id_in_state(&request.prior).ok();
        let prior = request.prior.clone();
        let mut planned = plan::update(request)?;
        if !planned.replace.is_empty() {
            planned.warnings.extend(left::planned(&self.connection, context, &prior).await);
        }
        if let Some(held) = &held {
            self.connection.profiles().plan(Some(held.clone()), model::known(&planned.state));
        }
        // The identity of what takes the place of a replaced object comes with the plan to create that.
        let id = held.filter(|_| planned.replace.is_empty());
        Ok(identity::planned::<ProfileId>(planned, stored, id))
    }

    async fn plan_delete(&self, context: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        Ok(left::planned(&self.connection, context, &request.prior).await)
    }

    async fn create(&self, context: &Context, mut request: Create) -> Result<Stored, Interrupted> {
        let planned = request.identity.take();
        match crud::create(&self.connection, context, request).await {
            Ok(stored) => Ok(identity::stored::<ProfileId>(stored, planned)),
            Err(interrupted) => Err(identity::interrupted::<ProfileId>(interrupted, planned)),
        }
    }

    async fn read(&self, context: &Context, mut request: Read) -> Result<ReadOutcome, Failure> {
        let before = request.identity.take();
        let outcome = match self.connection.unread(&request)? {
            Some(unread) => unread,
            None => crud::read(&self.connection, context, request).await?,
        };
        Ok(identity::read::<ProfileId>(outcome, before))
    }

    async fn update(&self, context: &Context, mut request: Update) -> Result<Stored, Interrupted> {
        let planned = request.identity.take();
        match crud::update(&self.connection, context, request).await {
            Ok(stored) => Ok(identity::stored::<ProfileId>(stored, planned)),
            Err(interrupted) => Err(identity::interrupted::<ProfileId>(interrupted, planned)),
        }
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, Interrupted> {
        crud::delete(&self.connection, context, request).await
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        import::object::<ProfileId>(&target, &schema::schema()).map_err(Into::into)
    }

    fn moves(&self) -> bool {
        true
    }

    async fn move_state(&self, _: &Context, request: Move) -> Result<Stored, Failure> {
        let target = azapi::Target { resource: schema::TYPE, arm_type: ARM_TYPE };
        let imported = |id: &ProfileId| import::state(&id.to_string(), &schema::schema());
        let moved = azapi::take_over(target, &request, imported, |id, profile: &Profile, prior| {
            (model::state(id, profile, prior), Diagnostics::new())
        })?;
        Ok(moved)
    }
}
