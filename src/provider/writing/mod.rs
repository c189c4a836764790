//! What both resources share: the calls of Terraform, and each write from the request to Azure to the state
//! after it. The most important rule: **what may exist is in the state**.
//!
//! - [`Managed`]: what differs between kinds of objects, and [`CreateDelete`]: the calls that do;
//! - [`ManagedResource`]: the resource for a kind, which handles Terraform's calls;
//! - [`create`], [`update`], [`delete`]: one file for each write, [`read`] for the refresh;
//! - `replacement`: what a plan reads about a replacement;
//! - [`Job`]: one call of Terraform, working on one object;
//! - [`private_state`]: what Terraform stores with a plan or state for the provider alone.

pub mod create;
pub mod delete;
mod job;
pub mod private_state;
pub mod read;
mod replacement;
mod resource;
pub mod update;

use std::future::Future;

use crate::arm::ids::{ChildId, ParentId};
use crate::arm::{self, ArmClient, Call, Collection, Error};
use crate::plugin::resource::{
    ApplyError, Create, Delete, Deleted, PlanCreate, PlanDelete, PlanUpdate, Planned, Stored,
};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Schema, Value};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::identity::Identified;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::TimedOperation;

pub use job::Job;
pub use resource::ManagedResource;

/// The calls that each kind implements itself. Reading and changing are the same for all kinds.
pub trait CreateDelete: Managed {
    /// Creates the object.
    ///
    /// # Errors
    /// If it could not be created; with the remaining object, if there is one.
    fn create(
        connection: &Connection,
        context: &Context,
        request: Create,
    ) -> impl Future<Output = Result<Stored, ApplyError>> + Send;

    /// Deletes the object.
    ///
    /// # Errors
    /// If it may still exist.
    fn delete(
        connection: &Connection,
        context: &Context,
        request: Delete,
    ) -> impl Future<Output = Result<Deleted, ApplyError>> + Send;
}

/// A kind of object that Terraform manages in a gallery.
pub trait Managed: Send + Sync + 'static {
    /// The kind in words: `profile`, `profile version`.
    const WORD: &'static str;
    /// The resource's type.
    const TYPE: &'static str;
    /// The type at Azure.
    const ARM_TYPE: &'static str;
    /// The parent, in words.
    const PARENT: &'static str;
    /// The attribute with the parent's id.
    const PARENT_ATTRIBUTE: &'static str;
    /// The attributes that nobody can change after the creation. If they differ from what was sent, the
    /// object is somebody else's.
    const IMMUTABLE: &'static [&'static str];
    /// The attributes that tell the created object from another one, after a response that was not clear.
    const COMPARED_AFTER_CREATE: &'static [&'static str];
    /// Pairs of ARM member and attribute.
    const ATTRIBUTES: &'static [(&'static str, &'static str)];
    /// Whether the provider can choose the name: an object that was deleted outside of Terraform then gets
    /// another one.
    const HAS_AUTOMATIC_NAME: bool;
    /// Whether a refresh waits for a creation that an earlier run has begun. A kind with an attribute that
    /// only a finished object has can leave that unknown in the plan instead, and the apply waits.
    const REFRESH_WAITS: bool;

    /// Its id.
    type Id: ChildId + Identified;
    /// The object, as Azure returns it.
    type Object: arm::Kind<Id = Self::Id>;

    /// Its schema.
    fn schema() -> Schema;

    /// Checks a configuration, parts of which may be unknown, without the network.
    fn validate(connection: &Connection, config: &Value) -> Diagnostics;

    /// Plans a new object.
    fn plan_create(
        connection: &Connection,
        context: &Context,
        request: PlanCreate,
    ) -> impl Future<Output = Result<Planned, Failure>> + Send;

    /// Plans a change, or that there is none.
    fn plan_update(
        connection: &Connection,
        context: &Context,
        request: PlanUpdate,
    ) -> impl Future<Output = Result<Planned, Failure>> + Send;

    /// Returns the warnings of a plan to delete.
    fn plan_delete(
        connection: &Connection,
        context: &Context,
        request: PlanDelete,
    ) -> impl Future<Output = Diagnostics> + Send;

    /// All objects of the kind at Azure.
    fn collection(client: &ArmClient) -> Collection<'_, Self::Object>;

    /// The state for what Azure returned, in the spelling of `prior`.
    fn state(id: &Self::Id, object: Self::Object, prior: &Value) -> (Value, Diagnostics);

    /// The changes at Azure from the state to the plan; `None` if nothing that Azure stores differs.
    fn change(prior: &Value, planned: &Value) -> Option<<Self::Object as arm::Kind>::Change>;

    /// Records in this process that the object exists.
    fn record_existing(connection: &Connection, id: &Self::Id, object: &Self::Object);

    /// Records in this process that the object is gone.
    fn record_deleted(connection: &Connection, id: &Self::Id) -> impl Future<Output = ()> + Send;

    /// Removes arguments from a generated configuration that need not be written.
    fn tidy_config(config: Value) -> Value {
        config
    }

    /// The id of the object that a configuration or plan describes.
    ///
    /// # Errors
    /// If a part of it is not known, or is not valid, which `validate` has reported before.
    fn id_planned(object: &Value) -> Result<Self::Id, Diagnostic> {
        let parent: <Self::Id as ChildId>::Parent = checks::parsed(object, Self::PARENT_ATTRIBUTE)?;
        Ok(parent.child(checks::parsed(object, "name")?))
    }

    /// The id of the object in a state; an imported state has nothing else.
    ///
    /// # Errors
    /// If the state has no usable id.
    fn id_in_state(state: &Value) -> Result<Self::Id, Diagnostic> {
        checks::parsed(state, "id")
    }

    /// The diagnostic for a failure.
    fn failed(operation: TimedOperation, id: &str, call: &Call, error: &Error) -> Diagnostic {
        let attempt =
            Attempt { operation, kind: Self::WORD, id, attributes: Self::ATTRIBUTES, call: Some(call) };
        attempt.failed(error)
    }
}
