//! What the provider offers: GetMetadata, GetProviderSchema, GetFunctions, GetResourceIdentitySchemas.

use super::Shared;
use crate::plugin::proto;
use proto::get_metadata::{DataSourceMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata};

impl Shared {
    /// Names and abilities, for a host that wants no schemas yet.
    pub(super) fn metadata(&self) -> proto::get_metadata::Response {
        let catalogue = self.catalogue();
        let name = ToString::to_string;
        proto::get_metadata::Response {
            server_capabilities: Some(self.capabilities()),
            resources: catalogue
                .resources
                .keys()
                .map(|type_name| ResourceMetadata { type_name: name(type_name) })
                .collect(),
            data_sources: catalogue
                .data_sources
                .keys()
                .map(|type_name| DataSourceMetadata { type_name: name(type_name) })
                .collect(),
            list_resources: catalogue
                .list_resources
                .keys()
                .map(|type_name| ListResourceMetadata { type_name: name(type_name) })
                .collect(),
            functions: catalogue.functions.keys().map(|key| FunctionMetadata { name: name(key) }).collect(),
            ..proto::get_metadata::Response::default()
        }
    }

    /// All schemas, built on the first call and the same ever after.
    pub(super) fn provider_schema(&self) -> proto::get_provider_schema::Response {
        let build = || {
            let catalogue = self.catalogue();
            proto::get_provider_schema::Response {
                provider: Some(catalogue.provider.schema.to_proto()),
                provider_meta: catalogue.meta.as_ref().map(|form| form.schema.to_proto()),
                resource_schemas: catalogue
                    .resources
                    .iter()
                    .map(|(name, managed)| ((*name).to_owned(), managed.form.schema.to_proto()))
                    .collect(),
                data_source_schemas: catalogue
                    .data_sources
                    .iter()
                    .map(|(name, sourced)| ((*name).to_owned(), sourced.form.schema.to_proto()))
                    .collect(),
                list_resource_schemas: catalogue
                    .list_resources
                    .iter()
                    .map(|(name, listable)| ((*name).to_owned(), listable.form.schema.to_proto()))
                    .collect(),
                functions: self.function_signatures().functions,
                server_capabilities: Some(self.capabilities()),
                ..proto::get_provider_schema::Response::default()
            }
        };
        self.described.get_or_init(build).clone()
    }

    /// The functions alone: OpenTofu asks for them here, Terraform reads them from the schema.
    pub(super) fn function_signatures(&self) -> proto::get_functions::Response {
        let functions = self
            .catalogue()
            .functions
            .iter()
            .map(|(name, callable)| ((*name).to_owned(), callable.signature.to_proto()));
        proto::get_functions::Response { functions: functions.collect(), diagnostics: Vec::new() }
    }

    /// The identities of the resources that have one.
    pub(super) fn identity_schemas(&self) -> proto::get_resource_identity_schemas::Response {
        let identities = self.catalogue().resources.iter().filter_map(|(name, managed)| {
            managed.identity.as_ref().map(|(schema, _)| ((*name).to_owned(), schema.to_proto()))
        });
        proto::get_resource_identity_schemas::Response {
            identity_schemas: identities.collect(),
            diagnostics: Vec::new(),
        }
    }

    fn capabilities(&self) -> proto::ServerCapabilities {
        proto::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: self.catalogue().resources.values().any(|managed| managed.resource.moves()),
            generate_resource_config: true,
        }
    }
}
