//! The table of all findings. The checks, the documentation and the `lint` argument read it.

mod documents;
mod identities;
mod privileges;
mod whole;

use std::fmt;
use std::str::FromStr;

use super::super::UnknownWord;
use super::Severity;

/// The meaning of one finding, for a reader who meets it for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The stable id.
    pub id: FindingId,
    /// The severities it can have, the worst first.
    pub severities: &'static [Severity],
    /// Whether its warnings are among the gravest: they open what was meant to be closed.
    pub high: bool,
    /// What the check needs to know in addition to the rules.
    pub needs: Needs,
    /// A heading under 30 characters.
    pub title: &'static str,
    /// Why it matters, in Markdown.
    pub explanation: &'static str,
    /// What to do about it, in Markdown.
    pub advice: &'static str,
}

/// What a check needs in addition to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Rules,
    /// The mode or the default access.
    Access,
    /// The profile's operating system.
    OsType,
    /// The profile's endpoint.
    Endpoint,
    /// An older version of the rules, or recorded requests. [`crate::allowlist::difference()`] and the reader
    /// of audit logs report these findings, not the linter.
    History,
}

/// Every finding, by id.
pub const CATALOG: [&[CatalogEntry]; 4] =
    [&documents::ENTRIES, &privileges::ENTRIES, &identities::ENTRIES, &whole::ENTRIES];

/// The id of a finding. Ids are never reused for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each id is documented by its entry in the catalog")]
#[rustfmt::skip]
pub enum FindingId {
    L01, L02, L03, L04, L05, L06, L07, L08, L10, L11, L12, L13, L14, L15, L16, L17, L18, L19, L20, L21, L22, L23, L24, L25, L26, L30, L31, L32, L33, L34, L35, L36, L37, L38, L39, L40, L41, L42, L43, L44, L50, L51, L52, L53,
}

impl FindingId {
    /// The entry that explains it.
    pub fn entry(self) -> &'static CatalogEntry {
        let mut entries = CATALOG.iter().copied().flatten();
        // Every id has an entry, which a test asserts; the first entry makes this function total.
        entries.find(|entry| entry.id == self).unwrap_or(&documents::FIRST)
    }

    /// Every id, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        CATALOG.iter().copied().flatten().map(|entry| entry.id)
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FromStr for FindingId {
    type Err = UnknownWord;

    /// Accepts an id in either case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let same = |id: &Self| id.to_string().eq_ignore_ascii_case(text);
        let unknown =
            || UnknownWord { word: text.to_owned(), what: "finding", known: "the ids L01 to L53".to_owned() };
        Self::all().find(same).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_the_catalog_once_and_in_order() {
        let ids: Vec<_> = FindingId::all().collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.len(), 44);
        assert_eq!(FindingId::L53 as usize + 1, ids.len());
        assert!(ids.iter().all(|id| id.entry().id == *id));
    }

    #[test]
    fn entries_have_the_length_and_form_that_pages_need() {
        for entry in CATALOG.iter().copied().flatten() {
            // The rest of a summary names its object.
            assert!(entry.title.len() < 30, "{}", entry.title);
            assert!(!entry.severities.is_empty() && entry.severities.is_sorted(), "{}", entry.id);
            assert!(entry.explanation.ends_with('.') && entry.advice.ends_with('.'), "{}", entry.id);
        }
    }

    #[test]
    fn ids_are_read_in_either_case() {
        assert_eq!("l02".parse(), Ok(FindingId::L02));
        assert!("L99".parse::<FindingId>().is_err());
    }
}
