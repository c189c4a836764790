//! An entry of a list that waits for its reader.

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{Read as _, Write as _};

/// The entry, compressed: rules repeat themselves, so that forty of them take some hundred bytes in place of
/// thousands, and a thousand versions can wait in less than a MiB.
#[derive(Debug)]
pub(super) struct Kept(Box<[u8]>);

impl Kept {
    /// Takes an entry; `None` if it cannot be kept.
    pub(super) fn new(entry: &Value) -> Option<Self> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut encoder, entry).ok()?;
        encoder.flush().ok()?;
        Some(Self(encoder.finish().ok()?.into_boxed_slice()))
    }

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
