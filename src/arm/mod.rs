//! Azure Resource Manager: clouds, login, requests, long-running operations, errors, ids, models. Knows no Terraform.
pub mod ids;
mod location;
mod secret;
pub use location::Location;
pub use secret::Secret;
mod call;
mod cloud;
pub mod error;
pub use call::{Call, Last};
pub use cloud::{Cloud, CloudError};
pub use error::Error;
pub mod models;
