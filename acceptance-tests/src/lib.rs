//! What the acceptance tests are made of: the binaries under test, and a host double of our own.

pub mod binaries;
pub mod host;
