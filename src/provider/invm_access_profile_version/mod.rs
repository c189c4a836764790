//! The resource `gallery_invm_access_profile_version`.

pub mod lint;
pub mod model;
pub mod plan;
pub mod private;
pub mod rules;
pub mod schema;
pub mod validate;
