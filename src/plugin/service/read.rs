//! ReadResource.

use prost::bytes::Bytes;

use super::call::guarded;
use super::catalogue::Managed;
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use crate::plugin::value::Value;
use proto::read_resource::{Request, Response};

impl Shared {
    /// Refreshes a state. Only the word "gone" makes it null; a read that fails leaves it as it came.
    pub(super) async fn read(&self, request: Request) -> Response {
        let unchanged = Response {
            new_state: Some(request.current_state.as_ref().map_or_else(convert::null, convert::detached)),
            private: Bytes::copy_from_slice(&request.private),
            new_identity: request.current_identity.as_ref().map(convert::detached_identity),
            ..Response::default()
        };
        let managed = match self.catalogue().resource(&request.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return Response { diagnostics: convert::pathless(unknown), ..unchanged },
        };
        let read = match self.asked(managed, request, unchanged.new_state.as_ref()) {
            Ok(Some(read)) => read,
            Ok(None) => return unchanged,
            Err(failure) => return told(managed, failure, unchanged),
        };
        let (known, capabilities) = (read.identity.clone(), read.capabilities);
        let doing = format!("reading a {}", managed.name());
        let outcome = guarded(&doing, managed.resource.read(&self.context(), read)).await;
        match outcome.and_then(|outcome| answer(managed, outcome?, known, capabilities, &unchanged)) {
            Ok(answer) => answer,
            Err(failure) => told(managed, failure, unchanged),
        }
    }

    /// What the provider is asked; nothing where there is nothing to read.
    fn asked(
        &self,
        managed: &Managed,
        request: Request,
        state: Option<&proto::DynamicValue>,
    ) -> Result<Option<Read>, Failure> {
        let sent = managed.form.sent("state", state)?;
        if sent.is_null() {
            return Ok(None);
        }
        Ok(Some(Read {
            state: managed.form.decode("state", request.current_state)?,
            sent,
            private: request.private.to_vec(),
            identity: managed.decode_identity(request.current_identity.as_ref())?,
            meta: self.catalogue().meta(request.provider_meta)?,
            capabilities: convert::capabilities(request.client_capabilities),
        }))
    }
}

fn told(managed: &Managed, failure: Failure, unchanged: Response) -> Response {
    Response { diagnostics: managed.form.told(failure.into_diagnostics()), ..unchanged }
}

fn answer(
    managed: &Managed,
    outcome: ReadOutcome,
    known: Option<Value>,
    capabilities: ClientCapabilities,
    unchanged: &Response,
) -> Result<Response, Failure> {
    match outcome {
        ReadOutcome::Present(Stored { state, private, identity, warnings }) => Ok(Response {
            new_state: Some(managed.encode_object("state", state)?),
            diagnostics: managed.form.told(warnings),
            private: private.into(),
            deferred: None,
            new_identity: managed.encode_identity(identity.or(known))?,
        }),
        ReadOutcome::Gone(warnings) => Ok(Response {
            new_state: Some(convert::null()),
            diagnostics: managed.form.told(warnings),
            ..Response::default()
        }),
        ReadOutcome::Deferred(deferral) => {
            let deferred = Some(convert::deferred(deferral, capabilities)?);
            Ok(Response { deferred, ..unchanged.clone() })
        }
    }
}
