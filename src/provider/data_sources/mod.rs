//! The data sources: single objects by id or by name, and lists of them.
//!
//! They return what the resources hold, with the resources' own schemas and mappings. They also return what
//! only Azure knows of an object: its provisioning state, where it is replicated to, who created and changed
//! it. One implementation serves all kinds of objects; [`Described`] says what differs.

pub mod attributes;
pub mod described;
mod list;
pub mod lookup;
pub mod machines;
mod object;
mod profile;
pub mod status;
mod version;

use std::sync::Arc;

use super::connection::Connection;
use super::invm_access_profile::InVmAccessProfile;
use super::invm_access_profile_version::InVmAccessProfileVersion;
use crate::plugin::DataSource;

pub use described::Described;
use list::ListData;
use object::ObjectData;

/// All data sources about profiles, their versions and the machines that refer to them.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn DataSource>> {
    vec![
        Arc::new(machines::MachinesData { connection: connection.clone() }),
        Arc::new(ObjectData::<InVmAccessProfile>::new(connection.clone())),
        Arc::new(ListData::<InVmAccessProfile>::new(connection.clone())),
        Arc::new(ObjectData::<InVmAccessProfileVersion>::new(connection.clone())),
        Arc::new(ListData::<InVmAccessProfileVersion>::new(connection.clone())),
    ]
}

#[cfg(test)]
mod tests;
