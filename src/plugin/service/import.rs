//! Objects from elsewhere: ImportResourceState, GenerateResourceConfig, MoveResourceState.

use std::sync::Arc;

use super::call::{catch_panic, catch_panic_now};
use super::catalogue::ResourceEntry;
use super::stored::{parsed, stored_json};
use super::{ServiceState, convert};
use crate::plugin::diagnostic::{Diagnostic, Failure};
use crate::plugin::proto;
use crate::plugin::resource::{ImportTarget, Move};
use proto::import_resource_state::ImportedResource;

impl ServiceState {
    /// Finds the object of an id or an identity.
    pub(super) async fn import(
        self: Arc<Self>,
        request: proto::import_resource_state::Request,
    ) -> proto::import_resource_state::Response {
        let mut response = proto::import_resource_state::Response::default();
        match self.catalogue().resource(&request.type_name) {
            Err(unknown) => response.diagnostics = convert::pathless(unknown),
            Ok(entry) => match self.import_managed(entry, request).await {
                Ok((imported, warnings)) => {
                    response.imported_resources.push(imported);
                    response.diagnostics = warnings;
                }
                Err(failure) => response.diagnostics = entry.schema.diagnostics(failure),
            },
        }
        response
    }

    async fn import_managed(
        &self,
        entry: &ResourceEntry,
        request: proto::import_resource_state::Request,
    ) -> Result<(ImportedResource, Vec<proto::Diagnostic>), Failure> {
        let identity = entry.decode_identity(request.identity.as_ref())?;
        let target = match &identity {
            Some(identity) => ImportTarget::Identity(identity.clone()),
            None if request.id.is_empty() => {
                let detail = format!(
                    "The import names no {}: both the id and the identity are empty. Set one of them.",
                    entry.name()
                );
                return Err(Diagnostic::error("Nothing to import", detail).into());
            }
            None => ImportTarget::Id(request.id),
        };
        let activity = format!("importing a {}", entry.name());
        let stored = catch_panic(&activity, entry.resource.import(&self.context(), target)).await??;
        let imported = ImportedResource {
            type_name: request.type_name,
            state: Some(entry.encode_object("imported state", stored.state)?),
            private: stored.private.into(),
            identity: entry.encode_identity(stored.identity.or(identity))?,
        };
        Ok((imported, entry.schema.diagnostics(stored.warnings)))
    }

    /// Writes the configuration for an object that has been found.
    pub(super) async fn generate_config(
        self: Arc<Self>,
        request: proto::generate_resource_config::Request,
    ) -> proto::generate_resource_config::Response {
        let generated = |entry: &ResourceEntry| {
            let state = entry.schema.decode("state", request.state.as_ref())?;
            let config = entry.schema.block().config_of(state);
            let activity = format!("writing the configuration of a {}", entry.name());
            let config = catch_panic_now(&activity, || entry.resource.tidy_config(config))?;
            entry.schema.encode("generated configuration", config)
        };
        let (config, diagnostics) = match self.catalogue().resource(&request.type_name) {
            Err(unknown) => (None, convert::pathless(unknown)),
            Ok(entry) => match generated(entry) {
                Ok(config) => (Some(config), Vec::new()),
                Err(failure) => (None, entry.schema.diagnostics(failure)),
            },
        };
        proto::generate_resource_config::Response { config, diagnostics }
    }

    /// Takes over the state of another resource type.
    pub(super) async fn move_state(
        self: Arc<Self>,
        request: proto::move_resource_state::Request,
    ) -> proto::move_resource_state::Response {
        let failed = |diagnostics| proto::move_resource_state::Response {
            diagnostics,
            ..proto::move_resource_state::Response::default()
        };
        match self.catalogue().resource(&request.target_type_name) {
            Err(unknown) => failed(convert::pathless(unknown)),
            Ok(entry) => self
                .move_managed(entry, request)
                .await
                .unwrap_or_else(|failure| failed(entry.schema.diagnostics(failure))),
        }
    }

    async fn move_managed(
        &self,
        entry: &ResourceEntry,
        request: proto::move_resource_state::Request,
    ) -> Result<proto::move_resource_state::Response, Failure> {
        let source_state = parsed("state", &stored_json("state", request.source_state)?)?;
        let source = Move {
            source_provider: request.source_provider_address,
            source_type: request.source_type_name,
            source_version: request.source_schema_version,
            source_state,
            source_private: request.source_private.to_vec(),
        };
        let activity = format!("moving a state to a {}", entry.name());
        let stored = catch_panic(&activity, entry.resource.move_state(&self.context(), source)).await??;
        Ok(proto::move_resource_state::Response {
            target_state: Some(entry.encode_object("moved state", stored.state)?),
            diagnostics: entry.schema.diagnostics(stored.warnings),
            target_private: stored.private.into(),
            target_identity: entry.encode_identity(stored.identity)?,
        })
    }
}
