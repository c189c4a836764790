//! The resource `gallery_invm_access_profile_version`.

pub mod access;
pub mod crud;
pub mod keep;
pub mod lint;
pub mod model;
pub mod naming;
pub mod plan;
pub mod profile;
pub mod rules;
pub mod schema;
pub mod validate;

use async_trait::async_trait;

use super::connection::Connection;
use super::writing::private_state::PrivateState;
use super::{azapi, identity, import};
use crate::arm::ids::VersionId;
use crate::arm::models::Version;
use crate::plugin::resource::{
    Create, Delete, Deleted, ImportTarget, Interrupted, Move, PlanCreate, PlanDelete, PlanUpdate, Planned,
    Read, ReadOutcome, Stored, Update,
};
use crate::plugin::schema::IdentitySchema;
use crate::plugin::{Context, Diagnostics, Failure, Resource, Schema, Value};

/// Its type at Azure.
const ARM_TYPE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions";

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
}

#[async_trait]
impl Resource for InVmAccessProfileVersion {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema::<VersionId>())
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut diagnostics = validate::validate(&config);
        // Where a plan follows, it reports the errors of the linter: it knows whether the version exists.
        if !self.connection.is_configured() && validate::can_be_read(&config) {
            diagnostics.extend(lint::errors(&config, &Default::default(), lint::When::Validate));
        }
        diagnostics
    }

    async fn plan_create(&self, context: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        // A host that keeps the first plan's private data gives it to the second, which reports nothing new.
        let is_second = !request.earlier.is_empty();
        let profile = profile::of_plan(&self.connection, context, &request.config, None, is_second).await;
        let mut found = lint::errors(&request.config, &profile.context(), lint::When::Create);
        found.extend(lint::with_profile(&request.config, &profile.context()));
        let found = found.into_result()?;
        let mut planned = plan::create(request, &profile)?;
        planned.warnings.extend(found);
        let id = model::id_planned(&planned.state);
        Ok(identity::planned::<VersionId>(planned, None, id))
    }

    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let stored = request.identity.clone();
        let held = model::id_in_state(&request.prior).ok();
        let (config, prior) = (&request.config, Some(&request.prior));
        let profile = profile::of_plan(&self.connection, context, config, prior, false).await;
        let mut found = lint::errors(config, &profile.context(), lint::When::Keep);
        found.extend(lint::with_profile(config, &profile.context()));
        let mut planned = plan::update(request, &profile)?;
        // A replacement is planned once more as a creation, which reports them as errors.
        if planned.replace.is_empty() {
            planned.warnings.extend(found.into_result()?);
        }
        // The identity of what takes the place of a replaced object comes with the plan to create that.
        let id = held.filter(|_| planned.replace.is_empty());
        Ok(identity::planned::<VersionId>(planned, stored, id))
    }

    async fn plan_delete(&self, _: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        let kept = keep::kept(&request.prior, &PrivateState::read(&request.private));
        Ok(kept.as_ref().map(keep::stays).into_iter().collect())
    }

    async fn create(&self, context: &Context, mut request: Create) -> Result<Stored, Interrupted> {
        let planned = request.identity.take();
        match crud::create(&self.connection, context, request).await {
            Ok(stored) => Ok(identity::stored::<VersionId>(stored, planned)),
            Err(interrupted) => Err(identity::interrupted::<VersionId>(interrupted, planned)),
        }
    }

    async fn read(&self, context: &Context, mut request: Read) -> Result<ReadOutcome, Failure> {
        let before = request.identity.take();
        let outcome = match self.connection.unread(&request)? {
            Some(unread) => unread,
            None => crud::read(&self.connection, context, request).await?,
        };
        Ok(identity::read::<VersionId>(outcome, before))
    }

    async fn update(&self, context: &Context, mut request: Update) -> Result<Stored, Interrupted> {
        let planned = request.identity.take();
        match crud::update(&self.connection, context, request).await {
            Ok(stored) => Ok(identity::stored::<VersionId>(stored, planned)),
            Err(interrupted) => Err(identity::interrupted::<VersionId>(interrupted, planned)),
        }
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, Interrupted> {
        crud::delete(&self.connection, context, request).await
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        import::object::<VersionId>(&target, &schema::schema()).map_err(Into::into)
    }

    fn tidy_config(&self, mut config: Value) -> Value {
        // What a version has that nothing was set for.
        if let Value::Object(settings) = &mut config
            && settings.get("exclude_from_latest") == Some(&Value::Bool(false))
        {
            settings.insert("exclude_from_latest".to_owned(), Value::Null);
        }
        config
    }

    fn moves(&self) -> bool {
        true
    }

    async fn move_state(&self, _: &Context, request: Move) -> Result<Stored, Failure> {
        let target = azapi::Target { resource: schema::TYPE, arm_type: ARM_TYPE };
        let imported = |id: &VersionId| import::state(&id.to_string(), &schema::schema());
        let moved = azapi::take_over(target, &request, imported, |id, version: &Version, prior| {
            model::state(id, version.clone(), prior)
        })?;
        Ok(moved)
    }
}
