//! Azure Resource Manager and Entra on this machine, as far as in-VM access control profiles need them.
//!
//! [`emulator::Emulator`] is the whole of it without a socket; [`server`] puts it behind HTTPS. What it does,
//! and where each behaviour comes from, stands in the README beside this crate.

pub mod arguments;
pub mod arm;
pub mod authority;
pub mod authorization;
pub mod az;
pub mod clock;
pub mod control;
pub mod emulator;
pub mod entra;
pub mod exchange;
pub mod faults;
pub mod journal;
pub mod json;
pub mod metadata;
pub mod pace;
pub mod private;
pub mod routes;
pub mod server;
pub mod settings;
pub mod signals;
pub mod state_file;
pub mod store;
#[cfg(test)]
mod testing;
pub mod wire;
