//! Lists, read page by page and with a limit.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, excerpt};
use super::super::link;
use super::super::models::ArmResource;
use super::{ArmClient, verify};
use crate::plain;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use url::Url;

/// An entry of a list as it came. Entries are read one by one, so that an unreadable one does not affect the
/// others.
pub(super) type Entry = Box<RawValue>;

/// The most pages of a list, and the most entries: many more than any known gallery or subscription has.
const PAGES: usize = 1_000;
const ENTRIES: usize = 100_000;
/// The most text of a list that is kept as a whole.
const TEXT: usize = 32 << 20;

/// A page as every list of ARM has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    value: Option<Vec<Option<Entry>>>,
    next_link: Option<String>,
}

/// The label of an entry.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Label {
    id: Option<serde_json::Value>,
    name: Option<serde_json::Value>,
}

impl Label {
    /// Reads the label, and nothing else of the entry. An entry that is not an object has none.
    pub(super) fn of(entry: &RawValue) -> Self {
        serde_json::from_str(entry.get()).unwrap_or_default()
    }

    /// The id, if there is one.
    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_ref()?.as_str()
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_ref()?.as_str()
    }
}

/// An entry of a list that breaks the contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the entry {} of the list cannot be read: {reason}", name.as_deref().unwrap_or("without a name"))]
pub struct UnreadableEntry {
    /// The label of the entry: its id, otherwise its name.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

/// A list that is read on demand: a request for each page.
///
/// Links to further pages are followed on the configured host only. A page that was already read ends the
/// list with an error, since it would never end by itself.
#[derive(Debug)]
pub struct Pages<'a, T> {
    client: &'a ArmClient,
    cursor: Cursor,
    /// Returns why an entry cannot belong to the list.
    check: fn(&T, &str) -> Result<(), String>,
    /// The path of the list.
    path: String,
}

/// The position in a list.
#[derive(Debug)]
pub(super) struct Cursor {
    next: Next,
    /// For links without one.
    api_version: String,
    /// The pages that were read, as hashes of their addresses: an address may have kilobytes.
    seen: HashSet<u64>,
    entries: usize,
}

impl Cursor {
    /// Before the first page, which is at this address.
    pub(super) fn new(first: Url, api_version: &str) -> Self {
        Self {
            next: Next::Address(first),
            api_version: api_version.to_owned(),
            seen: HashSet::new(),
            entries: 0,
        }
    }

    /// Before the first page of the list at a path.
    pub(super) fn at(client: &ArmClient, path: &str) -> Self {
        let api_version = client.inner.api_version.clone();
        Self { next: Next::Path(path.to_owned()), api_version, seen: HashSet::new(), entries: 0 }
    }

    /// Reads the next page, `None` after the last. If the caller stops waiting, the cursor stays where it
    /// was.
    pub(super) async fn read(
        &mut self,
        client: &ArmClient,
        call: &Call,
    ) -> Result<Option<(Vec<Entry>, Answer)>, Error> {
        let http = client.http(call).await?;
        let url = match &self.next {
            Next::Path(path) => http.url_of(path)?,
            Next::Address(url) => url.clone(),
            Next::End => return Ok(None),
        };
        let (page, answer) = client.read::<Page>(&url, call).await?;
        let value = page.value.ok_or_else(|| answer.unreadable("the list has no \"value\""))?;
        self.entries += value.len();
        if self.entries > ENTRIES {
            return Err(answer.too_large(format!("the list has more than {ENTRIES} entries")));
        }
        self.seen.insert(fingerprint(&url));
        let link = page.next_link.filter(|link| !link.trim().is_empty());
        self.next = match link {
            Some(link) => {
                let next = link::follow(&http.cloud, &answer.request, &link, &self.api_version)?;
                if self.seen.contains(&fingerprint(&next)) {
                    return Err(answer.unreadable("its next page is one that was already read"));
                }
                if self.seen.len() >= PAGES {
                    return Err(answer.too_large(format!("the list has more than {PAGES} pages")));
                }
                Next::Address(next)
            }
            None => Next::End,
        };
        Ok(Some((value.into_iter().flatten().collect(), answer)))
    }
}

fn fingerprint(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}

/// Where the next page is.
#[derive(Debug)]
enum Next {
    /// The first, by its path: the host may not be known before.
    Path(String),
    /// A later one.
    Address(Url),
    /// There is none.
    End,
}

impl<T: DeserializeOwned> Pages<'_, T> {
    /// Reads the next page, `None` after the last. Each entry is the object or the reason why it cannot be
    /// read.
    pub async fn next(&mut self, call: &Call) -> Result<Option<Vec<Result<T, UnreadableEntry>>>, Error> {
        let page = self.cursor.read(self.client, call).await?;
        Ok(page.map(|(entries, _)| entries.iter().map(|one| self.entry(one)).collect()))
    }

    /// Whether the last page has been read.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.cursor.next, Next::End)
    }

    /// Reads all remaining pages, and passes on one entry after the other. An entry that cannot be read is an
    /// error.
    pub(super) async fn each(mut self, call: &Call, mut visit: impl FnMut(T)) -> Result<(), Error> {
        while let Some((entries, answer)) = self.cursor.read(self.client, call).await? {
            for one in entries {
                visit(self.entry(&one).map_err(|error| answer.unreadable(&error.to_string()))?);
            }
        }
        Ok(())
    }

    /// Reads all remaining pages. An entry that cannot be read is an error.
    async fn all(mut self, call: &Call) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut text = 0;
        while let Some((entries, answer)) = self.cursor.read(self.client, call).await? {
            for one in entries {
                text += one.get().len();
                all.push(self.entry(&one).map_err(|error| answer.unreadable(&error.to_string()))?);
            }
            if text > TEXT {
                return Err(answer.too_large(format!("the list is larger than {} MiB", TEXT >> 20)));
            }
        }
        Ok(all)
    }

    fn entry(&self, entry: &RawValue) -> Result<T, UnreadableEntry> {
        let read = serde_json::from_str(entry.get()).map_err(|error| error.to_string());
        let checked = read.and_then(|one| (self.check)(&one, &self.path).map(|()| one));
        checked.map_err(|reason| {
            let label = Label::of(entry);
            let name = label.id().or_else(|| label.name()).and_then(|name| excerpt(name.as_bytes()));
            UnreadableEntry { name, reason: plain::line(&reason) }
        })
    }
}

impl ArmClient {
    /// The list at a path; no request is made yet.
    pub(super) fn pages<T: ArmResource>(&self, path: &str) -> Result<Pages<'_, T>, Error> {
        Ok(Pages {
            client: self,
            cursor: Cursor::at(self, path),
            check: verify::entry,
            path: path.to_owned(),
        })
    }

    /// The list at an address, with the api-version for links that have none.
    pub(super) fn pages_from<T>(&self, first: Url, api_version: &str) -> Pages<'_, T> {
        let path = first.path().to_owned();
        Pages { client: self, cursor: Cursor::new(first, api_version), check: |_, _| Ok(()), path }
    }

    /// Everything at a path. An entry that cannot be read is an error: a caller that wants all of them must
    /// not get fewer.
    pub(super) async fn list<T: ArmResource>(&self, path: &str, call: &Call) -> Result<Vec<T>, Error> {
        self.pages::<T>(path)?.all(call).await
    }

    /// Everything at an address, with the api-version for links that have none.
    pub(super) async fn list_from<T: DeserializeOwned>(
        &self,
        first: Url,
        api_version: &str,
        call: &Call,
    ) -> Result<Vec<T>, Error> {
        self.pages_from::<T>(first, api_version).all(call).await
    }
}
