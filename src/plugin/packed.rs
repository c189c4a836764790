//! Bytes that are kept while a call waits.

use lz4_flex::block;
use prost::bytes::Bytes;

/// What is shorter is kept as it is: there is little to gain, and an identity or null is read at once.
const SHORT: usize = 512;

/// Bytes by themselves and no longer than they need to be: rules repeat themselves, so that those of a version take a
/// third. Clones share them.
#[derive(Clone)]
pub(super) struct Packed {
    bytes: Bytes,
    /// How long they were, if they are compressed.
    whole: Option<usize>,
}

impl Packed {
    /// These bytes, which are looked at before anything is waited for.
    pub(super) const fn plain(bytes: Bytes) -> Self {
        Self { bytes, whole: None }
    }

    /// A copy of these bytes. What came over the wire is a part of a buffer that is larger than the whole message, and a
    /// call may wait for minutes.
    pub(super) fn new(bytes: &[u8]) -> Self {
        if bytes.len() > SHORT {
            let compressed = block::compress(bytes);
            if compressed.len() < bytes.len() {
                return Self { bytes: compressed.into_boxed_slice().into(), whole: Some(bytes.len()) };
            }
        }
        Self::plain(Bytes::copy_from_slice(bytes))
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether they are these few.
    pub(super) fn are(&self, few: &[u8]) -> bool {
        self.whole.is_none() && self.bytes == few
    }

    /// The bytes as they were.
    pub(super) fn open(&self) -> Bytes {
        match self.whole {
            None => self.bytes.clone(),
            // What was compressed here is whole; were it not, there would be nothing to be read, which is told.
            Some(whole) => block::decompress(&self.bytes, whole).unwrap_or_default().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_repeats_itself_takes_less() {
        let rules: String = (0..40).map(|n| format!("/metadata/part-{n}/instance ")).collect();
        let packed = Packed::new(rules.as_bytes());
        assert!(packed.bytes.len() * 2 < rules.len());
        assert_eq!(packed.open(), rules.as_bytes());
        assert!(!packed.is_empty() && !packed.are(&packed.bytes), "few means few");
        assert!(Packed::new(&[]).is_empty() && Packed::new(&[0xc0]).are(&[0xc0]));
    }

    proptest! {
        #[test]
        fn whatever_it_was_it_is_again(piece in proptest::collection::vec(any::<u8>(), 0..700), times in 1..20_usize) {
            let bytes = piece.repeat(times);
            let packed = Packed::new(&bytes);
            prop_assert!(packed.bytes.len() <= bytes.len());
            prop_assert_eq!(packed.open(), bytes);
        }
    }
}
