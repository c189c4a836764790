//! The provider block and the environment: what may be given (`arguments`, `schema`), where it is found (`source`),
//! and what it comes to (`settings`, put together from `cloud`, `login`, `request` and `registration`).

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
pub use settings::Settings;
pub use source::{ProcessVariables, Variables};
pub use validate::validate;
