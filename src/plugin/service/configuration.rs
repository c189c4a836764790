//! The provider block: ValidateProviderConfig, ConfigureProvider.

use super::call::guarded;
use super::{Shared, convert};
use crate::plugin::diagnostic::{Diagnostics, Failure};
use crate::plugin::proto;
use crate::plugin::provider::ConfigureRequest;

impl Shared {
    /// Checks the provider block.
    pub(super) async fn validate_provider(
        &self,
        request: proto::validate_provider_config::Request,
    ) -> proto::validate_provider_config::Response {
        let form = &self.catalogue().provider;
        let checked = async {
            let config = form.configuration(request.config)?;
            guarded("checking its configuration", self.provider.validate(&self.context(), config)).await
        };
        let diagnostics = checked.await.unwrap_or_else(Failure::into_diagnostics);
        proto::validate_provider_config::Response { diagnostics: form.told(diagnostics) }
    }

    /// Takes the provider block.
    pub(super) async fn configure(
        &self,
        request: proto::configure_provider::Request,
    ) -> proto::configure_provider::Response {
        let form = &self.catalogue().provider;
        let configured = async {
            let request = ConfigureRequest {
                config: form.configuration(request.config)?,
                terraform_version: request.terraform_version,
                capabilities: convert::capabilities(request.client_capabilities),
            };
            guarded("taking its configuration", self.provider.configure(&self.context(), request)).await?
        };
        let diagnostics: Diagnostics = configured.await.unwrap_or_else(Failure::into_diagnostics);
        proto::configure_provider::Response { diagnostics: form.told(diagnostics) }
    }
}
