//! The generated trait, method by method: which RPC is answered where.

use std::sync::Arc;

use futures::future::BoxFuture;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::call::Place::{self, Beside, Serving};
use super::{Service, apply, read};
use crate::plugin::proto;

type Answer<A> = Result<Response<A>, Status>;

#[tonic::async_trait]
impl proto::provider_server::Provider for Service {
    // What the provider offers.

    async fn get_metadata(
        &self,
        request: Request<proto::get_metadata::Request>,
    ) -> Answer<proto::get_metadata::Response> {
        self.run(Serving, "GetMetadata", request, |shared, _| async move { shared.metadata() }).await
    }

    async fn get_provider_schema(
        &self,
        request: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        self.run(Serving, "GetProviderSchema", request, |shared, _| async move { shared.provider_schema() })
            .await
    }

    async fn get_functions(
        &self,
        request: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        self.run(Serving, "GetFunctions", request, |shared, _| async move { shared.function_signatures() })
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        self.run(Serving, "GetResourceIdentitySchemas", request, |shared, _| async move {
            shared.identity_schemas()
        })
        .await
    }

    // The provider block.

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        self.run(Serving, "ValidateProviderConfig", request, |shared, request| async move {
            shared.validate_provider(request).await
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        self.run(Serving, "ConfigureProvider", request, |shared, request| async move {
            shared.configure(request).await
        })
        .await
    }

    // Managed resources. The two that hundreds wait in are no `async fn`, which would keep room for what came all the while.

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        self.run(
            Place::by_length(&request),
            "ValidateResourceConfig",
            request,
            |shared, request| async move { shared.validate_resource(request).await },
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        self.run(Place::by_length(&request), "PlanResourceChange", request, |shared, request| async move {
            shared.plan(request).await
        })
        .await
    }

    fn apply_resource_change<'s, 'f>(
        &'s self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> BoxFuture<'f, Answer<proto::apply_resource_change::Response>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(self.run(Serving, "ApplyResourceChange", request, |shared, request| {
            let asked = Box::new(apply::Asked::from(request));
            async move { shared.apply(asked).await }
        }))
    }

    fn read_resource<'s, 'f>(
        &'s self,
        request: Request<proto::read_resource::Request>,
    ) -> BoxFuture<'f, Answer<proto::read_resource::Response>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(self.run(Serving, "ReadResource", request, |shared, request| {
            let asked = Box::new(read::Asked::from(request));
            async move { shared.read(asked).await }
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        self.run(Serving, "ImportResourceState", request, |shared, request| async move {
            shared.import(request).await
        })
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answer<proto::generate_resource_config::Response> {
        self.run(Serving, "GenerateResourceConfig", request, |shared, request| async move {
            shared.generate_config(request)
        })
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        self.run(Place::by_length(&request), "MoveResourceState", request, |shared, request| async move {
            shared.move_state(request).await
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        self.run(Place::by_length(&request), "UpgradeResourceState", request, |shared, request| async move {
            shared.upgrade_state(request).await
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        self.run(Serving, "UpgradeResourceIdentity", request, |shared, request| async move {
            shared.upgrade_identity(request).await
        })
        .await
    }

    // Lists of resources.

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        self.run(Serving, "ValidateListResourceConfig", request, |shared, request| async move {
            shared.validate_list(request).await
        })
        .await
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
        self.run(Serving, "ValidateDataResourceConfig", request, |shared, request| async move {
            shared.validate_data_source(request).await
        })
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        self.run(Serving, "ReadDataSource", request, |shared, request| async move {
            shared.read_data_source(request).await
        })
        .await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        self.run(
            Beside,
            "CallFunction",
            request,
            |shared, request| async move { shared.call_function(request) },
        )
        .await
    }

    // The end.

    async fn stop_provider(
        &self,
        _request: Request<proto::stop_provider::Request>,
    ) -> Answer<proto::stop_provider::Response> {
        self.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }
}
