//! The resource `gallery_invm_access_profile`.

pub mod plan;
pub mod schema;
