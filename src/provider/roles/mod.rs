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
use catalogue::Catalogues;

/// All data sources about roles.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn DataSource>> {
    let catalogues = Catalogues::default();
    vec![
        Arc::new(access_check::AccessCheck::new(connection.clone())),
        Arc::new(operations::OperationsData::new(connection.clone(), catalogues.clone())),
        Arc::new(role_definition::RoleDefinitionData::new(connection.clone(), catalogues)),
    ]
}

#[cfg(test)]
mod tests;
