//! Azure Resource Manager: clouds, login, requests, long-running operations, errors, ids, models. Knows no Terraform.
pub mod ids;
mod location;
mod secret;
pub use location::Location;
pub use secret::Secret;
pub mod error;
mod call;
mod cloud;
pub use call::{Call, Last};
pub use cloud::{Cloud, CloudError};
pub use error::Error;
pub mod models;
mod pace;
mod pipeline;
mod login;
pub use login::Login;
pub use pace::{Backoff, Pace};
