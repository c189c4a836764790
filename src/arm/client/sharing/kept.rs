//! An entry of a list that waits for its reader.

use super::Entry;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};

/// The entry, compressed: rules repeat themselves, so that forty of them take some hundred bytes in place of
/// thousands, and a thousand versions can wait in less than a MiB.
#[derive(Debug)]
pub(super) struct Kept(Box<[u8]>);

impl Kept {
    /// The entry as the object.
    pub(super) fn open<T: DeserializeOwned>(&self) -> Option<T> {
        let mut text = Vec::with_capacity(self.0.len().saturating_mul(8));
        DeflateDecoder::new(&*self.0).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// The memory it takes, with what belongs to it.
    pub(super) fn size(&self) -> usize {
        self.0.len() + 100
    }
}

/// What compresses the entries of a page. Its tables take more time to lay out than an entry takes to compress, so
/// there is one for all.
pub(super) struct Press(DeflateEncoder<Vec<u8>>);

impl Press {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self(DeflateEncoder::new(Vec::new(), Compression::fast()))
    }

    /// Takes an entry; `None` if it cannot be kept.
    pub(super) fn keep(&mut self, entry: &Entry) -> Option<Kept> {
        self.0.write_all(entry.get().as_bytes()).ok()?;
        Some(Kept(self.0.reset(Vec::new()).ok()?.into_boxed_slice()))
    }
}
