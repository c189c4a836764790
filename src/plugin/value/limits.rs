//! Limits on what the decoders build from one message. The transport limits the bytes; these limit what the
//! bytes expand to.

use super::error::{CodecError, Problem};

/// Levels of nesting. A recursion this deep fits into a tenth of a thread's stack.
pub(super) const MAX_DEPTH: usize = 256;

/// Values in one message. A byte of msgpack can become a value of 32 bytes in memory; without a limit a
/// message of 256 MiB would become many GiB. A version of 5 MiB has fewer than a million.
const MAX_VALUES: usize = 4 << 20;

/// How many elements are reserved in advance. Lengths come from the other side, so further elements are
/// allocated as they arrive.
const MAX_RESERVED: usize = 1024;

/// The remaining number of values for a message.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(MAX_VALUES)
    }

    /// Counts one value at this depth.
    pub(super) fn take(&mut self, depth: usize) -> Result<(), CodecError> {
        if depth >= MAX_DEPTH {
            return Err(CodecError::new(Problem::TooDeep));
        }
        self.spend(1)
    }

    /// Counts the values of a type with this many bytes of JSON.
    pub(super) fn take_type(&mut self, json: &[u8]) -> Result<(), CodecError> {
        self.spend(json.len() / 4)
    }

    fn spend(&mut self, values: usize) -> Result<(), CodecError> {
        self.0 = self.0.checked_sub(values).ok_or_else(|| CodecError::new(Problem::TooMany))?;
        Ok(())
    }
}

/// An empty vector for the announced number of elements, up to the limit.
pub(super) fn reserve<T>(claimed: u32) -> Vec<T> {
    Vec::with_capacity(usize::try_from(claimed).unwrap_or(MAX_RESERVED).min(MAX_RESERVED))
}
