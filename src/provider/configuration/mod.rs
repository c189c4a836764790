//! The provider block and the `ARM_*` environment.

pub mod schema;
pub mod settings;
pub mod source;

pub use schema::schema;
pub use settings::Settings;
pub use source::{ProcessVariables, Variables};
