//! The data source `gallery_role_definition`: a role as a role explorer shows it.

pub mod find;
pub mod model;
pub mod schema;

use async_trait::async_trait;

use super::catalogue::{Catalogues, NamespaceFilter};
use super::problem;
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Schema, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup;
use crate::provider::timeouts;
use crate::rbac::RoleDefinition;

/// The data source.
#[derive(Debug)]
pub struct RoleDefinitionData {
    /// Azure, and what this process knows.
    pub connection: Connection,
    /// What this process has read of the catalogue.
    pub catalogues: Catalogues,
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
        let mut diagnostics = find::check(&config);
        diagnostics.extend(timeouts::validate(&config));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        find::check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema::schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let definition = find::role(&client, &config, &call).await?;
        let role = RoleDefinition::from_json(&definition.json).map_err(|error| {
            let detail = format!("{} is not a valid role definition: {error}.", definition.id);
            Diagnostic::error("Role definition cannot be read", detail)
        })?;
        let operations = if config.get("expand") == Some(&Value::Bool(false)) {
            None
        } else {
            let filter = NamespaceFilter::for_permissions(&role.permissions);
            let operations = self.catalogues.get(&client, &filter, &call).await;
            Some(
                operations
                    .map_err(|error| problem::failed("Operations", "providerOperations", None, &error))?,
            )
        };
        let state = model::state(&definition, &role, operations.as_ref(), &config);
        Ok(ReadDataResult { warnings: model::warnings(&role), ..ReadDataResult::new(state) })
    }
}
