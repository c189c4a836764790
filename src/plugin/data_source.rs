//! What a data source implements.

use async_trait::async_trait;

use super::context::{ClientCapabilities, Context, Deferral};
use super::diagnostic::{Diagnostics, Failure};
use super::schema::Schema;
use super::value::Value;

/// A read of a data source.
#[derive(Debug)]
pub struct ReadData {
    /// The configuration, wholly known.
    pub config: Value,
    /// What the host can do.
    pub capabilities: ClientCapabilities,
}

/// The result of a read.
#[derive(Debug)]
pub struct ReadDataResult {
    /// The configuration with everything computed filled in.
    pub state: Value,
    /// Set to defer the read to a later run; values that are not known yet are unknown in the state.
    pub deferred: Option<Deferral>,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl ReadDataResult {
    /// The result with this state, without warnings.
    #[must_use]
    pub const fn new(state: Value) -> Self {
        Self { state, deferred: None, warnings: Diagnostics::new() }
    }
}

/// A kind of object that Terraform only reads.
#[async_trait]
pub trait DataSource: Send + Sync {
    /// Its type in configurations, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// Its schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration, parts of which may be unknown, without the network.
    async fn validate(&self, context: &Context, config: Value) -> Diagnostics;

    /// Reads it.
    ///
    /// # Errors
    /// If it does not exist or cannot be read.
    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure>;
}
