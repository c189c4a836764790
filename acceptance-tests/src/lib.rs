//! The parts of the acceptance tests and the quickstart: the binaries under test, the emulator as a process,
//! the real CLI in a directory of its own, scenarios that make their checks themselves, and a host double.

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
