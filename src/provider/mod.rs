//! Where Terraform and Azure meet: configuration, resources, data sources, functions.

pub mod applied;
pub mod azapi;
#[cfg(test)]
pub(crate) mod azure_double;
pub mod checks;
#[cfg(test)]
mod compatibility;
pub mod configuration;
pub mod connection;
pub mod data_sources;
pub mod draft_state;
pub mod existing;
pub mod functions;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
pub mod identity;
pub mod import;
pub mod invm_access_profile;
pub mod invm_access_profile_version;
pub mod list_resources;
pub mod locks;
pub mod module;
pub mod problem;
pub mod profile_cache;
#[cfg(test)]
mod required_tests;
pub mod roles;
pub mod sign_in;
pub mod spelling;
pub mod tags;
pub mod timeouts;
pub mod writing;

use std::sync::Arc;

use async_trait::async_trait;

use crate::plugin::provider::{ConfigureRequest, Provider};
use crate::plugin::{
    Context, DataSource, Diagnostics, Failure, Function, ListResource, Resource, Schema, Value,
};
use connection::Connection;
use invm_access_profile::InVmAccessProfile;
use invm_access_profile_version::InVmAccessProfileVersion;
use writing::ManagedResource;

/// The source address in examples, in what `--debug` prints, and in the tests. This is the one place that decides it.
pub const ADDRESS: &str = "terraform.local/azure/gallery";

/// The provider.
#[derive(Debug, Default)]
pub struct Gallery {
    connection: Connection,
}

impl Gallery {
    /// A provider that has not been configured.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The provider over this connection.
    #[cfg(test)]
    pub(crate) const fn over(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl Provider for Gallery {
    fn schema(&self) -> Schema {
        configuration::schema()
    }

    fn meta_schema(&self) -> Option<Schema> {
        Some(module::meta_schema())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![
            Arc::new(ManagedResource::<InVmAccessProfile>::new(self.connection.clone())),
            Arc::new(ManagedResource::<InVmAccessProfileVersion>::new(self.connection.clone())),
        ]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        let mut all = data_sources::all(&self.connection);
        all.extend(roles::all(&self.connection));
        all
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        list_resources::all(&self.connection)
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        configuration::validate(&config)
    }

    async fn configure(&self, _: &Context, request: ConfigureRequest) -> Result<Diagnostics, Failure> {
        self.connection.configure(&request.config, &request.terraform_version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::check::{self, Use};

    #[test]
    fn everything_offered_is_what_the_host_accepts() {
        let provider = Gallery::new();
        assert_eq!(check::schema(&provider.schema(), Use::Provider), []);
        assert_eq!(check::schema(&provider.meta_schema().unwrap(), Use::Provider), []);
        for resource in provider.resources() {
            assert_eq!(check::schema(&resource.schema(), Use::Resource), [], "{}", resource.type_name());
        }
        for source in provider.data_sources() {
            assert_eq!(check::schema(&source.schema(), Use::DataSource), [], "{}", source.type_name());
        }
        for function in provider.functions() {
            assert_eq!(check::signature(&function.signature()), [], "{}", function.name());
        }
    }

    /// The layout's promise: imports run one way.
    #[test]
    fn no_module_imports_against_the_direction() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let forbidden = [
            ("plugin", &["arm", "allowlist", "rbac", "provider"][..]),
            // Rules go to Azure and come from it as the lists of `allowlist`.
            ("arm", &["plugin", "rbac", "provider"]),
            ("allowlist", &["plugin", "arm", "rbac", "provider"]),
            ("rbac", &["plugin", "arm", "allowlist", "provider"]),
        ];
        let mut found = Vec::new();
        for (module, others) in forbidden {
            let mut folders = vec![root.join(module)];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if path.extension().is_some_and(|ending| ending == "rs") {
                        let text = std::fs::read_to_string(&path).unwrap();
                        let breaks = |other: &&&str| text.contains(&format!("crate::{other}::"));
                        found.extend(
                            others.iter().filter(breaks).map(|other| format!("{}: {other}", path.display())),
                        );
                    }
                }
            }
        }
        assert_eq!(found, [""; 0]);
    }
}
