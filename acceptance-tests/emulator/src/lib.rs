//! Azure Resource Manager and Entra on this machine, as far as in-VM access control profiles need them.
//!
//! [`emulator::Emulator`] is the whole emulator without a socket; [`server`] serves it by HTTPS. The README
//! in this crate describes its behaviour and the source of each.

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
