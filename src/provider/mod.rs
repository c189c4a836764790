//! Where Terraform and Azure meet: configuration, resources, data sources, functions.

pub mod applied;
pub mod azapi;
#[cfg(test)]
pub(crate) mod azure_double;
pub mod checks;
pub mod configuration;
pub mod connection;
pub mod data_sources;
pub mod draft_state;
pub mod existing;
pub mod functions;
pub mod identity;
pub mod import;
pub mod invm_access_profile;
pub mod invm_access_profile_version;
pub mod problem;
pub mod roles;
pub mod spelling;
pub mod tags;
pub mod timeouts;

use std::sync::Arc;

use async_trait::async_trait;

use crate::plugin::provider::{ConfigureRequest, Provider};
use crate::plugin::{Context, DataSource, Diagnostics, Failure, Function, Resource, Schema, Value};
use connection::Connection;
use invm_access_profile::InVmAccessProfile;
use invm_access_profile_version::InVmAccessProfileVersion;

/// The source address in examples, in what `--debug` prints, and in the tests. This is the one place that decides it.
pub const ADDRESS: &str = "terraform.local/azure/gallery";

/// The provider.
#[derive(Debug, Default)]
pub struct Gallery {
    connection: Connection,
}

impl Gallery {
    /// A provider that has not been configured.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Provider for Gallery {
    fn schema(&self) -> Schema {
        configuration::schema()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![
            Arc::new(InVmAccessProfile::new(self.connection.clone())),
            Arc::new(InVmAccessProfileVersion::new(self.connection.clone())),
        ]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        let mut all = data_sources::all(&self.connection);
        all.extend(roles::all(&self.connection));
        all
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let word = checks::word(&config, "environment", configuration::schema::ENVIRONMENTS);
        word.into_iter().collect()
    }

    async fn configure(&self, _: &Context, request: ConfigureRequest) -> Result<Diagnostics, Failure> {
        self.connection.configure(&request.config, &request.terraform_version)?;
        Ok(Diagnostics::new())
    }
}
