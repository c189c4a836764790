//! Values as JSON: the format of stored states, and the second format that a host may send.
//!
//! The format is cty's. The schema's type determines the structure; sets and tuples are arrays; for "any
//! type" the JSON is `{"value": ..., "type": ...}`. Numbers are read digit by digit, not through a binary
//! fraction, so that `0.1` stays a tenth. Unknown values have no form in JSON.

mod decode;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_stored};
