//! Profiles and versions as the caller sees them: the same few verbs on each.

use super::super::call::Call;
use super::super::error::{Error, Missing};
use super::super::exchange::{Answer, Line};
use super::super::ids::{GalleryId, ProfileId, VersionId};
use super::super::models::{
    Change, Members, Profile, ProfileBody, ProfileChange, ProvisioningState, Resource, Version, VersionBody,
    VersionChange,
};
use super::super::operation::{Outlook, PendingOperation, Started, Unfinished, finish, look};
use super::super::pace::random;
use super::write::Write;
use super::{ArmClient, Begun, Deleted, Pages, believed};
use azure_core::Bytes;
use azure_core::http::Method;
use serde::de::DeserializeOwned;
use url::Url;

/// The profiles of galleries.
#[derive(Clone, Copy, Debug)]
pub struct Profiles<'a>(&'a ArmClient);

/// The versions of profiles.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a>(&'a ArmClient);

impl<'a> Profiles<'a> {
    pub(super) fn new(client: &'a ArmClient) -> Self {
        Self(client)
    }

    /// Reads a profile: one request.
    pub async fn get(self, id: &ProfileId, call: &Call) -> Result<Profile, Error> {
        self.0.get(&id.to_string(), call).await
    }

    /// The profile as the list of its gallery showed it a moment ago, when several of its siblings are read and one
    /// list answers for all of them; `None` says to use [`Profiles::get`]. A list is never older than the last write
    /// of this client, but it may leave out what a read gives: confirm with a read what seems to have changed.
    pub async fn shared(self, id: &ProfileId, call: &Call) -> Option<Profile> {
        let listed = self.0.inner.sharing.profiles.look(self.0, id.gallery(), id.name(), call).await?;
        believed::entry(&listed, &list_of_profiles(id.gallery())).ok()?;
        Some(listed)
    }

    /// The profiles of a gallery, page by page.
    pub fn pages(self, gallery: &GalleryId) -> Result<Pages<'a, Profile>, Error> {
        self.0.pages(&list_of_profiles(gallery))
    }

    /// Reads all profiles of a gallery.
    pub async fn list(self, gallery: &GalleryId, call: &Call) -> Result<Vec<Profile>, Error> {
        self.0.list(&list_of_profiles(gallery), call).await
    }

    /// Creates a profile: one request, and a wait that is left to [`Profiles::finish`]. A caller reads first, since
    /// the service has no condition for it and would change what is there; what appears after that is told.
    pub async fn begin_create(
        self,
        id: &ProfileId,
        body: &ProfileBody,
        call: &Call,
    ) -> Result<Begun<Profile>, Error> {
        self.0.begin_create(&id.to_string(), id, &to_json(body)?, call).await
    }

    /// Changes a profile: reads it, edits it, writes it.
    pub async fn begin_update(
        self,
        id: &ProfileId,
        change: &ProfileChange,
        call: &Call,
    ) -> Result<Started<Profile>, Error> {
        self.0.begin_change(&id.to_string(), id, change, call).await
    }

    /// Waits for a write that has begun and gives the profile as it then is.
    pub async fn finish(self, operation: &PendingOperation, call: &Call) -> Result<Profile, Error> {
        self.0.finish(operation, call).await
    }

    /// Deletes a profile and waits until it is gone; versions on their way out are waited for.
    pub async fn delete(self, id: &ProfileId, call: &Call) -> Result<Deleted, Unfinished> {
        self.0.delete::<Profile>(&id.to_string(), id, call).await
    }

    /// Goes on with a deletion that was begun before.
    pub async fn resume_delete(
        self,
        id: &ProfileId,
        begun: &PendingOperation,
        call: &Call,
    ) -> Result<Deleted, Unfinished> {
        self.0.resume_delete::<Profile>(&id.to_string(), id, begun, call).await
    }
}

impl<'a> Versions<'a> {
    pub(super) fn new(client: &'a ArmClient) -> Self {
        Self(client)
    }

    /// Reads a version: one request.
    pub async fn get(self, id: &VersionId, call: &Call) -> Result<Version, Error> {
        self.0.get(&id.to_string(), call).await
    }

    /// The version as the list of its profile showed it a moment ago, when several of its siblings are read and one
    /// list answers for all of them; `None` says to use [`Versions::get`]. A list is never older than the last write
    /// of this client, but it may leave out what a read gives: confirm with a read what seems to have changed.
    pub async fn shared(self, id: &VersionId, call: &Call) -> Option<Version> {
        let listed = self.0.inner.sharing.versions.look(self.0, id.profile(), id.name(), call).await?;
        believed::entry(&listed, &list_of_versions(id.profile())).ok()?;
        Some(listed)
    }

    /// The versions of a profile, page by page.
    pub fn pages(self, profile: &ProfileId) -> Result<Pages<'a, Version>, Error> {
        self.0.pages(&list_of_versions(profile))
    }

    /// Reads all versions of a profile.
    pub async fn list(self, profile: &ProfileId, call: &Call) -> Result<Vec<Version>, Error> {
        self.0.list(&list_of_versions(profile), call).await
    }

    /// Reads all versions of a profile, and hands over one after the other: no more than a page is held.
    pub async fn each(
        self,
        profile: &ProfileId,
        call: &Call,
        visit: impl FnMut(Version) + Send,
    ) -> Result<(), Error> {
        self.0.pages(&list_of_versions(profile))?.each(call, visit).await
    }

    /// Creates a version, as [`Profiles::begin_create`] does.
    pub async fn begin_create(
        self,
        id: &VersionId,
        body: &VersionBody,
        call: &Call,
    ) -> Result<Begun<Version>, Error> {
        self.0.begin_create(&id.to_string(), id.profile(), &to_json(body)?, call).await
    }

    /// Changes a version: reads it, edits it, writes it. Its rules go back as they came.
    pub async fn begin_update(
        self,
        id: &VersionId,
        change: &VersionChange,
        call: &Call,
    ) -> Result<Started<Version>, Error> {
        self.0.begin_change(&id.to_string(), id.profile(), change, call).await
    }

    /// Waits for a write that has begun and gives the version as it then is.
    pub async fn finish(self, operation: &PendingOperation, call: &Call) -> Result<Version, Error> {
        self.0.finish(operation, call).await
    }

    /// Deletes a version and waits until the service says that it is gone.
    pub async fn delete(self, id: &VersionId, call: &Call) -> Result<Deleted, Unfinished> {
        self.0.inner.leaving.note(id);
        let deleted = self.0.delete::<Version>(&id.to_string(), id.profile(), call).await;
        deleted.inspect_err(|_| self.0.inner.leaving.forget(id))
    }

    /// Goes on with a deletion that was begun before.
    pub async fn resume_delete(
        self,
        id: &VersionId,
        begun: &PendingOperation,
        call: &Call,
    ) -> Result<Deleted, Unfinished> {
        self.0.inner.leaving.note(id);
        let deleted = self.0.resume_delete::<Version>(&id.to_string(), id.profile(), begun, call).await;
        deleted.inspect_err(|_| self.0.inner.leaving.forget(id))
    }
}

fn list_of_profiles(gallery: &GalleryId) -> String {
    format!("{gallery}/inVMAccessControlProfiles")
}

fn list_of_versions(profile: &ProfileId) -> String {
    format!("{profile}/versions")
}

/// How many unreadable answers to a read are taken for a hiccup of something in between.
const UNREADABLE: u32 = 3;

impl ArmClient {
    /// Looks once at an operation that was begun before.
    pub async fn look(&self, operation: &PendingOperation, call: &Call) -> Result<Outlook, Error> {
        look(self.http(call).await?, operation, call).await
    }

    /// Reads the object at a path. A 404 without an ARM error code says nothing of it and is asked again, and so is an
    /// answer about something else.
    pub(super) async fn get<T: Resource>(&self, path: &str, call: &Call) -> Result<T, Error> {
        let url = self.http(call).await?.url_of(path)?;
        let read = |answer: &Answer| believed::object(answer, path);
        Ok(Box::pin(self.read_unless(is_uncoded_not_found, read, &url, call)).await?.0)
    }

    /// Reads JSON from an address. An answer of success that is not what it should be is asked for again a few times.
    pub(super) async fn read<T: DeserializeOwned + Send>(
        &self,
        url: &Url,
        call: &Call,
    ) -> Result<(T, Answer), Error> {
        self.read_unless(|_| false, |answer: &Answer| answer.read(), url, call).await
    }

    async fn read_unless<T: Send>(
        &self,
        passing: fn(&Error) -> bool,
        read: impl Fn(&Answer) -> Result<T, Error> + Send + Sync,
        url: &Url,
        call: &Call,
    ) -> Result<(T, Answer), Error> {
        let http = self.http(call).await?;
        let mut earlier = 0;
        loop {
            let answer = http.get(url, call).await?;
            let result = match answer.accept(&[200]) {
                Err(error) if passing(&error) => Err(error),
                answer => {
                    let answer = answer?;
                    read(&answer).map(|value| (value, answer))
                }
            };
            match result {
                Ok(read) => return Ok(read),
                Err(error) if earlier + 1 >= UNREADABLE => return Err(error),
                Err(error) => {
                    tracing::info!(target: "provider.http", %error, "trying again");
                    let wait = http.pace.retry.wait(earlier, random());
                    earlier += 1;
                    call.pause(wait, &Line { method: Method::Get, url }).await?;
                }
            }
        }
    }

    /// What a write that was taken has begun.
    pub(super) async fn taken<T: Resource>(
        &self,
        answer: &Answer,
        path: &str,
        call: &Call,
    ) -> Result<Started<T>, Error> {
        let read = believed::object::<T>(answer, path);
        let told = read.as_ref().ok().and_then(Resource::provisioning_state);
        let operation = PendingOperation::of_write(self.http(call).await?, answer, told, path)?;
        match read {
            Ok(body) => Ok(Started { body: Some(Box::new(body)), operation }),
            // The write was taken, so this is no failure of it: the object itself will tell.
            Err(_) => {
                let operation = operation.or_else(|| Some(PendingOperation::look_at(path)));
                Ok(Started { body: None, operation })
            }
        }
    }

    async fn begin_change<T: Resource>(
        &self,
        path: &str,
        profile: &ProfileId,
        change: &(impl Change + Default),
        call: &Call,
    ) -> Result<Started<T>, Error> {
        let http = self.http(call).await?;
        let url = http.url_of(path)?;
        let believed = |answer: &Answer| believed::object::<T>(answer, path);
        let (object, answer) = self.read_unless(is_uncoded_not_found, believed, &url, call).await?;
        match changed(change, object, &answer)? {
            Changed::Already(object) => Ok(Started { body: Some(object), operation: None }),
            Changed::To(body) => {
                drop(answer);
                let accepted = &[200, 201, 202];
                let body = Some(&body);
                let write = Write { method: Method::Put, path, profile, body, accepted, creates: false };
                let answer = self.write(&write, call).await?;
                self.taken(&answer, path, call).await
            }
        }
    }

    pub(super) async fn finish<T: Resource>(
        &self,
        operation: &PendingOperation,
        call: &Call,
    ) -> Result<T, Error> {
        let path = operation.resource();
        match finish(self.http(call).await?, operation, call).await? {
            Some(answer) => match believed::object(&answer, path) {
                Ok(object) => Ok(object),
                // The operation has ended; an answer that is not the object is asked for once more.
                Err(_) => Box::pin(self.get(path, call)).await,
            },
            None => Err(Error::Setup(format!("the operation on {path} was a deletion"))),
        }
    }
}

/// What comes of a change.
enum Changed<T> {
    /// The object is so already.
    Already(Box<T>),
    /// The body to put in its place.
    To(Bytes),
}

/// Changes what was read.
fn changed<T: Resource, C: Change + Default>(
    change: &C,
    object: T,
    answer: &Answer,
) -> Result<Changed<T>, Error> {
    let held: Members = answer.read()?;
    let broken = |error| Error::Setup(format!("the body cannot be written: {error}"));
    let same = to_json(&C::default().apply(held.clone()).map_err(broken)?)?;
    let body = to_json(&change.apply(held).map_err(broken)?)?;
    // An earlier attempt, given up in this process or in another one, may have reached the service after all.
    if body == same && matches!(object.provisioning_state(), None | Some(ProvisioningState::Succeeded)) {
        return Ok(Changed::Already(Box::new(object)));
    }
    Ok(Changed::To(body))
}

/// Whether this is a 404 without an ARM error code, which something between us and ARM may have answered.
fn is_uncoded_not_found(error: &Error) -> bool {
    error.missing() == Some(Missing::Other) && error.arm().is_some_and(|error| error.code.is_none())
}

pub(super) fn to_json(body: &impl serde::Serialize) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(body);
    let mut json = json.map_err(|error| Error::Setup(format!("the body cannot be written: {error}")))?;
    json.shrink_to_fit();
    Ok(json.into())
}
