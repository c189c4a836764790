//! Creating and deleting. [`writing`] handles the outcome of a write and the state after it.

use super::{InVmAccessProfile, left, model};
use crate::plugin::Context;
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Stored};
use crate::provider::connection::Connection;
use crate::provider::timeouts::Operation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, Job, Managed as _};

/// Creates the profile, unless it exists already: one request to read, one to create, and then the polls.
///
/// # Errors
/// If it could not be created; with the remaining object, if there is one.
pub async fn create(
    connection: &Connection,
    context: &Context,
    request: Create,
) -> Result<Stored, Interrupted> {
    let Create { planned, private, .. } = request;
    let id = InVmAccessProfile::id_planned(&planned)?;
    let private_state = PrivateState::default();
    let job =
        Job::<InVmAccessProfile>::new(connection, context, id, Operation::Create, &planned, private_state)?;
    let replaces = PrivateState::read(&private).replaces(&job.id.to_string());
    writing::create::named(&job, &planned, &model::body(&planned), replaces).await
}

/// Deletes the profile, together with its remaining versions if `force_destroy` is set. It waits for versions
/// that are already being deleted.
///
/// # Errors
/// If it may still exist.
pub async fn delete(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, Interrupted> {
    let private = PrivateState::read(&request.private);
    let prior = request.prior;
    let job = Job::<InVmAccessProfile>::on_stored(connection, context, Operation::Delete, &prior, &private)?;
    if left::is_set(&prior) {
        left::delete(&job).await?;
    }
    writing::delete::delete_in(&job, prior, private).await
}
