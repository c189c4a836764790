//! The provider block: ValidateProviderConfig, ConfigureProvider.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::call::catch_panic;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::{Diagnostics, Failure};
use crate::plugin::proto;
use crate::plugin::provider::ConfigureRequest;

impl ServiceState {
    /// Checks the provider block.
    pub(super) async fn validate_provider(
        self: Arc<Self>,
        request: proto::validate_provider_config::Request,
    ) -> proto::validate_provider_config::Response {
        let schema = &self.catalogue().provider;
        let checked = async {
            let config = schema.configuration(request.config.as_ref())?;
            catch_panic("checking its configuration", self.provider.validate(&self.context(), config)).await
        };
        let diagnostics = checked.await.unwrap_or_else(Failure::into_diagnostics);
        proto::validate_provider_config::Response { diagnostics: schema.diagnostics(diagnostics) }
    }

    /// Configures the provider.
    pub(super) async fn configure(
        self: Arc<Self>,
        request: proto::configure_provider::Request,
    ) -> proto::configure_provider::Response {
        let schema = &self.catalogue().provider;
        let configured = async {
            let request = ConfigureRequest {
                config: schema.configuration(request.config.as_ref())?,
                terraform_version: request.terraform_version,
                capabilities: convert::capabilities(request.client_capabilities.as_ref()),
            };
            self.config_unknown.store(!request.config.is_wholly_known(), Ordering::SeqCst);
            catch_panic("configuring itself", self.provider.configure(&self.context(), request)).await?
        };
        let diagnostics: Diagnostics = configured.await.unwrap_or_else(Failure::into_diagnostics);
        proto::configure_provider::Response { diagnostics: schema.diagnostics(diagnostics) }
    }
}
