//! What the provider offers: GetMetadata, GetProviderSchema, GetFunctions, GetResourceIdentitySchemas.

use std::collections::HashMap;
use std::sync::Arc;

use super::ServiceState;
use crate::plugin::proto;
use proto::get_metadata::{DataSourceMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata};

impl ServiceState {
    /// Names and capabilities, for a host that does not need the schemas yet.
    pub(super) async fn metadata(
        self: Arc<Self>,
        _: proto::get_metadata::Request,
    ) -> proto::get_metadata::Response {
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

    /// All schemas.
    pub(super) async fn provider_schema(
        self: Arc<Self>,
        _: proto::get_provider_schema::Request,
    ) -> proto::get_provider_schema::Response {
        let catalogue = self.catalogue();
        proto::get_provider_schema::Response {
            provider: Some(catalogue.provider.schema.to_proto()),
            provider_meta: catalogue.meta.as_ref().map(|meta| meta.schema.to_proto()),
            resource_schemas: catalogue
                .resources
                .iter()
                .map(|(name, entry)| ((*name).to_owned(), entry.schema.schema.to_proto()))
                .collect(),
            data_source_schemas: catalogue
                .data_sources
                .iter()
                .map(|(name, entry)| ((*name).to_owned(), entry.schema.schema.to_proto()))
                .collect(),
            list_resource_schemas: catalogue
                .list_resources
                .iter()
                .map(|(name, entry)| ((*name).to_owned(), entry.schema.schema.to_proto()))
                .collect(),
            functions: self.signatures(),
            server_capabilities: Some(self.capabilities()),
            ..proto::get_provider_schema::Response::default()
        }
    }

    /// The functions alone: OpenTofu asks for them here, Terraform reads them from the schema.
    pub(super) async fn function_signatures(
        self: Arc<Self>,
        _: proto::get_functions::Request,
    ) -> proto::get_functions::Response {
        proto::get_functions::Response { functions: self.signatures(), diagnostics: Vec::new() }
    }

    fn signatures(&self) -> HashMap<String, proto::Function> {
        let functions = self.catalogue().functions.iter();
        functions.map(|(name, entry)| ((*name).to_owned(), entry.signature.to_proto())).collect()
    }

    /// The identities of the resources that have one.
    pub(super) async fn identity_schemas(
        self: Arc<Self>,
        _: proto::get_resource_identity_schemas::Request,
    ) -> proto::get_resource_identity_schemas::Response {
        let identities = self.catalogue().resources.iter().filter_map(|(name, entry)| {
            entry.identity.as_ref().map(|(schema, _)| ((*name).to_owned(), schema.to_proto()))
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
            move_resource_state: self.catalogue().resources.values().any(|entry| entry.resource.moves()),
            generate_resource_config: true,
        }
    }
}
