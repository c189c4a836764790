//! Creating and deleting. What becomes of a write, and what the state then says, is in [`writing`].

use super::{InVmAccessProfile, left, model};
use crate::plugin::Context;
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Stored};
use crate::provider::connection::Connection;
use crate::provider::timeouts::Operation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, Job, Managed as _};

/// Creates the profile, unless there is one already: one request to look, one to create, and what Azure needs to
/// be waited for.
///
/// # Errors
/// When it could not be created; with what exists of it, if anything does.
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

/// Deletes the profile, with the versions left in it where `force_destroy` says so. Versions of it that are still on their
/// way out are waited for.
///
/// # Errors
/// When it may still exist.
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
