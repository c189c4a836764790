//! What a provider offers.

use std::sync::Arc;

use async_trait::async_trait;

use super::data_source::DataSource;
use super::diagnostic::{Diagnostics, Failure};
use super::function::Function;
use super::list_resource::ListResource;
use super::resource::Resource;
use super::schema::Schema;
use super::value::Value;

pub use super::context::{ClientCapabilities, Context, Deferral};

/// The arguments of `configure`.
#[derive(Debug)]
pub struct ConfigureRequest {
    /// The provider block; parts of it may be unknown during a plan.
    pub config: Value,
    /// The version of the host, for the user agent.
    pub terraform_version: String,
    /// What the host supports.
    pub capabilities: ClientCapabilities,
}

/// A provider: its own configuration and the types it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    fn schema(&self) -> Schema;

    /// The `provider_meta` block of modules, if the provider supports one.
    fn meta_schema(&self) -> Option<Schema> {
        None
    }

    /// Its resources. Called once.
    fn resources(&self) -> Vec<Arc<dyn Resource>>;

    /// Its data sources. Called once.
    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        Vec::new()
    }

    /// The resource types whose objects can be listed. Called once.
    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        Vec::new()
    }

    /// Its functions. Called once.
    fn functions(&self) -> Vec<Arc<dyn Function>> {
        Vec::new()
    }

    /// Checks the provider block without the network.
    async fn validate(&self, context: &Context, config: Value) -> Diagnostics;

    /// Configures the provider. Returns warnings.
    ///
    /// # Errors
    /// If the block cannot be used.
    async fn configure(&self, context: &Context, request: ConfigureRequest) -> Result<Diagnostics, Failure>;
}
