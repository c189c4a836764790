//! What the writes of both resources share: from the moment Azure is asked to create, change or delete something to
//! what the state then says. One rule stands above all of it: **what may exist is in the state**.
//!
//! - [`create`], [`update`], [`delete`]: one file for each write, [`read`] for the refresh after one that was
//!   interrupted;
//! - [`private_state`]: what Terraform keeps beside a plan or state for the provider alone;
//! - [`Written`]: what the two kinds of object do each in its own way;
//! - [`Job`]: one call of Terraform's at work on one object.

pub mod create;
pub mod delete;
mod job;
pub mod private_state;
pub mod read;
pub mod update;

use std::fmt::Display;
use std::future::Future;

use crate::arm::error::Error;
use crate::arm::models::Resource;
use crate::arm::{ArmClient, Call, Deleted, PendingOperation, Started, Unfinished};
use crate::plugin::{Diagnostic, Diagnostics, Value};
use crate::provider::connection::Connection;

pub use job::Job;

/// A kind of object that Terraform manages at Azure.
pub trait Written: Send + Sync {
    /// The kind in words: `profile`, `profile version`.
    const WORD: &'static str;
    /// The resource's type.
    const TYPE: &'static str;
    /// The attributes that nobody can change once the object is there. Where they differ from what was sent, the
    /// object is somebody else's.
    const FIXED: &'static [&'static str];
    /// The attributes by which an object is known again whose creation got no clear answer.
    const TELLING: &'static [&'static str];
    /// What holds it, in words.
    const HOLDER: &'static str;
    /// ARM's members and the attributes they are here.
    const ATTRIBUTES: &'static [(&'static str, &'static str)];
    /// Whether the provider can choose the name: an object that was deleted outside of Terraform then gets another one.
    const NUMBERED: bool;
    /// Whether a refresh waits for a creation that an earlier run has begun. A kind with something that only a
    /// finished object has can leave that open in the plan instead, and be waited for by the apply.
    const WAITS_IN_READ: bool;

    /// Its id.
    type Id: Display + Clone + Send + Sync;
    /// It, as Azure gives it.
    type Object: Resource + Clone + Default + Sync;
    /// A change of it.
    type Change: Send + Sync;

    /// The id of the object in a state.
    ///
    /// # Errors
    /// When there is none.
    fn id_in_state(state: &Value) -> Result<Self::Id, Diagnostic>;

    /// The name in an id.
    fn name(id: &Self::Id) -> &str;

    /// The state for what Azure returned, in the spelling of `prior`.
    fn state(id: &Self::Id, object: Self::Object, prior: &Value) -> (Value, Diagnostics);

    /// What of an object that is not finished goes to the state: all but what was planned as it stands there. A call may
    /// keep it for minutes.
    fn outline(object: Self::Object) -> Self::Object {
        object
    }

    /// What to change at Azure to get from the state to the plan; `None` when nothing that Azure holds differs.
    fn change(prior: &Value, planned: &Value) -> Option<Self::Change>;

    /// Reads it.
    fn get(
        client: &ArmClient,
        id: &Self::Id,
        call: &Call,
    ) -> impl Future<Output = Result<Self::Object, Error>> + Send;

    /// Gives it from a list of its siblings, where those are read as well; `None` where it must be read by itself.
    fn shared(
        client: &ArmClient,
        id: &Self::Id,
        call: &Call,
    ) -> impl Future<Output = Option<Self::Object>> + Send;

    /// Begins to change it.
    fn begin_update(
        client: &ArmClient,
        id: &Self::Id,
        change: &Self::Change,
        call: &Call,
    ) -> impl Future<Output = Result<Started<Self::Object>, Error>> + Send;

    /// Waits for a write, and gives it as it then is.
    fn finish(
        client: &ArmClient,
        operation: &PendingOperation,
        call: &Call,
    ) -> impl Future<Output = Result<Self::Object, Error>> + Send;

    /// Deletes it, or goes on with a deletion that was begun before.
    fn delete(
        client: &ArmClient,
        id: &Self::Id,
        begun: Option<&PendingOperation>,
        call: &Call,
    ) -> impl Future<Output = Result<Deleted, Unfinished>> + Send;

    /// Takes note in this process that it is there.
    fn is_there(connection: &Connection, id: &Self::Id, object: &Self::Object);

    /// Takes note in this process that it is not there any more.
    fn is_gone(connection: &Connection, id: &Self::Id) -> impl Future<Output = ()> + Send;
}
