//! Values as msgpack: the format that hosts send and expect.
//!
//! The format is that of cty, the type system of Terraform: the schema's type determines the structure. A
//! number is an integer, a float, or decimal text if neither can represent it. An unknown value is an
//! extension: type 0, or type 12 with its refinements. For "any type" the msgpack is an array of two, the
//! type as JSON and the value.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;

/// The extension type of an unknown value without refinements.
const UNKNOWN: i8 = 0;

/// The extension type of an unknown value with refinements.
const REFINED: i8 = 12;
