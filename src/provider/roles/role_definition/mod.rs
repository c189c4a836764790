//! The data source `gallery_role_definition`: a role as a role explorer shows it.

pub mod find;
pub mod model;
pub mod schema;

use async_trait::async_trait;

use super::catalogue::{Catalogues, Wanted};
use super::problem;
use crate::plugin::data_source::{DataSource, Found, ReadData};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Schema, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup;
use crate::provider::timeouts;
use crate::rbac::RoleDefinition;

/// The data source.
#[derive(Debug)]
pub struct RoleDefinitionData {
    connection: Connection,
    catalogues: Catalogues,
}

impl RoleDefinitionData {
    /// The data source over this connection.
    #[must_use]
    pub const fn new(connection: Connection, catalogues: Catalogues) -> Self {
        Self { connection, catalogues }
    }
}

#[async_trait]
impl DataSource for RoleDefinitionData {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut found = find::check(&config);
        found.extend(timeouts::validate(&config));
        found
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<Found, Failure> {
        find::check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema::schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let found = find::role(&client, &config, &call).await?;
        let role = RoleDefinition::from_json(&found.json).map_err(|error| {
            let detail = format!("{} is not a valid role definition: {error}.", found.id);
            Diagnostic::error("Role definition cannot be read", detail)
        })?;
        let operations = if config.get("expand") == Some(&Value::Bool(false)) {
            None
        } else {
            let wanted = Wanted::by(&role.permissions);
            let got = self.catalogues.get(&client, &wanted, &call).await;
            Some(got.map_err(|error| problem::failed("Operations", "providerOperations", None, &error))?)
        };
        let state = model::state(&found, &role, operations.as_ref(), &config);
        Ok(Found { warnings: model::warnings(&role), ..Found::new(state) })
    }
}
