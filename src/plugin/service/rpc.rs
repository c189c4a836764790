//! The generated trait, method by method: which function handles which RPC.

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::{Service, Shared};
use crate::plugin::proto;

type Answer<A> = Result<Response<A>, Status>;

#[tonic::async_trait]
impl proto::provider_server::Provider for Service {
    // Metadata and schemas.

    async fn get_metadata(
        &self,
        request: Request<proto::get_metadata::Request>,
    ) -> Answer<proto::get_metadata::Response> {
        self.run("GetMetadata", request, Shared::metadata).await
    }

    async fn get_provider_schema(
        &self,
        request: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        self.run("GetProviderSchema", request, Shared::provider_schema).await
    }

    async fn get_functions(
        &self,
        request: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        self.run("GetFunctions", request, Shared::function_signatures).await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        self.run("GetResourceIdentitySchemas", request, Shared::identity_schemas).await
    }

    // The provider block.

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        self.run("ValidateProviderConfig", request, Shared::validate_provider).await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        self.run("ConfigureProvider", request, Shared::configure).await
    }

    // Managed resources.

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        self.run("ValidateResourceConfig", request, Shared::validate_resource).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        self.run("PlanResourceChange", request, Shared::plan).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        self.run("ApplyResourceChange", request, Shared::apply).await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        self.run("ReadResource", request, Shared::read).await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        self.run("ImportResourceState", request, Shared::import).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answer<proto::generate_resource_config::Response> {
        self.run("GenerateResourceConfig", request, Shared::generate_config).await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        self.run("MoveResourceState", request, Shared::move_state).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        self.run("UpgradeResourceState", request, Shared::upgrade_state).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        self.run("UpgradeResourceIdentity", request, Shared::upgrade_identity).await
    }

    // Lists of resources.

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        self.run("ValidateListResourceConfig", request, Shared::validate_list).await
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answer<BoxStream<proto::list_resource::Event>> {
        Ok(Response::new(Box::pin(Arc::clone(&self.shared).list(request.into_inner()))))
    }

    // Data sources and functions.

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Answer<proto::validate_data_resource_config::Response> {
        self.run("ValidateDataResourceConfig", request, Shared::validate_data_source).await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        self.run("ReadDataSource", request, Shared::read_data_source).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        self.run("CallFunction", request, Shared::call_function).await
    }

    // The end.

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Answer<proto::stop_provider::Response> {
        self.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }
}
