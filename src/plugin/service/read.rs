//! ReadResource.

use std::sync::Arc;

use super::call::catch_panic;
use super::catalogue::ResourceEntry;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use proto::read_resource::{Request, Response};

impl ServiceState {
    /// Refreshes a state. Only [`ReadOutcome::Gone`] makes it null; a read that fails leaves it unchanged.
    pub(super) async fn read(self: Arc<Self>, request: Request) -> Response {
        let entry = match self.catalogue().resource(&request.type_name) {
            Ok(entry) => entry,
            Err(unknown) => return unchanged(request, convert::pathless(unknown)),
        };
        match self.read_resource(entry, &request).await {
            Ok(response) => response,
            Err(failure) => unchanged(request, entry.schema.diagnostics(failure)),
        }
    }

    async fn read_resource(&self, entry: &ResourceEntry, request: &Request) -> Result<Response, Failure> {
        let capabilities = convert::capabilities(request.client_capabilities.as_ref());
        let state = entry.schema.decode("state", request.current_state.as_ref())?;
        if state.is_null() {
            return Ok(unchanged(request.clone(), Vec::new()));
        }
        let read = Read {
            state,
            private: request.private.to_vec(),
            identity: entry.decode_identity(request.current_identity.as_ref())?,
            capabilities,
        };
        let context = self.context_of(self.catalogue().meta(request.provider_meta.as_ref())?);
        let activity = format!("reading a {}", entry.name());
        match catch_panic(&activity, entry.resource.read(&context, read)).await?? {
            ReadOutcome::Present(Stored { state, private, identity, warnings }) => Ok(Response {
                new_state: Some(entry.encode_object("state", state)?),
                diagnostics: entry.schema.diagnostics(warnings),
                private: private.into(),
                deferred: None,
                new_identity: match identity {
                    None => request.current_identity.clone(),
                    identity => entry.encode_identity(identity)?,
                },
            }),
            ReadOutcome::Gone(warnings) => Ok(Response {
                new_state: Some(convert::null()),
                diagnostics: entry.schema.diagnostics(warnings),
                ..Response::default()
            }),
            ReadOutcome::Deferred(deferral) => {
                let deferred = Some(convert::deferred(deferral, capabilities)?);
                Ok(Response { deferred, ..unchanged(request.clone(), Vec::new()) })
            }
        }
    }
}

/// The unchanged state, with these messages.
fn unchanged(request: Request, diagnostics: Vec<proto::Diagnostic>) -> Response {
    Response {
        new_state: request.current_state,
        private: request.private,
        new_identity: request.current_identity,
        diagnostics,
        deferred: None,
    }
}
