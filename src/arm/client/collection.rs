//! The client's methods for profiles and versions.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Missing};
use super::super::exchange::LazyRequestLine;
use super::super::ids::{ChildId, ParentId as _, ProfileId, VersionId};
use super::super::models::{
    ArmResource, Change, Members, Profile, ProfileBody, ProfileChange, ProvisioningState, Version,
    VersionBody, VersionChange,
};
use super::super::operation::{OperationStatus, PendingOperation, Started, Unfinished, finish, poll_once};
use super::super::pace::random;
use super::sharing::SharedReads;
use super::write::Write;
use super::{ArmClient, CreateOutcome, DeleteOutcome, Pages, verify};
use azure_core::Bytes;
use azure_core::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

/// A type of object in galleries: its ids, and the bodies that create and change it.
pub trait Kind: ArmResource + Clone + Default {
    /// Its id.
    type Id: ChildId;
    /// The body that creates it.
    type Body: Serialize + Send + Sync;
    /// A change of it.
    type Change: Change + Default + Send;

    /// The profile that a write locks: the object itself or its profile. Writes to one profile wait for each
    /// other.
    fn profile(id: &Self::Id) -> &ProfileId;
}

impl Kind for Profile {
    type Id = ProfileId;
    type Body = ProfileBody;
    type Change = ProfileChange;

    fn profile(id: &ProfileId) -> &ProfileId {
        id
    }
}

impl Kind for Version {
    type Id = VersionId;
    type Body = VersionBody;
    type Change = VersionChange;

    fn profile(id: &VersionId) -> &ProfileId {
        id.profile()
    }
}

/// The id of the parent of objects of a kind.
type Parent<T> = <<T as Kind>::Id as ChildId>::Parent;

/// All objects of one kind: the profiles of galleries, or the versions of profiles.
#[derive(Debug)]
pub struct Collection<'a, T: Kind> {
    client: &'a ArmClient,
    shared_reads: &'a SharedReads<Parent<T>>,
}

impl<T: Kind> Clone for Collection<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Kind> Copy for Collection<'_, T> {}

impl<'a, T: Kind> Collection<'a, T> {
    pub(super) fn new(client: &'a ArmClient, shared_reads: &'a SharedReads<Parent<T>>) -> Self {
        Self { client, shared_reads }
    }

    /// Reads an object: one request.
    pub async fn get(self, id: &T::Id, call: &Call) -> Result<T, Error> {
        self.client.get(&id.to_string(), call).await
    }

    /// The object from its parent's list, if one list serves reads of several siblings. After `None`, use
    /// [`Collection::get`]. A list is never older than the last write of this client, but it may omit what a
    /// read returns. So confirm an apparent change with a read.
    pub async fn shared(self, id: &T::Id, call: &Call) -> Option<T> {
        let listed = self.shared_reads.find(self.client, id.parent(), id.own_name(), call).await?;
        verify::entry(&listed, &id.parent().list()).ok()?;
        Some(listed)
    }

    /// The objects under a parent, page by page.
    pub fn pages(self, parent: &Parent<T>) -> Result<Pages<'a, T>, Error> {
        self.client.pages(&parent.list())
    }

    /// Reads all objects under a parent.
    pub async fn list(self, parent: &Parent<T>, call: &Call) -> Result<Vec<T>, Error> {
        self.client.list(&parent.list(), call).await
    }

    /// Reads all objects under a parent, and passes each to `visit`. At most a page is in memory.
    pub async fn each(
        self,
        parent: &Parent<T>,
        call: &Call,
        visit: impl FnMut(T) + Send,
    ) -> Result<(), Error> {
        self.pages(parent)?.each(call, visit).await
    }

    /// Creates an object: one request; [`Collection::finish`] then waits. Read the object first: the service
    /// would change an existing one, and has no condition against that. An object that appears after the read
    /// is reported.
    pub async fn begin_create(
        self,
        id: &T::Id,
        body: &T::Body,
        call: &Call,
    ) -> Result<CreateOutcome<T>, Error> {
        self.client.begin_create(&id.to_string(), T::profile(id), &to_json(body)?, call).await
    }

    /// Changes an object: reads it, edits it, writes it. Unchanged members go back as they came.
    pub async fn begin_update(
        self,
        id: &T::Id,
        change: &T::Change,
        call: &Call,
    ) -> Result<Started<T>, Error> {
        self.client.begin_change(&id.to_string(), T::profile(id), change, call).await
    }

    /// Waits for a write that has begun, and returns the object afterwards.
    pub async fn finish(self, operation: &PendingOperation, call: &Call) -> Result<T, Error> {
        self.client.finish(operation, call).await
    }

    /// Deletes an object and waits until it is gone. It waits for versions of a profile that are being
    /// deleted.
    pub async fn delete(self, id: &T::Id, call: &Call) -> Result<DeleteOutcome, Unfinished> {
        let path = id.to_string();
        self.client.inner.deletions.insert(&path);
        let result = self.client.delete::<T>(&path, T::profile(id), call).await;
        result.inspect_err(|_| self.client.inner.deletions.remove(&path))
    }

    /// Resumes an earlier deletion.
    pub async fn resume_delete(
        self,
        id: &T::Id,
        operation: &PendingOperation,
        call: &Call,
    ) -> Result<DeleteOutcome, Unfinished> {
        let path = id.to_string();
        self.client.inner.deletions.insert(&path);
        let result = self.client.resume_delete::<T>(&path, T::profile(id), operation, call).await;
        result.inspect_err(|_| self.client.inner.deletions.remove(&path))
    }
}

/// How often a read is tried if its responses are unreadable, as those of a proxy or gateway may be.
const UNREADABLE: u32 = 3;

impl ArmClient {
    /// Polls an earlier operation once.
    pub async fn poll(&self, operation: &PendingOperation, call: &Call) -> Result<OperationStatus, Error> {
        poll_once(self.http(call).await?, operation, call).await
    }

    /// Reads the object at a path. A 404 without an ARM error code is retried, and so is a response about
    /// something else.
    pub(super) async fn get<T: ArmResource>(&self, path: &str, call: &Call) -> Result<T, Error> {
        let url = self.http(call).await?.url_of(path)?;
        self.get_at(&url, path, call).await
    }

    /// Reads the object at a path from an address with a query of its own.
    pub(super) async fn get_at<T: ArmResource>(
        &self,
        url: &Url,
        path: &str,
        call: &Call,
    ) -> Result<T, Error> {
        let read = |answer: &Answer| verify::object(answer, path);
        Ok(self.read_unless(is_uncoded_not_found, read, url, call).await?.0)
    }

    /// Reads JSON from an address. A success that is not the expected JSON is retried a few times.
    pub(super) async fn read<T: DeserializeOwned + Send>(
        &self,
        url: &Url,
        call: &Call,
    ) -> Result<(T, Answer), Error> {
        self.read_unless(|_| false, |answer: &Answer| answer.read(), url, call).await
    }

    async fn read_unless<T: Send>(
        &self,
        is_transient: fn(&Error) -> bool,
        read: impl Fn(&Answer) -> Result<T, Error> + Send + Sync,
        url: &Url,
        call: &Call,
    ) -> Result<(T, Answer), Error> {
        let http = self.http(call).await?;
        let mut attempts = 0;
        loop {
            let answer = http.get(url, call).await?;
            let result = match answer.accept(&[200]) {
                Err(error) if is_transient(&error) => Err(error),
                answer => {
                    let answer = answer?;
                    read(&answer).map(|value| (value, answer))
                }
            };
            match result {
                Ok(read) => return Ok(read),
                Err(error) if attempts + 1 >= UNREADABLE => return Err(error),
                Err(error) => {
                    tracing::info!(target: "provider.http", %error, "trying again");
                    let wait = http.pace.retry.wait(attempts, random());
                    attempts += 1;
                    call.pause(wait, &LazyRequestLine { method: Method::Get, url }).await?;
                }
            }
        }
    }

    /// The result of an accepted write.
    pub(super) async fn started<T: ArmResource>(
        &self,
        answer: &Answer,
        path: &str,
        call: &Call,
    ) -> Result<Started<T>, Error> {
        let read = verify::object::<T>(answer, path);
        let state = read.as_ref().ok().and_then(ArmResource::provisioning_state);
        let operation = PendingOperation::of_write(self.http(call).await?, answer, state, path)?;
        match read {
            Ok(body) => Ok(Started { body: Some(body), operation }),
            // An unreadable response is no failure: the write was accepted. The object will show the result.
            Err(_) => {
                let operation = operation.or_else(|| Some(PendingOperation::write_of(path)));
                Ok(Started { body: None, operation })
            }
        }
    }

    async fn begin_change<T: ArmResource>(
        &self,
        path: &str,
        profile: &ProfileId,
        change: &(impl Change + Default),
        call: &Call,
    ) -> Result<Started<T>, Error> {
        let http = self.http(call).await?;
        let url = http.url_of(path)?;
        let read = |answer: &Answer| verify::object::<T>(answer, path);
        let (object, answer) = self.read_unless(is_uncoded_not_found, read, &url, call).await?;
        match edit(change, object, &answer)? {
            Edited::Unchanged(object) => Ok(Started { body: Some(*object), operation: None }),
            Edited::Body(body) => {
                drop(answer);
                let accepted = &[200, 201, 202];
                let body = Some(&body);
                let write = Write { method: Method::Put, path, profile, body, accepted, creates: false };
                let answer = self.write(&write, call).await?;
                self.started(&answer, path, call).await
            }
        }
    }

    pub(super) async fn finish<T: ArmResource>(
        &self,
        operation: &PendingOperation,
        call: &Call,
    ) -> Result<T, Error> {
        let path = operation.resource();
        match finish(self.http(call).await?, operation, call).await? {
            Some(answer) => match verify::object(&answer, path) {
                Ok(object) => Ok(object),
                // The operation has ended, but the response is not the object. So read the object.
                Err(_) => self.get(path, call).await,
            },
            None => Err(Error::Setup(format!("the operation on {path} was a deletion"))),
        }
    }
}

/// The result of editing a body.
enum Edited<T> {
    /// The object already has the values.
    Unchanged(Box<T>),
    /// The new body.
    Body(Bytes),
}

/// Edits the body that was read.
fn edit<T: ArmResource, C: Change + Default>(
    change: &C,
    object: T,
    answer: &Answer,
) -> Result<Edited<T>, Error> {
    let current: Members = answer.read()?;
    let write_error = |error| Error::Setup(format!("the body cannot be written: {error}"));
    let same = to_json(&C::default().apply(current.clone()).map_err(write_error)?)?;
    let body = to_json(&change.apply(current).map_err(write_error)?)?;
    // An abandoned attempt, of this process or another one, may have made the change already.
    if body == same && matches!(object.provisioning_state(), None | Some(ProvisioningState::Succeeded)) {
        return Ok(Edited::Unchanged(Box::new(object)));
    }
    Ok(Edited::Body(body))
}

/// Whether this is a 404 without an ARM error code, which a proxy or gateway may have returned.
fn is_uncoded_not_found(error: &Error) -> bool {
    error.missing() == Some(Missing::Other) && error.arm().is_some_and(|error| error.code.is_none())
}

pub(super) fn to_json(body: &impl Serialize) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(body);
    let mut json = json.map_err(|error| Error::Setup(format!("the body cannot be written: {error}")))?;
    json.shrink_to_fit();
    Ok(json.into())
}
