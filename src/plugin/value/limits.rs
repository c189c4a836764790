//! How much one message may make the decoders build. The transport bounds the bytes; these bound what the bytes
//! can turn into.

use super::error::{CodecError, Problem};

/// Levels of nesting. A recursion this deep fits into a tenth of a thread's stack.
pub(super) const MAX_DEPTH: usize = 256;

/// Values in one message. A byte of msgpack can stand for a value of 32 bytes in memory; without a bound a message
/// of 256 MiB would turn into many GiB. A version of 5 MiB has fewer than a million.
const MAX_VALUES: usize = 4 << 20;

/// How many elements are reserved before they are seen. Lengths come from the other side: they are believed one
/// element at a time.
const MAX_RESERVED: usize = 1024;

/// What is left of the values a message may have.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(MAX_VALUES)
    }

    /// Takes one value at this depth.
    pub(super) fn take(&mut self, depth: usize) -> Result<(), CodecError> {
        if depth >= MAX_DEPTH {
            return Err(CodecError::new(Problem::TooDeep));
        }
        self.spend(1)
    }

    /// Takes what a type of this many bytes of JSON is built of.
    pub(super) fn take_type(&mut self, json: &[u8]) -> Result<(), CodecError> {
        self.spend(json.len() / 4)
    }

    fn spend(&mut self, values: usize) -> Result<(), CodecError> {
        self.0 = self.0.checked_sub(values).ok_or_else(|| CodecError::new(Problem::TooMany))?;
        Ok(())
    }
}

/// An empty vector for as many elements as the other side says there are, within reason.
pub(super) fn reserve<T>(claimed: u32) -> Vec<T> {
    Vec::with_capacity(usize::try_from(claimed).unwrap_or(MAX_RESERVED).min(MAX_RESERVED))
}
