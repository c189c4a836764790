//! What both resources share: the calls of Terraform, and each write from the request to Azure to the state after it. One
//! rule stands above all of it: **what may exist is in the state**.
//!
//! - [`Managed`]: what each kind of object does in its own way;
//! - [`ManagedResource`]: the resource for a kind, which answers Terraform's calls;
//! - [`create`], [`update`], [`delete`]: one file for each write, [`read`] for the refresh;
//! - `replacement`: the look, at plan, at what a replacement will meet;
//! - [`Job`]: one call of Terraform's at work on one object;
//! - [`private_state`]: what Terraform keeps beside a plan or state for the provider alone.

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
    Create, Delete, Deleted, Interrupted, PlanCreate, PlanDelete, PlanUpdate, Planned, Stored,
};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Schema, Value};
use crate::provider::checks;
use crate::provider::connection::Connection;
use crate::provider::identity::Identified;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::Operation;

pub use job::Job;
pub use resource::ManagedResource;

/// A kind of object that Terraform manages in a gallery.
pub trait Managed: Send + Sync + 'static {
    /// The kind in words: `profile`, `profile version`.
    const WORD: &'static str;
    /// The resource's type.
    const TYPE: &'static str;
    /// The type at Azure.
    const ARM_TYPE: &'static str;
    /// What holds it, in words.
    const HOLDER: &'static str;
    /// The attribute with the id of what holds it.
    const HOLDER_ID: &'static str;
    /// The attributes that nobody can change once the object is there. Where they differ from what was sent, the
    /// object is somebody else's.
    const FIXED: &'static [&'static str];
    /// The attributes by which an object is recognised whose creation got no clear answer.
    const TELLING: &'static [&'static str];
    /// ARM's members and the attributes they are here.
    const ATTRIBUTES: &'static [(&'static str, &'static str)];
    /// Whether the provider can choose the name: an object that was deleted outside of Terraform then gets another one.
    const NUMBERED: bool;
    /// Whether a refresh waits for a creation that an earlier run has begun. A kind with something that only a
    /// finished object has can leave that open in the plan instead, and be waited for by the apply.
    const WAITS_IN_READ: bool;

    /// Its id.
    type Id: ChildId + Identified;
    /// It, as Azure gives it.
    type Object: arm::Kind<Id = Self::Id>;

    /// What the user writes.
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

    /// Creates the object.
    fn create(
        connection: &Connection,
        context: &Context,
        request: Create,
    ) -> impl Future<Output = Result<Stored, Interrupted>> + Send;

    /// Deletes the object.
    fn delete(
        connection: &Connection,
        context: &Context,
        request: Delete,
    ) -> impl Future<Output = Result<Deleted, Interrupted>> + Send;

    /// All objects of the kind at Azure.
    fn collection(client: &ArmClient) -> Collection<'_, Self::Object>;

    /// The state for what Azure returned, in the spelling of `prior`.
    fn state(id: &Self::Id, object: Self::Object, prior: &Value) -> (Value, Diagnostics);

    /// What to change at Azure to get from the state to the plan; `None` when nothing that Azure holds differs.
    fn change(prior: &Value, planned: &Value) -> Option<<Self::Object as arm::Kind>::Change>;

    /// Records in this process that the object is there.
    fn is_there(connection: &Connection, id: &Self::Id, object: &Self::Object);

    /// Records in this process that the object is gone.
    fn is_gone(connection: &Connection, id: &Self::Id) -> impl Future<Output = ()> + Send;

    /// Removes arguments from a generated configuration that need not be written.
    fn tidy_config(config: Value) -> Value {
        config
    }

    /// The id of the object that a configuration or plan describes.
    ///
    /// # Errors
    /// When one of its parts is not known, or is no such thing, which `validate` has reported before.
    fn id_planned(object: &Value) -> Result<Self::Id, Diagnostic> {
        let parent: <Self::Id as ChildId>::Parent = checks::parsed(object, Self::HOLDER_ID)?;
        Ok(parent.child(checks::parsed(object, "name")?))
    }

    /// The id of the object in a state; an imported state has nothing else.
    ///
    /// # Errors
    /// When the state has no usable id.
    fn id_in_state(state: &Value) -> Result<Self::Id, Diagnostic> {
        checks::parsed(state, "id")
    }

    /// The diagnostic for a failure.
    fn failed(operation: Operation, id: &str, call: &Call, error: &Error) -> Diagnostic {
        let attempt =
            Attempt { operation, kind: Self::WORD, id, attributes: Self::ATTRIBUTES, call: Some(call) };
        attempt.failed(error)
    }
}
