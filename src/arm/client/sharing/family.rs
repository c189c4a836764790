//! Which readers share a parent's list, and which entries wait for them.

use super::super::list::Cursor;
use super::{Entry, ParentId, name_of};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// From this number of parents with several reads on, even a first read begins with the list.
const HABIT: u32 = 2;
/// How many lists in a row may fail before lists are no longer tried.
const REFUSALS: u32 = 3;
/// The memory limit for entries that wait for their readers.
const LIMIT: usize = 16 << 20;

/// The result for a reader.
#[derive(Debug)]
pub(super) enum Arrival {
    /// The object, from a list.
    Kept(Entry),
    /// Nothing: read the object itself.
    Alone,
    /// A list, of which the reader may read a page.
    Listing(Ticket),
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
pub(super) struct Families<P: ParentId>(Mutex<State<P>>);

#[derive(Debug)]
struct State<P: ParentId> {
    families: HashMap<P, Family<P::Name>>,
    /// How many of them were read more than once.
    repeated: u32,
    /// How many lists in a row have failed.
    refused: u32,
    /// The memory of all entries.
    kept: usize,
    /// The limit of that memory.
    limit: usize,
    /// The number of the last list that was begun.
    number: u64,
    /// When outdated lists were last looked for.
    swept: Option<Instant>,
}

/// One parent.
#[derive(Debug)]
struct Family<N> {
    reads: u32,
    /// Nothing is shared any more.
    closed: bool,
    /// The objects that were read singly: nobody waits for their entries.
    alone: HashSet<N>,
    listing: Option<Listing<N>>,
}

#[derive(Debug)]
struct Listing<N> {
    ticket: Ticket,
    began: Instant,
    entries: HashMap<N, Entry>,
}

impl<P: ParentId> Default for Families<P> {
    fn default() -> Self {
        Self::within(LIMIT)
    }
}

impl<N> Default for Family<N> {
    fn default() -> Self {
        Self { reads: 0, closed: false, alone: HashSet::new(), listing: None }
    }
}

impl<P: ParentId> Families<P> {
    /// Empty, with this memory limit for all waiting entries.
    pub(super) fn within(limit: usize) -> Self {
        Self(Mutex::new(State {
            families: HashMap::new(),
            repeated: 0,
            refused: 0,
            kept: 0,
            limit,
            number: 0,
            swept: None,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a reader. If it is not the only one, it begins a list at the given cursor, or continues one that
    /// is younger than `age`.
    pub(super) fn arrive(
        &self,
        parent: &P,
        name: &P::Name,
        age: Duration,
        cursor: impl FnOnce() -> Cursor,
    ) -> Arrival {
        let mut state = self.state();
        let full = state.is_full(age);
        let State { families, repeated, refused, kept, number, .. } = &mut *state;
        let family = families.entry(parent.clone()).or_default();
        if family.closed {
            return Arrival::Alone;
        }
        family.reads = family.reads.saturating_add(1);
        if family.reads == 2 {
            *repeated += 1;
        }
        if family.is_older(age) {
            *kept = kept.saturating_sub(family.drop_listing());
        }
        if family.listing.is_none() {
            let usual = family.reads > 1 || *repeated >= HABIT;
            if usual && !full && *refused < REFUSALS {
                *number += 1;
                let ticket = Ticket { number: *number, cursor: Arc::new(tokio::sync::Mutex::new(cursor())) };
                family.listing = Some(Listing { ticket, began: Instant::now(), entries: HashMap::new() });
            }
        }
        match state.find(parent, name) {
            Arrival::Listing(_) if full => state.alone(parent, name),
            Arrival::Alone => state.alone(parent, name),
            found => found,
        }
    }

    /// The same reader, when its turn has come to read a page of this list.
    pub(super) fn still(&self, parent: &P, name: &P::Name, ticket: &Ticket) -> Arrival {
        let mut state = self.state();
        if state.listing(parent, ticket).is_none() { Arrival::Alone } else { state.find(parent, name) }
    }

    /// Handles a page that the reader of this name has read: returns its entry, and keeps the others. `None`
    /// if the sharing has ended in the meantime.
    pub(super) fn keep(
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
                Some(its) if its == *name => own = Some(entry),
                Some(its) => others.push((its, entry)),
                None => {}
            }
        }
        let mut state = self.state();
        state.refused = 0;
        let mut room = state.limit.saturating_sub(state.kept);
        let mut more = 0;
        let family = state.families.get_mut(parent).filter(|family| !family.closed)?;
        let listing = family.listing.as_mut().filter(|listing| listing.ticket.number == ticket.number)?;
        for (its, entry) in others {
            if size(&entry) > room || family.alone.remove(&its) {
                continue;
            }
            room -= size(&entry);
            more += size(&entry);
            if let Some(old) = listing.entries.insert(its, entry) {
                more = more.saturating_sub(size(&old));
            }
        }
        if own.is_none() {
            family.alone.insert(name.clone());
        }
        state.kept += more;
        own
    }

    /// The list could not be read: from now on the objects of the parent are read singly.
    pub(super) fn refuse(&self, parent: &P, ticket: &Ticket) {
        let mut state = self.state();
        if state.listing(parent, ticket).is_some() {
            state.refused += 1;
            state.close(parent);
        }
    }

    /// Ends the sharing under a parent.
    pub(super) fn close(&self, parent: &P) {
        self.state().close(parent);
    }

    /// The memory of all entries.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.state().kept
    }

    /// The result of the page that a reader of this name reads.
    #[cfg(test)]
    fn page(&self, parent: &P, name: &P::Name, entries: Vec<Entry>, first: &url::Url) -> Option<Entry> {
        let cursor = || Cursor::new(first.clone(), "2024-03-03");
        match self.arrive(parent, name, Duration::from_secs(60), cursor) {
            Arrival::Listing(ticket) => self.keep(parent, name, &ticket, entries),
            _ => None,
        }
    }
}

impl<P: ParentId> State<P> {
    fn listing(&mut self, parent: &P, ticket: &Ticket) -> Option<&mut Listing<P::Name>> {
        let listing = self.families.get_mut(parent)?.listing.as_mut()?;
        (listing.ticket.number == ticket.number).then_some(listing)
    }

    /// What the parent's list has for a reader now.
    fn find(&mut self, parent: &P, name: &P::Name) -> Arrival {
        let Some(listing) = self.families.get_mut(parent).and_then(|family| family.listing.as_mut()) else {
            return Arrival::Alone;
        };
        match listing.entries.remove(name) {
            Some(entry) => {
                self.kept = self.kept.saturating_sub(size(&entry));
                Arrival::Kept(entry)
            }
            None => Arrival::Listing(listing.ticket.clone()),
        }
    }

    /// The reader reads its object itself; an entry that arrives later is dropped.
    fn alone(&mut self, parent: &P, name: &P::Name) -> Arrival {
        if let Some(family) = self.families.get_mut(parent) {
            family.alone.insert(name.clone());
        }
        Arrival::Alone
    }

    fn close(&mut self, parent: &P) {
        let family = self.families.entry(parent.clone()).or_default();
        family.closed = true;
        family.alone = HashSet::new();
        let freed = family.drop_listing();
        self.kept = self.kept.saturating_sub(freed);
    }

    /// Whether there is hardly room for another page, after outdated entries are dropped.
    fn is_full(&mut self, age: Duration) -> bool {
        let full = self.limit / 4 * 3;
        if self.kept < full {
            return false;
        }
        // Not at every arrival: there may be thousands of parents to check.
        if self.swept.is_none_or(|swept| swept.elapsed() >= age / 8) {
            self.swept = Some(Instant::now());
            for family in self.families.values_mut() {
                if family.is_older(age) {
                    self.kept = self.kept.saturating_sub(family.drop_listing());
                }
            }
        }
        self.kept >= full
    }
}

impl<N> Family<N> {
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
        let families = Families::<ProfileId>::within(1_000_000);
        let read = |number: usize, of: usize| families.page(&parent(of), &name(number), page(50), &first);
        assert!(read(0, 0).is_none() && read(1, 0).is_some());
        let fifty = families.kept();
        assert!((250_000..500_000).contains(&fifty), "{fifty} for fifty versions of 40 rules");
        for of in 1..20 {
            read(0, of);
            read(1, of);
        }
        assert!(families.kept() <= 1_000_000, "{}", families.kept());
        assert!(read(7, 19).is_none(), "there was no room");
        let kept = families.kept();
        let arrival = families.arrive(&parent(0), &name(7), Duration::from_secs(60), || unreachable!());
        assert!(matches!(arrival, Arrival::Kept(_)), "what was there stays");
        assert!(families.kept() < kept);
        // Outdated entries make room.
        let arrival = families.arrive(&parent(30), &name(0), Duration::ZERO, || {
            Cursor::new("https://arm.example/".parse().unwrap(), "x")
        });
        assert!(matches!(arrival, Arrival::Listing(_)) && families.kept() == 0, "{arrival:?}");
    }
}
