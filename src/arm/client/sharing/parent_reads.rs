//! Which readers share a parent's list, and which entries wait for them.

use super::super::list::Cursor;
use super::{Entry, ParentId, name_of};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// From this number of parents with several reads on, even a first read begins with the list.
const LIST_FIRST_FROM: u32 = 2;
/// How many lists in a row may fail before lists are no longer tried.
const MAX_FAILED_LISTS: u32 = 3;
/// The memory limit for entries that wait for their readers.
const MEMORY_LIMIT: usize = 16 << 20;

/// The result for a reader.
#[derive(Debug)]
pub(super) enum SharedRead {
    /// The object's entry, from a list.
    Entry(Entry),
    /// No list serves it: read the object itself.
    ReadSingly,
    /// The reader may read a page of the list.
    ReadPage(Ticket),
}

/// The right to read a page of a list.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    number: u64,
    /// The position in the list; locked while a page is read.
    pub(super) cursor: Arc<tokio::sync::Mutex<Cursor>>,
}

/// All parents.
#[derive(Debug)]
pub(super) struct Parents<P: ParentId>(Mutex<State<P>>);

#[derive(Debug)]
struct State<P: ParentId> {
    parents: HashMap<P, ParentReads<P::Name>>,
    /// How many parents have several reads.
    shared_parents: u32,
    /// How many lists in a row have failed.
    failed_lists: u32,
    /// The memory of all waiting entries.
    used_memory: usize,
    /// The limit of that memory.
    limit: usize,
    /// The number of the last list that was begun.
    last_number: u64,
    /// When outdated lists were last dropped.
    last_sweep: Option<Instant>,
}

/// One parent.
#[derive(Debug)]
struct ParentReads<N> {
    read_count: u32,
    /// Whether the sharing has ended.
    closed: bool,
    /// The objects that were read singly; their entries are not kept.
    read_singly: HashSet<N>,
    listing: Option<Listing<N>>,
}

#[derive(Debug)]
struct Listing<N> {
    ticket: Ticket,
    began: Instant,
    entries: HashMap<N, Entry>,
}

impl<P: ParentId> Default for Parents<P> {
    fn default() -> Self {
        Self::with_limit(MEMORY_LIMIT)
    }
}

impl<N> Default for ParentReads<N> {
    fn default() -> Self {
        Self { read_count: 0, closed: false, read_singly: HashSet::new(), listing: None }
    }
}

impl<P: ParentId> Parents<P> {
    /// Empty, with this memory limit for all waiting entries.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self(Mutex::new(State {
            parents: HashMap::new(),
            shared_parents: 0,
            failed_lists: 0,
            used_memory: 0,
            limit,
            last_number: 0,
            last_sweep: None,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a reader. If it is not the only one, it begins a list at the given cursor, or continues one that
    /// is younger than `age`.
    pub(super) fn join(
        &self,
        parent: &P,
        name: &P::Name,
        age: Duration,
        cursor: impl FnOnce() -> Cursor,
    ) -> SharedRead {
        let mut state = self.state();
        let full = state.is_full(age);
        let State { parents, shared_parents, failed_lists, used_memory, last_number, .. } = &mut *state;
        let parent_reads = parents.entry(parent.clone()).or_default();
        if parent_reads.closed {
            return SharedRead::ReadSingly;
        }
        parent_reads.read_count = parent_reads.read_count.saturating_add(1);
        if parent_reads.read_count == 2 {
            *shared_parents += 1;
        }
        if parent_reads.is_older(age) {
            *used_memory = used_memory.saturating_sub(parent_reads.drop_listing());
        }
        if parent_reads.listing.is_none() {
            let usual = parent_reads.read_count > 1 || *shared_parents >= LIST_FIRST_FROM;
            if usual && !full && *failed_lists < MAX_FAILED_LISTS {
                *last_number += 1;
                let ticket =
                    Ticket { number: *last_number, cursor: Arc::new(tokio::sync::Mutex::new(cursor())) };
                parent_reads.listing =
                    Some(Listing { ticket, began: Instant::now(), entries: HashMap::new() });
            }
        }
        match state.find(parent, name) {
            SharedRead::ReadPage(_) if full => state.read_singly(parent, name),
            SharedRead::ReadSingly => state.read_singly(parent, name),
            found => found,
        }
    }

    /// Looks again for a reader that has waited to read a page of this list.
    pub(super) fn recheck(&self, parent: &P, name: &P::Name, ticket: &Ticket) -> SharedRead {
        let mut state = self.state();
        if state.listing(parent, ticket).is_none() {
            SharedRead::ReadSingly
        } else {
            state.find(parent, name)
        }
    }

    /// Handles a page that the reader of this name has read: returns its entry, and keeps the others. `None`
    /// if the sharing has ended in the meantime.
    pub(super) fn store_page(
        &self,
        parent: &P,
        name: &P::Name,
        ticket: &Ticket,
        entries: Vec<Entry>,
    ) -> Option<Entry> {
        let mut own = None;
        let mut others = Vec::with_capacity(entries.len());
        for entry in entries {
            match name_of::<P::Name>(&entry) {
                Some(entry_name) if entry_name == *name => own = Some(entry),
                Some(entry_name) => others.push((entry_name, entry)),
                None => {}
            }
        }
        let mut state = self.state();
        state.failed_lists = 0;
        let mut room = state.limit.saturating_sub(state.used_memory);
        let mut more = 0;
        let parent_reads = state.parents.get_mut(parent).filter(|parent_reads| !parent_reads.closed)?;
        let listing =
            parent_reads.listing.as_mut().filter(|listing| listing.ticket.number == ticket.number)?;
        for (entry_name, entry) in others {
            if size(&entry) > room || parent_reads.read_singly.remove(&entry_name) {
                continue;
            }
            room -= size(&entry);
            more += size(&entry);
            if let Some(old) = listing.entries.insert(entry_name, entry) {
                more = more.saturating_sub(size(&old));
            }
        }
        if own.is_none() {
            parent_reads.read_singly.insert(name.clone());
        }
        state.used_memory += more;
        own
    }

    /// The list could not be read: from now on the objects of the parent are read singly.
    pub(super) fn list_failed(&self, parent: &P, ticket: &Ticket) {
        let mut state = self.state();
        if state.listing(parent, ticket).is_some() {
            state.failed_lists += 1;
            state.close(parent);
        }
    }

    /// Ends the sharing under a parent.
    pub(super) fn close(&self, parent: &P) {
        self.state().close(parent);
    }

    /// The memory of all entries.
    #[cfg(test)]
    pub(super) fn used_memory(&self) -> usize {
        self.state().used_memory
    }

    /// The result of the page that a reader of this name reads.
    #[cfg(test)]
    fn page(&self, parent: &P, name: &P::Name, entries: Vec<Entry>, first: &url::Url) -> Option<Entry> {
        let cursor = || Cursor::new(first.clone(), "2024-03-03");
        match self.join(parent, name, Duration::from_secs(60), cursor) {
            SharedRead::ReadPage(ticket) => self.store_page(parent, name, &ticket, entries),
            _ => None,
        }
    }
}

impl<P: ParentId> State<P> {
    fn listing(&mut self, parent: &P, ticket: &Ticket) -> Option<&mut Listing<P::Name>> {
        let listing = self.parents.get_mut(parent)?.listing.as_mut()?;
        (listing.ticket.number == ticket.number).then_some(listing)
    }

    /// What the parent's list has for a reader now.
    fn find(&mut self, parent: &P, name: &P::Name) -> SharedRead {
        let Some(listing) =
            self.parents.get_mut(parent).and_then(|parent_reads| parent_reads.listing.as_mut())
        else {
            return SharedRead::ReadSingly;
        };
        match listing.entries.remove(name) {
            Some(entry) => {
                self.used_memory = self.used_memory.saturating_sub(size(&entry));
                SharedRead::Entry(entry)
            }
            None => SharedRead::ReadPage(listing.ticket.clone()),
        }
    }

    /// The reader reads its object itself; an entry that arrives later is dropped.
    fn read_singly(&mut self, parent: &P, name: &P::Name) -> SharedRead {
        if let Some(parent_reads) = self.parents.get_mut(parent) {
            parent_reads.read_singly.insert(name.clone());
        }
        SharedRead::ReadSingly
    }

    fn close(&mut self, parent: &P) {
        let parent_reads = self.parents.entry(parent.clone()).or_default();
        parent_reads.closed = true;
        parent_reads.read_singly = HashSet::new();
        let freed = parent_reads.drop_listing();
        self.used_memory = self.used_memory.saturating_sub(freed);
    }

    /// Whether there is hardly room for another page, after outdated entries are dropped.
    fn is_full(&mut self, age: Duration) -> bool {
        let full = self.limit / 4 * 3;
        if self.used_memory < full {
            return false;
        }
        // Not at every arrival: there may be thousands of parents to check.
        if self.last_sweep.is_none_or(|last_sweep| last_sweep.elapsed() >= age / 8) {
            self.last_sweep = Some(Instant::now());
            for parent_reads in self.parents.values_mut() {
                if parent_reads.is_older(age) {
                    self.used_memory = self.used_memory.saturating_sub(parent_reads.drop_listing());
                }
            }
        }
        self.used_memory >= full
    }
}

impl<N> ParentReads<N> {
    fn is_older(&self, age: Duration) -> bool {
        self.listing.as_ref().is_some_and(|listing| listing.began.elapsed() >= age)
    }

    /// Drops the list, and releases the memory of its entries.
    fn drop_listing(&mut self) -> usize {
        let entries = self.listing.take().map(|listing| listing.entries).unwrap_or_default();
        entries.values().map(size).sum()
    }
}

/// The memory of an entry, with its overhead.
fn size(entry: &Entry) -> usize {
    entry.get().len() + 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ids::{ProfileId, VersionName};
    use serde_json::json;

    fn parent(number: usize) -> ProfileId {
        let gallery = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
        format!("{gallery}/inVMAccessControlProfiles/p{number}").parse().unwrap()
    }

    fn name(number: usize) -> VersionName {
        format!("1.0.{number}").parse().unwrap()
    }

    fn page(count: usize) -> Vec<Entry> {
        let rule = |number: usize| {
            json!({"name": format!("privilege-{number}"), "path": format!("/metadata/instance/{number}"),
                   "queryParameters": {"api-version": "2021-02-01", "resource": format!("https://{number}.example")}})
        };
        let rules: Vec<_> = (0..40).map(rule).collect();
        let entry = |number: usize| {
            serde_json::value::to_raw_value(&json!({"name": name(number).as_str(), "rules": rules})).unwrap()
        };
        (0..count).map(entry).collect()
    }

    #[test]
    fn waiting_entries_never_take_more_than_the_limit() {
        let first = "https://arm.example/".parse().unwrap();
        let parents = Parents::<ProfileId>::with_limit(1_000_000);
        let read = |number: usize, of: usize| parents.page(&parent(of), &name(number), page(50), &first);
        assert!(read(0, 0).is_none() && read(1, 0).is_some());
        let fifty = parents.used_memory();
        assert!((250_000..500_000).contains(&fifty), "{fifty} for fifty versions of 40 rules");
        for of in 1..20 {
            read(0, of);
            read(1, of);
        }
        assert!(parents.used_memory() <= 1_000_000, "{}", parents.used_memory());
        assert!(read(7, 19).is_none(), "there was no room");
        let used_memory = parents.used_memory();
        let shared_read = parents.join(&parent(0), &name(7), Duration::from_secs(60), || unreachable!());
        assert!(matches!(shared_read, SharedRead::Entry(_)), "what was there stays");
        assert!(parents.used_memory() < used_memory);
        // Outdated entries make room.
        let shared_read = parents.join(&parent(30), &name(0), Duration::ZERO, || {
            Cursor::new("https://arm.example/".parse().unwrap(), "x")
        });
        assert!(
            matches!(shared_read, SharedRead::ReadPage(_)) && parents.used_memory() == 0,
            "{shared_read:?}"
        );
    }
}
