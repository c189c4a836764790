//! What the acceptance tests and the quickstart are made of: the binaries under test, the emulator as a process, the
//! real CLI in a directory of its own, scenarios that cannot forget their checks, and a host double of our own.

pub mod binaries;
pub mod cli;
pub mod emulator;
pub mod host;
pub mod output;
pub mod plan;
pub mod programs;
pub mod replay;
pub mod run;
pub mod running;
pub mod scenario;
pub mod state;
pub mod stop;
pub mod terraform;
