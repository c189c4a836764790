//! The data sources about roles: a role explained, the existing operations, and whether somebody's roles
//! suffice.
//!
//! This module reads from Azure; [`crate::rbac`] decides what the responses mean.

pub mod access_check;
pub mod catalogue;
pub mod fingerprint;
pub mod operations;
pub mod problem;
pub mod role_definition;
pub mod values;

use std::sync::Arc;

use super::connection::Connection;
use crate::plugin::DataSource;
use access_check::AccessCheck;
use catalogue::Catalogues;
use operations::OperationsData;
use role_definition::RoleDefinitionData;

/// All data sources about roles.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn DataSource>> {
    let (connection, catalogues) = (|| connection.clone(), Catalogues::default());
    vec![
        Arc::new(AccessCheck { connection: connection() }),
        Arc::new(OperationsData { connection: connection(), catalogues: catalogues.clone() }),
        Arc::new(RoleDefinitionData { connection: connection(), catalogues }),
    ]
}

#[cfg(test)]
mod tests;
