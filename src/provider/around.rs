//! What holds for every resource and data source, around its own work.
//!
//! - A module may say what it is called, in a `provider_meta` block. Azure's logs then show it in the user agent of the
//!   requests that are made for the module.
//! - While the provider block is not known, a plan is put off where the host takes that. Such a host may not know the
//!   block at the apply either, and would have to fail then.

use std::sync::Arc;

use async_trait::async_trait;

use super::checks::text;
use super::connection::Connection;
use crate::arm::on_behalf_of;
use crate::plugin::data_source::{Found, ReadData};
use crate::plugin::provider::{ClientCapabilities, Deferral};
use crate::plugin::resource::{
    Create, Delete, Deleted, ImportTarget, Interrupted, Move, PlanCreate, PlanDelete, PlanUpdate, Planned,
    Read, ReadOutcome, Stored, Update,
};
use crate::plugin::schema::{Attribute, Block, IdentitySchema, Schema};
use crate::plugin::{Context, DataSource, Diagnostics, Failure, Resource, Type, Value};

/// The one argument of the block.
const MODULE_NAME: &str = "module_name";

/// What a module may say in its `provider_meta "gallery"` block.
#[must_use]
pub fn meta_schema() -> Schema {
    let name = Attribute::new(
        MODULE_NAME,
        Type::String,
        "What the module is called, such as `contoso-allowlist/1.2.0`. It is added to the user agent of the requests that \
         are made for the module's resources and data sources.",
    );
    Schema::new(0, Block::new("What a module says to the provider.").attributes([name]))
}

/// A resource or data source, and what holds around it.
#[derive(Clone, Debug)]
pub struct Around<T: ?Sized> {
    connection: Connection,
    inner: Arc<T>,
}

impl<T: ?Sized> Around<T> {
    /// This one.
    #[must_use]
    pub const fn new(connection: Connection, inner: Arc<T>) -> Self {
        Self { connection, inner }
    }

    fn put_off(&self, mut planned: Planned, capabilities: ClientCapabilities) -> Planned {
        if capabilities.deferral_allowed && self.connection.is_unknown() {
            planned.deferred = planned.deferred.or(Some(Deferral::ProviderConfigUnknown));
        }
        planned
    }
}

/// What the module is called that says so in this block.
fn module(meta: Option<&Value>) -> String {
    meta.and_then(|meta| text(meta, MODULE_NAME)).unwrap_or_default().to_owned()
}

#[async_trait]
impl Resource for Around<dyn Resource> {
    fn type_name(&self) -> &'static str {
        self.inner.type_name()
    }

    fn schema(&self) -> Schema {
        self.inner.schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.inner.identity_schema()
    }

    async fn validate(&self, context: &Context, config: Value) -> Diagnostics {
        self.inner.validate(context, config).await
    }

    async fn plan_create(&self, context: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        let (module, capabilities) = (module(context.meta.as_ref()), request.capabilities);
        let planned = on_behalf_of(&module, self.inner.plan_create(context, request)).await?;
        Ok(self.put_off(planned, capabilities))
    }

    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let (module, capabilities) = (module(context.meta.as_ref()), request.capabilities);
        let planned = on_behalf_of(&module, self.inner.plan_update(context, request)).await?;
        Ok(self.put_off(planned, capabilities))
    }

    async fn plan_delete(&self, context: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        self.inner.plan_delete(context, request).await
    }

    async fn create(&self, context: &Context, request: Create) -> Result<Stored, Interrupted> {
        let module = module(context.meta.as_ref());
        on_behalf_of(&module, self.inner.create(context, request)).await
    }

    async fn read(&self, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
        let module = module(context.meta.as_ref());
        on_behalf_of(&module, self.inner.read(context, request)).await
    }

    async fn update(&self, context: &Context, request: Update) -> Result<Stored, Interrupted> {
        let module = module(context.meta.as_ref());
        on_behalf_of(&module, self.inner.update(context, request)).await
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, Interrupted> {
        let module = module(context.meta.as_ref());
        on_behalf_of(&module, self.inner.delete(context, request)).await
    }

    async fn import(&self, context: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        self.inner.import(context, target).await
    }

    fn tidy_config(&self, config: Value) -> Value {
        self.inner.tidy_config(config)
    }

    async fn upgrade_state(&self, version: i64, state: serde_json::Value) -> Result<Value, Failure> {
        self.inner.upgrade_state(version, state).await
    }

    async fn upgrade_identity(&self, version: i64, identity: serde_json::Value) -> Result<Value, Failure> {
        self.inner.upgrade_identity(version, identity).await
    }

    fn moves(&self) -> bool {
        self.inner.moves()
    }

    async fn move_state(&self, context: &Context, request: Move) -> Result<Stored, Failure> {
        self.inner.move_state(context, request).await
    }
}

#[async_trait]
impl DataSource for Around<dyn DataSource> {
    fn type_name(&self) -> &'static str {
        self.inner.type_name()
    }

    fn schema(&self) -> Schema {
        self.inner.schema()
    }

    async fn validate(&self, context: &Context, config: Value) -> Diagnostics {
        self.inner.validate(context, config).await
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        let module = module(context.meta.as_ref());
        on_behalf_of(&module, self.inner.read(context, request)).await
    }
}
