//! A password in the two forms that PFX files need, and the key derivation of PKCS #12 (RFC 7292 appendix B).

use ring::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY};
use std::num::NonZeroU32;

/// A password, as text and in PKCS #12's form.
pub(super) struct Password {
    text: Vec<u8>,
    wide: Vec<u8>,
}

impl Password {
    pub(super) fn new(text: &str) -> Self {
        let wide = text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        Self { text: text.as_bytes().to_vec(), wide }
    }

    /// No password at all. In PKCS #12 that differs from the empty one, and programs differ in which of the
    /// two they mean.
    pub(super) fn none() -> Self {
        Self { text: Vec::new(), wide: Vec::new() }
    }

    /// As text in UTF-8, for PBKDF2.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn derive_sha1(&self, purpose: u8, salt: &[u8], rounds: NonZeroU32, length: usize) -> Vec<u8> {
        self.derive(&SHA1_FOR_LEGACY_USE_ONLY, purpose, salt, rounds, length)
    }

    /// RFC 7292, appendix B.2; the letters are those used there.
    pub(super) fn derive(
        &self,
        hash: &'static Algorithm,
        purpose: u8,
        salt: &[u8],
        rounds: NonZeroU32,
        length: usize,
    ) -> Vec<u8> {
        let v = hash.block_len();
        let filled = |text: &[u8]| -> Vec<u8> {
            text.iter()
                .copied()
                .cycle()
                .take(if text.is_empty() { 0 } else { text.len().div_ceil(v) * v })
                .collect()
        };
        let mut i = [filled(salt), filled(&self.wide)].concat();
        let mut derived = Vec::with_capacity(length);
        loop {
            let mut first = digest::Context::new(hash);
            first.update(&vec![purpose; v]);
            first.update(&i);
            let mut a = first.finish();
            for _ in 1..rounds.get() {
                a = digest::digest(hash, a.as_ref());
            }
            derived.extend_from_slice(a.as_ref());
            if derived.len() >= length {
                derived.truncate(length);
                return derived;
            }
            let b: Vec<u8> = a.as_ref().iter().copied().cycle().take(v).collect();
            for block in i.chunks_mut(v) {
                add_and_one(block, &b);
            }
        }
    }
}

/// Adds `b` and one to a block, both as big numbers; overflow is dropped.
fn add_and_one(block: &mut [u8], b: &[u8]) {
    let mut carry = 1_u16;
    for (digit, other) in block.iter_mut().zip(b).rev() {
        let sum = u16::from(*digit) + u16::from(*other) + carry;
        let [high, low] = sum.to_be_bytes();
        (*digit, carry) = (low, u16::from(high));
    }
}
