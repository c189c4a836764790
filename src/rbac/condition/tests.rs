//! Tests of the condition language.

mod laws;
mod table;
mod values;
