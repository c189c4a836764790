//! One list instead of many reads.
//!
//! A refresh reads every object singly, ten at a time and in no order, and a provider does not know which
//! reads will follow. But it can notice that objects have the same parent. The parent's list has them all,
//! with one request per page, and each entry is what a read of the object would return.
//!
//! - The first read under a parent is a single read, so that a single object costs one request. The second
//!   reads a page of the list, which then serves all objects on it. Once two parents were read more than once,
//!   the first read under a further parent begins with the list, too.
//! - A reader reads one page at most, and reads its object singly if that is not on it. So if few objects of a
//!   long list are read, each costs at most one more request; if all are read, the list is soon complete.
//! - Only objects on a page are served. An object on none of them may be gone, and is read singly.
//! - A write ends the sharing under its parent permanently, before it is sent: no response is older than our
//!   own last write. A page serves reads for a minute.
//! - A list that cannot be read soon ends the sharing under its parent: its objects are read singly. After
//!   three in a row no more lists are tried.
//! - Entries wait for their readers up to a memory limit; beyond it objects are read singly.

mod parent_reads;

use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::{GalleryId, ParentId, ProfileId};
use super::super::models::ArmResource;
use super::ArmClient;
use super::list::{Cursor, Entry, Label};
use parent_reads::{Parents, SharedRead, Ticket};
use serde::de::DeserializeOwned;
use std::str::FromStr;
use std::time::Duration;

/// The shared reads of one client.
#[derive(Debug)]
pub(super) struct Sharing {
    /// For the profiles of galleries.
    pub(super) profiles: SharedReads<GalleryId>,
    /// For the versions of profiles.
    pub(super) versions: SharedReads<ProfileId>,
}

impl Sharing {
    /// Sharing that is on or off.
    pub(super) fn new(on: bool) -> Self {
        Self { profiles: SharedReads::new(on), versions: SharedReads::new(on) }
    }

    /// Ends the sharing for what a write to a profile, or to a version at this path, may change.
    pub(super) fn end(&self, profile: &ProfileId, path: &str) {
        self.versions.parents.close(profile);
        if path.eq_ignore_ascii_case(&profile.to_string()) {
            self.profiles.parents.close(profile.gallery());
        }
    }
}

/// The shared reads of one type of object.
#[derive(Debug)]
pub(super) struct SharedReads<P: ParentId> {
    on: bool,
    parents: Parents<P>,
}

impl<P: ParentId> SharedReads<P> {
    fn new(on: bool) -> Self {
        Self { on, parents: Parents::default() }
    }

    /// The memory of the entries that wait for their readers.
    #[cfg(test)]
    pub(super) fn used_memory(&self) -> usize {
        self.parents.used_memory()
    }

    /// The object of this name, if its parent's list has it. After `None` the caller reads the object itself.
    pub(super) async fn find<T: ArmResource>(
        &self,
        client: &ArmClient,
        parent: &P,
        name: &P::Name,
        call: &Call,
    ) -> Option<T> {
        if !self.on {
            return None;
        }
        let pace = &client.inner.pace;
        let ticket = match self.parents.join(parent, name, pace.shared, || Cursor::at(client, &parent.list()))
        {
            SharedRead::Entry(entry) => return object(&entry).filter(T::is_whole),
            SharedRead::ReadSingly => return None,
            SharedRead::ReadPage(ticket) => ticket,
        };
        let page = self.read_page(client, parent, name, &ticket, pace.listing, call);
        // Waiting for a page that another reader is reading ends with the call, as the page itself does.
        match call.run("reading a list", Duration::ZERO, page).await {
            Ok(entry) => entry.filter(T::is_whole),
            Err(error) => {
                self.page_failed(parent, &ticket, &error, call);
                None
            }
        }
    }

    /// Waits until no other reader reads a page, and reads the next unless the object has arrived meanwhile.
    async fn read_page<T: ArmResource>(
        &self,
        client: &ArmClient,
        parent: &P,
        name: &P::Name,
        ticket: &Ticket,
        longest: Duration,
        call: &Call,
    ) -> Result<Option<T>, Error> {
        let mut cursor = ticket.cursor.lock().await;
        match self.parents.recheck(parent, name, ticket) {
            SharedRead::Entry(entry) => return Ok(object(&entry)),
            SharedRead::ReadSingly => return Ok(None),
            SharedRead::ReadPage(_) => {}
        }
        let Some((entries, _)) = cursor.read(client, &call.part(longest)).await? else { return Ok(None) };
        tracing::debug!(target: "provider.http", list = parent.list(), entries = entries.len(), "one list for many reads");
        let entry = self.parents.store_page(parent, name, ticket, entries);
        Ok(entry.and_then(|entry| object(&entry)))
    }

    fn page_failed(&self, parent: &P, ticket: &Ticket, error: &Error, call: &Call) {
        if call.cancellation().is_cancelled() || call.remaining().is_zero() {
            return;
        }
        tracing::info!(target: "provider.http", list = parent.list(), %error, "no list, objects are read singly");
        self.parents.list_failed(parent, ticket);
    }
}

/// The entry as the object.
fn object<T: DeserializeOwned>(entry: &Entry) -> Option<T> {
    serde_json::from_str(entry.get()).ok()
}

/// The name of a list's entry: its name, otherwise the end of its id.
fn name_of<N: FromStr>(entry: &Entry) -> Option<N> {
    let label = Label::of(entry);
    let last = || label.id().and_then(|id| id.rsplit('/').next());
    label.name().or_else(last)?.parse().ok()
}
