//! Where Terraform and Azure meet: configuration, resources, data sources, functions.

pub mod invm_access_profile;
pub mod invm_access_profile_version;
pub mod timeouts;
