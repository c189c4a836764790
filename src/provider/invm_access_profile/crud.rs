//! The four calls. What becomes of a write, and what the state then says, is in [`writing`].

use super::{left, model, schema};
use crate::arm::error::Error;
use crate::arm::ids::ProfileId;
use crate::arm::models::{Profile, ProfileChange};
use crate::arm::{self, ArmClient, Call, PendingOperation, Started, Unfinished};
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Read, ReadOutcome, Stored, Update};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts::Operation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::{self, Job, Written};

/// Profiles, as what is written.
#[derive(Clone, Copy, Debug)]
pub struct Kind;

impl Written for Kind {
    const WORD: &'static str = "profile";
    const TYPE: &'static str = schema::TYPE;
    const FIXED: &'static [&'static str] = &["os_type"];
    const TELLING: &'static [&'static str] = &["os_type", "applicable_host_endpoint", "description"];
    const HOLDER: &'static str = "gallery";
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("location", "location"),
        ("osType", "os_type"),
        ("applicableHostEndpoint", "applicable_host_endpoint"),
        ("description", "description"),
        ("tags", "tags"),
        ("galleryName", "gallery_id"),
        ("inVMAccessControlProfileName", "name"),
    ];
    const NUMBERED: bool = false;
    // A profile is a record, made in a moment; and it has nothing that a plan could leave open.
    const WAITS_IN_READ: bool = true;

    type Id = ProfileId;
    type Object = Profile;
    type Change = ProfileChange;

    fn id_in_state(state: &Value) -> Result<ProfileId, Diagnostic> {
        model::id_in_state(state)
    }

    fn name(id: &ProfileId) -> &str {
        id.name().as_str()
    }

    fn state(id: &ProfileId, profile: Profile, prior: &Value) -> (Value, Diagnostics) {
        (model::state(id, &profile, prior), Diagnostics::new())
    }

    fn change(prior: &Value, planned: &Value) -> Option<ProfileChange> {
        model::change(prior, planned)
    }

    async fn get(client: &ArmClient, id: &ProfileId, call: &Call) -> Result<Profile, Error> {
        client.profiles().get(id, call).await
    }

    async fn shared(client: &ArmClient, id: &ProfileId, call: &Call) -> Option<Profile> {
        client.profiles().shared(id, call).await
    }

    async fn begin_update(
        client: &ArmClient,
        id: &ProfileId,
        change: &ProfileChange,
        call: &Call,
    ) -> Result<Started<Profile>, Error> {
        client.profiles().begin_update(id, change, call).await
    }

    async fn finish(client: &ArmClient, operation: &PendingOperation, call: &Call) -> Result<Profile, Error> {
        client.profiles().finish(operation, call).await
    }

    async fn delete(
        client: &ArmClient,
        id: &ProfileId,
        begun: Option<&PendingOperation>,
        call: &Call,
    ) -> Result<arm::Deleted, Unfinished> {
        match begun {
            Some(begun) => client.profiles().resume_delete(id, begun, call).await,
            None => client.profiles().delete(id, call).await,
        }
    }

    fn is_there(connection: &Connection, id: &ProfileId, profile: &Profile) {
        connection.profiles().learn(id, profile);
    }

    async fn is_gone(connection: &Connection, id: &ProfileId) {
        connection.profiles().forget(id);
    }
}

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
    let job = Job::<Kind>::new(
        connection,
        context,
        model::id(&planned)?,
        Operation::Create,
        &planned,
        PrivateState::default(),
    )?;
    let body = model::body(&planned);
    let replaces = PrivateState::read(&private).replaces(&job.id.to_string());
    // In boxes, one after the other: what waits for one of them has room for that one alone.
    let alone = Box::pin(job.alone()).await?;
    let alone = Box::pin(job.must_not_exist(alone, replaces)).await?;
    let begun = Box::pin(job.client.profiles().begin_create(&job.id, &body, &job.call)).await;
    drop(alone);
    Box::pin(writing::create::create(&job, &planned, begun)).await
}

/// Reads the profile: one request, or a part of one where its siblings are read as well.
///
/// # Errors
/// When it cannot be told whether it exists.
pub async fn read(connection: &Connection, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
    writing::read::read::<Kind>(connection, context, request).await
}

/// Changes the profile in place, when something that Azure holds differs.
///
/// # Errors
/// When it could not be changed.
pub async fn update(
    connection: &Connection,
    context: &Context,
    request: Update,
) -> Result<Stored, Interrupted> {
    writing::update::update::<Kind>(connection, context, request).await
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
    let job = Job::<Kind>::on_stored(connection, context, Operation::Delete, &request.prior, &private)?;
    if left::is_set(&request.prior) {
        Box::pin(left::delete(&job)).await?;
    }
    writing::delete::delete_in(&job, request.prior, private).await
}
