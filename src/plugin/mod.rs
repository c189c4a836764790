//! Terraform's side: handshake, mutual TLS, the gRPC service, values, schemas, diagnostics. Knows no Azure.
//!
//! Written as if it were a crate of its own. A provider implements [`Provider`] and, for each of its types,
//! [`Resource`], [`DataSource`], [`ListResource`] or [`Function`]; the service turns Terraform's calls into calls of these.

mod connection;
pub mod data_source;
pub mod diagnostic;
pub mod function;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
mod go_plugin;
pub mod handshake;
pub mod lifetime;
pub mod list_resource;
pub mod listener;
pub mod log;
pub mod panics;
pub mod path;
pub mod proto;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod seclusion;
pub mod serve;
pub mod service;
pub mod tls;
pub mod types;
pub mod value;

pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Failure, Severity};
pub use function::{Function, FunctionError};
pub use list_resource::ListResource;
pub use path::{Path, Step};
pub use provider::{Context, Provider};
pub use resource::Resource;
pub use schema::Schema;
pub use service::Service;
pub use types::Type;
pub use value::Value;
