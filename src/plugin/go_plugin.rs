//! The services that go-plugin expects in addition to the provider's own: controller, standard streams,
//! broker, health.
//!
//! Only the controller does anything: it ends the process. The others exist because go-plugin opens their
//! streams when it connects, and reports an error if they break.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::proto::go_plugin::grpc_broker_server::GrpcBroker;
use super::proto::go_plugin::grpc_controller_server::GrpcController;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdio;
use super::proto::go_plugin::{ConnInfo, Empty, GoogleEmpty, StdioData};
use super::proto::health::health_check_response::ServingStatus;
use super::proto::health::health_server::Health;
use super::proto::health::{HealthCheckRequest, HealthCheckResponse};

/// The name in go-plugin's ping.
const PLUGIN: &str = "plugin";

/// A stream of responses that ends with the server, so that an idle stream does not delay the end.
type ResponseStream<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Ends the server at the host's request.
#[derive(Debug)]
pub(super) struct Controller {
    /// Cancelled by Shutdown.
    pub(super) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// The standard streams: nothing is written to stdout after the handshake, and the host reads stderr itself.
#[derive(Debug)]
pub(super) struct Stdio {
    /// Cancelled when the server ends.
    pub(super) ending: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<GoogleEmpty>,
    ) -> Result<Response<ResponseStream<StdioData>>, Status> {
        Ok(Response::new(stream::pending().take_until(self.ending.clone().cancelled_owned()).boxed()))
    }
}

/// Side channels, which no known provider opens: messages are read and dropped.
#[derive(Debug)]
pub(super) struct Broker {
    /// Cancelled when the server ends.
    pub(super) ending: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<ResponseStream<ConnInfo>>, Status> {
        let nothing = request.into_inner().filter_map(|_| std::future::ready(None));
        Ok(Response::new(nothing.take_until(self.ending.clone().cancelled_owned()).boxed()))
    }
}

/// Responds to pings.
#[derive(Debug)]
pub(super) struct HealthService {
    /// Cancelled when the server ends.
    pub(super) ending: CancellationToken,
}

impl HealthService {
    /// SERVING for the plugin and for the server as a whole; other services are unknown here.
    fn status(service: &str) -> Result<HealthCheckResponse, Status> {
        match service {
            "" | PLUGIN => Ok(HealthCheckResponse { status: ServingStatus::Serving.into() }),
            _ => Err(Status::not_found("only the service \"plugin\" has a health status")),
        }
    }
}

#[tonic::async_trait]
impl Health for HealthService {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Self::status(&request.get_ref().service).map(Response::new)
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<ResponseStream<HealthCheckResponse>>, Status> {
        let unknown = HealthCheckResponse { status: ServingStatus::ServiceUnknown.into() };
        let first = Self::status(&request.get_ref().service).unwrap_or(unknown);
        let statuses = stream::iter([Ok(first)]).chain(stream::pending());
        Ok(Response::new(statuses.take_until(self.ending.clone().cancelled_owned()).boxed()))
    }
}
