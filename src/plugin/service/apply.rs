//! ApplyResourceChange. Whatever happens, the state in the response is what is known to exist.

use std::sync::Arc;

use prost::bytes::Bytes;

use super::call::catch_panic;
use super::catalogue::ResourceEntry;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::{Diagnostics, Failure};
use crate::plugin::proto;
use crate::plugin::resource::{ApplyError, Create, Delete, Deleted, Partial, Stored, Update};
use proto::apply_resource_change::{Request, Response};

impl ServiceState {
    /// Creates, changes or deletes. Without a prior state it creates; without a planned one it deletes.
    pub(super) async fn apply(self: Arc<Self>, request: Request) -> Response {
        let entry = match self.catalogue().resource(&request.type_name) {
            Ok(entry) => entry,
            Err(unknown) => return unchanged(request, convert::pathless(unknown)),
        };
        match self.apply_change(entry, &request).await {
            Ok(response) => response,
            Err(failure) => unchanged(request, entry.schema.diagnostics(failure)),
        }
    }

    async fn apply_change(&self, entry: &ResourceEntry, request: &Request) -> Result<Response, Failure> {
        let prior = entry.schema.decode("prior state", request.prior_state.as_ref())?;
        let planned = entry.schema.decode("planned state", request.planned_state.as_ref())?;
        let private = request.planned_private.to_vec();
        let identity = entry.decode_identity(request.planned_identity.as_ref())?;
        let context = self.context_of(self.catalogue().meta(request.provider_meta.as_ref())?);
        let name = entry.name();

        if planned.is_null() {
            let warnings = if prior.is_null() {
                Diagnostics::new()
            } else {
                let activity = format!("deleting a {name}");
                let delete = Delete { prior, private, identity };
                match catch_panic(&activity, entry.resource.delete(&context, delete)).await? {
                    Ok(Deleted { warnings }) => warnings,
                    Err(error) => return failed(entry, request, error),
                }
            };
            let diagnostics = entry.schema.diagnostics(warnings);
            return Ok(Response { new_state: Some(convert::null()), diagnostics, ..Response::default() });
        }

        let config = entry.schema.configuration(request.config.as_ref())?;
        if prior.is_null() {
            let activity = format!("creating a {name}");
            let create = Create { config, planned, private, identity };
            match catch_panic(&activity, entry.resource.create(&context, create)).await? {
                Ok(stored) => stored_as(entry, request, stored, true),
                Err(error) => failed(entry, request, error),
            }
        } else {
            let activity = format!("changing a {name}");
            let update = Update { prior, config, planned, private, identity };
            match catch_panic(&activity, entry.resource.update(&context, update)).await? {
                Ok(stored) => stored_as(entry, request, stored, false),
                Err(error) => failed(entry, request, error),
            }
        }
    }
}

/// The unchanged state, with these messages. Without an object there is no private data or identity.
fn unchanged(request: Request, diagnostics: Vec<proto::Diagnostic>) -> Response {
    let new_state = request.prior_state.unwrap_or_else(convert::null);
    let exists = new_state != convert::null();
    Response {
        new_state: Some(new_state),
        private: if exists { request.planned_private } else { Bytes::new() },
        diagnostics,
        legacy_type_system: false,
        new_identity: request.planned_identity.filter(|_| exists),
    }
}

/// The response to a write that failed: what it left behind, otherwise the unchanged state.
fn failed(entry: &ResourceEntry, request: &Request, error: ApplyError) -> Result<Response, Failure> {
    let ApplyError { failure, partial } = error;
    match partial {
        Some(Partial { state, private, identity }) if !state.is_null() => {
            // Core refuses unknown values in a state; after a failed apply, unknown values become null.
            let state = state.unknown_as_null();
            let warnings = failure.into_diagnostics();
            stored_as(entry, request, Stored { state, private, identity, warnings }, false)
        }
        _ => Err(failure),
    }
}

/// The response with a new state. If the provider made an invalid state of an object that it created, the
/// planned state replaces it: that is closer to the object than nothing, and Terraform does not forget the
/// object.
fn stored_as(
    entry: &ResourceEntry,
    request: &Request,
    stored: Stored,
    created: bool,
) -> Result<Response, Failure> {
    let Stored { state, private, identity, warnings: mut diagnostics } = stored;
    let new_state = match entry.encode_object("new state", state) {
        Ok(encoded) => encoded,
        Err(invalid) => {
            diagnostics.extend(invalid.into_diagnostics());
            if !created {
                return Err(diagnostics.into());
            }
            let planned = entry.schema.decode("planned state", request.planned_state.as_ref())?;
            entry.encode_object("planned state", planned.unknown_as_null())?
        }
    };
    let new_identity = match identity {
        // Parts of a planned identity may be unknown.
        None => request.planned_identity.clone().filter(|planned| {
            let planned = entry.decode_identity(Some(planned)).ok().flatten();
            planned.is_some_and(|planned| planned.is_wholly_known())
        }),
        identity => entry.encode_identity(identity).unwrap_or_else(|invalid| {
            diagnostics.extend(invalid.into_diagnostics());
            None
        }),
    };
    Ok(Response {
        new_state: Some(new_state),
        private: private.into(),
        diagnostics: entry.schema.diagnostics(diagnostics),
        legacy_type_system: false,
        new_identity,
    })
}
