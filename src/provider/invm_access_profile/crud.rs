//! Creating and deleting. [`writing`] handles the outcome of a write and the state after it.

use super::{InVmAccessProfile, force_destroy, model};
use crate::plugin::Context;
use crate::plugin::resource::{ApplyError, Create, Delete, Deleted, Stored};
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, CreateDelete, Job, Managed as _};

impl CreateDelete for InVmAccessProfile {
    /// Creates the profile, unless it exists already: one request to read, one to create, and then the polls.
    async fn create(
        connection: &Connection,
        context: &Context,
        request: Create,
    ) -> Result<Stored, ApplyError> {
        let Create { planned, private, .. } = request;
        let id = Self::id_planned(&planned)?;
        let new_private = PrivateState::default();
        let job = Job::<Self>::new(connection, context, id, TimedOperation::Create, &planned, new_private)?;
        let replaces = PrivateState::read(&private).replaces(&job.id.to_string());
        writing::create::create_named(&job, &planned, &model::body(&planned), replaces).await
    }

    /// Deletes the profile, together with its remaining versions if `force_destroy` is set. It waits for
    /// versions that are already being deleted.
    async fn delete(
        connection: &Connection,
        context: &Context,
        request: Delete,
    ) -> Result<Deleted, ApplyError> {
        let private = PrivateState::read(&request.private);
        let prior = request.prior;
        let job = Job::<Self>::on_stored(connection, context, TimedOperation::Delete, &prior, &private)?;
        if force_destroy::is_set(&prior) {
            force_destroy::delete_versions(&job).await?;
        }
        writing::delete::delete_with(&job, prior, private).await
    }
}
