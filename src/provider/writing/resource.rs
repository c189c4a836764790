//! The calls of Terraform, the same for each kind of object.

use std::marker::PhantomData;

use async_trait::async_trait;

use super::{CreateDelete, read, replacement, update};
use crate::plugin::resource::{
    ApplyError, Create, Delete, Deleted, ImportTarget, Move, PlanCreate, PlanDelete, PlanUpdate, Planned,
    Read, ReadOutcome, Stored, Update,
};
use crate::plugin::schema::IdentitySchema;
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};
use crate::provider::connection::Connection;
use crate::provider::identity::Identified as _;
use crate::provider::{azapi, identity, import, timeouts};

/// The resource for a kind of object.
#[derive(Clone, Debug)]
pub struct ManagedResource<K> {
    connection: Connection,
    kind: PhantomData<K>,
}

impl<K> ManagedResource<K> {
    /// The resource over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection, kind: PhantomData }
    }
}

#[async_trait]
impl<K: CreateDelete> Resource for ManagedResource<K> {
    fn type_name(&self) -> &'static str {
        K::TYPE
    }

    fn schema(&self) -> Schema {
        K::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema::<K::Id>())
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        K::validate(&self.connection, &config)
    }

    async fn plan_create(&self, context: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        let planned = K::plan_create(&self.connection, context, request).await?;
        let id = K::id_planned(&planned.state).ok();
        Ok(identity::planned(planned, None, id))
    }

    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let stored = request.identity.clone();
        let prior_id = K::id_in_state(&request.prior).ok();
        let planned = K::plan_update(&self.connection, context, request).await?;
        let new = K::id_planned(&planned.state).ok().filter(|new| prior_id.as_ref() != Some(new));
        if let Some(new) = new.filter(|_| !planned.replace.is_empty()) {
            replacement::check::<K>(&self.connection, context, &new).await?;
        }
        // The identity of a replaced object's successor comes with the plan to create that.
        let id = prior_id.filter(|_| planned.replace.is_empty());
        Ok(identity::planned(planned, stored, id))
    }

    async fn plan_delete(&self, context: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        Ok(K::plan_delete(&self.connection, context, request).await)
    }

    async fn create(&self, context: &Context, mut request: Create) -> Result<Stored, ApplyError> {
        let identity = request.identity.take();
        identity::applied::<K::Id>(K::create(&self.connection, context, request).await, identity)
    }

    async fn read(&self, context: &Context, mut request: Read) -> Result<ReadOutcome, Failure> {
        let identity = request.identity.take();
        let outcome = match self.connection.read_from_state(&request)? {
            Some(outcome) => outcome,
            None => read::read::<K>(&self.connection, context, request).await?,
        };
        Ok(identity::read::<K::Id>(outcome, identity))
    }

    async fn update(&self, context: &Context, mut request: Update) -> Result<Stored, ApplyError> {
        let identity = request.identity.take();
        identity::applied::<K::Id>(update::update::<K>(&self.connection, context, request).await, identity)
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, ApplyError> {
        K::delete(&self.connection, context, request).await
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        import::object::<K::Id>(&target, &K::schema()).map_err(Into::into)
    }

    fn tidy_config(&self, config: Value) -> Value {
        K::tidy_config(config)
    }

    fn moves(&self) -> bool {
        true
    }

    async fn move_state(&self, _: &Context, request: Move) -> Result<Stored, Failure> {
        let target =
            azapi::MoveTarget { resource: K::TYPE, source: azapi::RESOURCE_TYPE, arm_type: K::ARM_TYPE };
        let (id, source) = azapi::read::<K::Id>(target, &request)?;
        // The object at Azure as far as azapi knew it.
        let imported = import::state(&id.to_string(), &K::schema());
        let (mut moved, warnings) = K::state(&id, source.object(), &imported);
        if let Value::Object(attributes) = &mut moved {
            attributes.insert(timeouts::BLOCK.to_owned(), source.timeouts);
        }
        let identity = Some(id.identity());
        Ok(Stored { identity, warnings, ..Stored::new(moved) })
    }
}
