//! One list instead of many reads.
//!
//! A refresh reads every object singly, ten at a time and in no order, and a provider does not know which
//! reads will follow. But it can notice that objects have the same parent. The parent's list has them all,
//! with one request per page, and each entry is what a read of the object would return.
//!
//! - The first read under a parent is left alone, so that a single object costs one request. The second reads
//!   a page of the list, which then serves all objects on it. Once two parents were read more than once, the
//!   first read under a further parent begins with the list, too.
//! - A reader reads one page at most, and reads its object singly if that is not on it. So a long list of
//!   which few objects matter costs at most one more request for each of those, and a list of which all
//!   matter is soon read.
//! - Only objects on a page are served. An object on none of them may be gone, and is read singly.
//! - A write ends the sharing under its parent permanently, before it is sent: no response is older than our
//!   own last write. A page serves reads for a minute.
//! - A list that cannot be read soon ends the sharing under its parent: its objects are read singly. After
//!   three in a row no more lists are tried.
//! - Entries wait for their readers up to a memory limit; beyond it objects are read singly.

mod family;

use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::{GalleryId, ParentId, ProfileId};
use super::super::models::Resource;
use super::ArmClient;
use super::list::{Cursor, Entry, Label};
use family::{Arrival, Families, Ticket};
use serde::de::DeserializeOwned;
use std::str::FromStr;
use std::time::Duration;

/// The shared reads of one client.
#[derive(Debug)]
pub(super) struct Sharing {
    /// For the profiles of galleries.
    pub(super) profiles: Readings<GalleryId>,
    /// For the versions of profiles.
    pub(super) versions: Readings<ProfileId>,
}

impl Sharing {
    /// Sharing that is on or off.
    pub(super) fn new(on: bool) -> Self {
        Self { profiles: Readings::new(on), versions: Readings::new(on) }
    }

    /// Ends it for what a write to a profile, or to a version at this path, may change.
    pub(super) fn end(&self, profile: &ProfileId, path: &str) {
        self.versions.families.close(profile);
        if path.eq_ignore_ascii_case(&profile.to_string()) {
            self.profiles.families.close(profile.gallery());
        }
    }
}

/// The shared reads of one type of object.
#[derive(Debug)]
pub(super) struct Readings<P: ParentId> {
    on: bool,
    families: Families<P>,
}

impl<P: ParentId> Readings<P> {
    fn new(on: bool) -> Self {
        Self { on, families: Families::default() }
    }

    /// The memory of the entries that wait for their readers.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.families.kept()
    }

    /// The object of this name, if its parent's list has it; `None` says to read the object itself.
    pub(super) async fn look<T: Resource>(
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
        let ticket =
            match self.families.arrive(parent, name, pace.shared, || Cursor::at(client, &parent.list())) {
                Arrival::Kept(entry) => return object(&entry).filter(T::is_whole),
                Arrival::Alone => return None,
                Arrival::Listing(ticket) => ticket,
            };
        let page = self.page(client, parent, name, &ticket, pace.listing, call);
        // Waiting for a page that another reader is reading ends with the call, as the page itself does.
        match call.run("reading a list", Duration::ZERO, page).await {
            Ok(found) => found.filter(T::is_whole),
            Err(error) => {
                self.failed(parent, &ticket, &error, call);
                None
            }
        }
    }

    /// Waits for the turn to read a page, and reads it unless another reader has delivered the object.
    async fn page<T: Resource>(
        &self,
        client: &ArmClient,
        parent: &P,
        name: &P::Name,
        ticket: &Ticket,
        longest: Duration,
        call: &Call,
    ) -> Result<Option<T>, Error> {
        let mut cursor = ticket.cursor.lock().await;
        match self.families.still(parent, name, ticket) {
            Arrival::Kept(entry) => return Ok(object(&entry)),
            Arrival::Alone => return Ok(None),
            Arrival::Listing(_) => {}
        }
        let Some((entries, _)) = cursor.read(client, &call.part(longest)).await? else { return Ok(None) };
        tracing::debug!(target: "provider.http", list = parent.list(), entries = entries.len(), "one list for many reads");
        let entry = self.families.keep(parent, name, ticket, entries);
        Ok(entry.and_then(|entry| object(&entry)))
    }

    fn failed(&self, parent: &P, ticket: &Ticket, error: &Error, call: &Call) {
        if call.cancellation().is_cancelled() || call.remaining().is_zero() {
            return;
        }
        tracing::info!(target: "provider.http", list = parent.list(), %error, "no list, objects are read singly");
        self.families.refuse(parent, ticket);
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
