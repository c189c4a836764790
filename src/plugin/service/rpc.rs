//! The generated trait, method by method: which function handles which RPC.

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::{Service, ServiceState};
use crate::plugin::proto;

type RpcResult<A> = Result<Response<A>, Status>;

#[tonic::async_trait]
impl proto::provider_server::Provider for Service {
    // Metadata and schemas.

    async fn get_metadata(
        &self,
        request: Request<proto::get_metadata::Request>,
    ) -> RpcResult<proto::get_metadata::Response> {
        self.run("GetMetadata", request, ServiceState::metadata).await
    }

    async fn get_provider_schema(
        &self,
        request: Request<proto::get_provider_schema::Request>,
    ) -> RpcResult<proto::get_provider_schema::Response> {
        self.run("GetProviderSchema", request, ServiceState::provider_schema).await
    }

    async fn get_functions(
        &self,
        request: Request<proto::get_functions::Request>,
    ) -> RpcResult<proto::get_functions::Response> {
        self.run("GetFunctions", request, ServiceState::function_signatures).await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<proto::get_resource_identity_schemas::Request>,
    ) -> RpcResult<proto::get_resource_identity_schemas::Response> {
        self.run("GetResourceIdentitySchemas", request, ServiceState::identity_schemas).await
    }

    // The provider block.

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> RpcResult<proto::validate_provider_config::Response> {
        self.run("ValidateProviderConfig", request, ServiceState::validate_provider).await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> RpcResult<proto::configure_provider::Response> {
        self.run("ConfigureProvider", request, ServiceState::configure).await
    }

    // Managed resources.

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> RpcResult<proto::validate_resource_config::Response> {
        self.run("ValidateResourceConfig", request, ServiceState::validate_resource).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> RpcResult<proto::plan_resource_change::Response> {
        self.run("PlanResourceChange", request, ServiceState::plan).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> RpcResult<proto::apply_resource_change::Response> {
        self.run("ApplyResourceChange", request, ServiceState::apply).await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> RpcResult<proto::read_resource::Response> {
        self.run("ReadResource", request, ServiceState::read).await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> RpcResult<proto::import_resource_state::Response> {
        self.run("ImportResourceState", request, ServiceState::import).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> RpcResult<proto::generate_resource_config::Response> {
        self.run("GenerateResourceConfig", request, ServiceState::generate_config).await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> RpcResult<proto::move_resource_state::Response> {
        self.run("MoveResourceState", request, ServiceState::move_state).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> RpcResult<proto::upgrade_resource_state::Response> {
        self.run("UpgradeResourceState", request, ServiceState::upgrade_state).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> RpcResult<proto::upgrade_resource_identity::Response> {
        self.run("UpgradeResourceIdentity", request, ServiceState::upgrade_identity).await
    }

    // Lists of resources.

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> RpcResult<proto::validate_list_resource_config::Response> {
        self.run("ValidateListResourceConfig", request, ServiceState::validate_list).await
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> RpcResult<BoxStream<proto::list_resource::Event>> {
        Ok(Response::new(Box::pin(Arc::clone(&self.state).list(request.into_inner()))))
    }

    // Data sources and functions.

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> RpcResult<proto::validate_data_resource_config::Response> {
        self.run("ValidateDataResourceConfig", request, ServiceState::validate_data_source).await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> RpcResult<proto::read_data_source::Response> {
        self.run("ReadDataSource", request, ServiceState::read_data_source).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> RpcResult<proto::call_function::Response> {
        self.run("CallFunction", request, ServiceState::call_function).await
    }

    // The end.

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> RpcResult<proto::stop_provider::Response> {
        self.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }
}
