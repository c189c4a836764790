//! The provider block and the environment: the arguments (`arguments`, `schema`), where a setting is found
//! (`source`), and the result (`settings`, built by `cloud`, `login`, `request` and `registration`).

pub mod arguments;
mod cloud;
mod files;
pub mod login;
mod registration;
mod request;
pub mod schema;
pub mod settings;
pub mod source;
mod validate;

pub use schema::schema;
pub use settings::ProviderSettings;
pub use source::{ProcessVariables, Variables};
pub use validate::validate;
