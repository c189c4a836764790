//! Where Terraform and Azure meet: configuration, resources, data sources, functions.

pub mod checks;
pub mod configuration;
pub mod draft_state;
pub mod invm_access_profile;
pub mod invm_access_profile_version;
pub mod problem;
pub mod spelling;
pub mod tags;
pub mod timeouts;
