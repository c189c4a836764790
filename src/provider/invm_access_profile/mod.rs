//! The resource `gallery_invm_access_profile`.

pub mod model;
pub mod plan;
pub mod schema;
pub mod validate;
