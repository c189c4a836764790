//! The real CLI, the real provider and the emulator: what a user sees.
//!
//! Each test is a [`scenario`](acceptance_tests::scenario), which itself checks that every apply is followed
//! by an empty plan, that a failure loses nothing, and that everything can be destroyed.

// clippy.toml allows panics in tests; the code that tests share counts as a test here too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod access_check;
mod as_recorded;
mod attachment;
mod clean_up;
mod configurations;
mod drift;
mod examples;
mod existing;
mod explain;
mod explain_page;
mod hosts;
mod imports;
mod interrupts;
mod large;
mod later;
mod login;
mod machines;
mod mirror;
mod mistakes;
mod mock;
mod naming;
mod operations;
mod parents;
mod pipelines;
mod policies;
mod profile;
mod progress;
mod quickstart;
mod requests;
mod role_functions;
mod roles;
mod scale;
mod scenarios;
mod spelling;
mod story;
mod timeouts;
mod together;
mod unknown;
mod version;
