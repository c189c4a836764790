//! ValidateDataResourceConfig and ReadDataSource.

use std::sync::Arc;

use super::call::catch_panic;
use super::catalogue::DataSourceEntry;
use super::{ServiceState, convert};
use crate::plugin::data_source::ReadData;
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;

impl ServiceState {
    /// Checks the configuration of a data source.
    pub(super) async fn validate_data_source(
        self: Arc<Self>,
        request: proto::validate_data_resource_config::Request,
    ) -> proto::validate_data_resource_config::Response {
        let diagnostics = match self.catalogue().data_source(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok(entry) => {
                let checked = async {
                    let config = entry.schema.configuration(request.config.as_ref())?;
                    let activity = format!("checking a data source `{}`", request.type_name);
                    catch_panic(&activity, entry.source.validate(&self.context(), config)).await
                };
                entry.schema.diagnostics(checked.await.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_data_resource_config::Response { diagnostics }
    }

    /// Reads a data source.
    pub(super) async fn read_data_source(
        self: Arc<Self>,
        request: proto::read_data_source::Request,
    ) -> proto::read_data_source::Response {
        let failed = |diagnostics| proto::read_data_source::Response {
            diagnostics,
            ..proto::read_data_source::Response::default()
        };
        match self.catalogue().data_source(&request.type_name) {
            Err(unknown) => failed(convert::pathless(unknown)),
            Ok(entry) => self
                .read_entry(entry, request)
                .await
                .unwrap_or_else(|failure| failed(entry.schema.diagnostics(failure))),
        }
    }

    async fn read_entry(
        &self,
        entry: &DataSourceEntry,
        request: proto::read_data_source::Request,
    ) -> Result<proto::read_data_source::Response, Failure> {
        let read = ReadData {
            config: entry.schema.configuration(request.config.as_ref())?,
            capabilities: convert::capabilities(request.client_capabilities.as_ref()),
        };
        let capabilities = read.capabilities;
        let context = self.context_of(self.catalogue().meta(request.provider_meta.as_ref())?);
        let activity = format!("reading a data source `{}`", request.type_name);
        let result = catch_panic(&activity, entry.source.read(&context, read)).await??;
        let deferred =
            result.deferred.map(|deferral| convert::deferred(deferral, capabilities)).transpose()?;
        Ok(proto::read_data_source::Response {
            state: Some(entry.schema.encode("data", result.state)?),
            diagnostics: entry.schema.diagnostics(result.warnings),
            deferred,
        })
    }
}
