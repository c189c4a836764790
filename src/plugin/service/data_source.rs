//! ValidateDataResourceConfig and ReadDataSource.

use super::call::guarded;
use super::catalogue::Sourced;
use super::{Shared, convert};
use crate::plugin::data_source::ReadData;
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;

impl Shared {
    /// Checks the configuration of a data source.
    pub(super) async fn validate_data_source(
        &self,
        request: proto::validate_data_resource_config::Request,
    ) -> proto::validate_data_resource_config::Response {
        let diagnostics = match self.catalogue().data_source(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok(sourced) => {
                let checked = async {
                    let config = sourced.form.configuration(request.config)?;
                    let doing = format!("checking a data source `{}`", request.type_name);
                    guarded(&doing, sourced.source.validate(&self.context(), config)).await
                };
                sourced.form.told(checked.await.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_data_resource_config::Response { diagnostics }
    }

    /// Reads a data source.
    pub(super) async fn read_data_source(
        &self,
        request: proto::read_data_source::Request,
    ) -> proto::read_data_source::Response {
        let failed = |diagnostics| proto::read_data_source::Response {
            diagnostics,
            ..proto::read_data_source::Response::default()
        };
        match self.catalogue().data_source(&request.type_name) {
            Err(unknown) => failed(convert::pathless(unknown)),
            Ok(sourced) => self
                .read_sourced(sourced, request)
                .await
                .unwrap_or_else(|failure| failed(sourced.form.told(failure.into_diagnostics()))),
        }
    }

    async fn read_sourced(
        &self,
        sourced: &Sourced,
        request: proto::read_data_source::Request,
    ) -> Result<proto::read_data_source::Response, Failure> {
        let read = ReadData {
            config: sourced.form.configuration(request.config)?,
            meta: self.catalogue().meta(request.provider_meta)?,
            capabilities: convert::capabilities(request.client_capabilities),
        };
        let capabilities = read.capabilities;
        let doing = format!("reading a data source `{}`", request.type_name);
        let found = guarded(&doing, sourced.source.read(&self.context(), read)).await??;
        let deferred =
            found.deferred.map(|deferral| convert::deferred(deferral, capabilities)).transpose()?;
        Ok(proto::read_data_source::Response {
            state: Some(sourced.form.encode("data", found.state)?),
            diagnostics: sourced.form.told(found.warnings),
            deferred,
        })
    }
}
