//! The data sources: single objects by id or by name, and lists of them.
//!
//! They give what the resources hold, by the resources' own schemas and mappings, and besides it what only Azure
//! knows of an object: how far it is, where it is replicated to, who made and changed it.

pub mod attributes;
pub mod lookup;
pub mod profile;
pub mod profiles;
pub mod status;
pub mod version;
pub mod versions;

use std::sync::Arc;

use super::connection::Connection;
use crate::plugin::DataSource;

/// All data sources about profiles and their versions.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn DataSource>> {
    vec![
        Arc::new(profile::ProfileData::new(connection.clone())),
        Arc::new(profiles::ProfilesData::new(connection.clone())),
        Arc::new(version::VersionData::new(connection.clone())),
        Arc::new(versions::VersionsData::new(connection.clone())),
    ]
}

#[cfg(test)]
mod tests;
