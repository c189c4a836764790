//! Connects Terraform and Azure: configuration, resources, data sources, functions.

pub mod applied;
pub mod azapi;
#[cfg(test)]
pub(crate) mod azure_double;
pub mod checks;
pub mod configuration;
pub mod connection;
pub mod data_sources;
pub mod existing;
pub mod functions;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
pub mod identity;
pub mod import;
pub mod invm_access_attachment;
pub mod invm_access_profile;
pub mod invm_access_profile_version;
pub mod list_resources;
pub mod locks;
pub mod machine_cache;
pub mod module;
#[cfg(test)]
mod names_tests;
pub mod problem;
pub mod profile_cache;
pub mod roles;
pub mod sign_in;
pub mod spelling;
pub mod tags;
pub mod timeouts;
pub mod writing;

use std::sync::Arc;

use async_trait::async_trait;

use crate::plugin::provider::{ConfigureRequest, Provider};
use crate::plugin::{
    Context, DataSource, Diagnostics, Failure, Function, ListResource, Resource, Schema, Value,
};
use connection::Connection;
use invm_access_attachment::InVmAccessAttachment;
use invm_access_profile::InVmAccessProfile;
use invm_access_profile_version::InVmAccessProfileVersion;
use writing::ManagedResource;

/// The source address in examples, in the output of `--debug`, and in the tests. It is defined only here.
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

    /// The provider over this connection.
    #[cfg(test)]
    pub(crate) const fn over(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl Provider for Gallery {
    fn schema(&self) -> Schema {
        configuration::schema()
    }

    fn meta_schema(&self) -> Option<Schema> {
        Some(module::meta_schema())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![
            Arc::new(InVmAccessAttachment { connection: self.connection.clone() }),
            Arc::new(ManagedResource::<InVmAccessProfile>::new(self.connection.clone())),
            Arc::new(ManagedResource::<InVmAccessProfileVersion>::new(self.connection.clone())),
        ]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        let mut all = data_sources::all(&self.connection);
        all.extend(roles::all(&self.connection));
        all
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        list_resources::all(&self.connection)
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        self.connection.record_lint(&config);
        configuration::validate(&config)
    }

    async fn configure(&self, _: &Context, request: ConfigureRequest) -> Result<Diagnostics, Failure> {
        self.connection.configure(&request.config, &request.terraform_version)
    }
}

#[cfg(test)]
mod tests;
