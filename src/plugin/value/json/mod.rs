//! Values as JSON, the form in which states are stored, and the other form a host may send.
//!
//! The form is cty's: the schema's type decides what stands where, sets and tuples are arrays, and where the schema
//! says "any type" stands `{"value": ..., "type": ...}`. Numbers are read digit by digit, not through a binary
//! fraction, so that `0.1` stays a tenth. Unknown values have no form in JSON.

mod decode;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_stored};
