//! Values as msgpack, the form in which hosts send and want them.
//!
//! The form is that of cty, the type system of Terraform: the schema's type decides what stands where. A number is
//! an integer, a float, or decimal text where neither holds it. An unknown value is an extension: type 0, or type 12
//! with what is promised about it. Where the schema says "any type" stands an array of two, the type as JSON and
//! the value.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;

/// The extension type of an unknown value about which nothing is promised.
const UNKNOWN: i8 = 0;

/// The extension type of an unknown value with refinements.
const REFINED: i8 = 12;
