//! ReadResource.

use prost::bytes::Bytes;

use super::call::guarded;
use super::catalogue::Managed;
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use proto::read_resource::{Request, Response};

/// The request by itself, see [`convert::detach`].
pub(super) fn detached(mut request: Request) -> Box<Request> {
    convert::detach(&mut request.current_state);
    convert::detach_bytes(&mut request.private);
    convert::detach_identity(&mut request.current_identity);
    Box::new(request)
}

impl Shared {
    /// Refreshes a state. Only the word "gone" makes it null; a read that fails leaves it as it came.
    pub(super) async fn read(&self, request: Box<Request>) -> Response {
        let unchanged = Unchanged {
            state: request.current_state.clone().unwrap_or_else(convert::null),
            private: request.private.clone(),
            identity: request.current_identity.clone(),
        };
        let managed = match self.catalogue().resource(&request.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return unchanged.told(convert::pathless(unknown)),
        };
        let capabilities = convert::capabilities(request.client_capabilities);
        let read = match self.asked(managed, request, capabilities) {
            Ok(Some(read)) => read,
            Ok(None) => return unchanged.told(Vec::new()),
            Err(failure) => return unchanged.told(managed.form.told(failure.into_diagnostics())),
        };
        let doing = format!("reading a {}", managed.name());
        let outcome = guarded(&doing, managed.resource.read(&self.context(), read)).await;
        match outcome.and_then(|outcome| answer(managed, outcome?, capabilities, &unchanged)) {
            Ok(answer) => answer,
            Err(failure) => unchanged.told(managed.form.told(failure.into_diagnostics())),
        }
    }

    /// What the provider is asked; nothing where there is nothing to read.
    fn asked(
        &self,
        managed: &Managed,
        request: Box<Request>,
        capabilities: ClientCapabilities,
    ) -> Result<Option<Box<Read>>, Failure> {
        let state = managed.form.sent("state", request.current_state.as_ref().or(Some(&convert::null())))?;
        if state.is_null() {
            return Ok(None);
        }
        Ok(Some(Box::new(Read {
            state,
            private: request.private.to_vec(),
            identity: managed.decode_identity(request.current_identity.as_ref())?,
            meta: self.catalogue().meta(request.provider_meta)?,
            capabilities,
        })))
    }
}

/// What stands until something better is known.
struct Unchanged {
    state: proto::DynamicValue,
    private: Bytes,
    identity: Option<proto::ResourceIdentityData>,
}

impl Unchanged {
    fn told(self, diagnostics: Vec<proto::Diagnostic>) -> Response {
        let Self { state, private, identity } = self;
        Response { new_state: Some(state), private, new_identity: identity, diagnostics, deferred: None }
    }
}

fn answer(
    managed: &Managed,
    outcome: ReadOutcome,
    capabilities: ClientCapabilities,
    unchanged: &Unchanged,
) -> Result<Response, Failure> {
    match outcome {
        ReadOutcome::Present(Stored { state, private, identity, warnings }) => Ok(Response {
            new_state: Some(managed.encode_object("state", state)?),
            diagnostics: managed.form.told(warnings),
            private: private.into(),
            deferred: None,
            new_identity: match identity {
                None => unchanged.identity.clone(),
                identity => managed.encode_identity(identity)?,
            },
        }),
        ReadOutcome::Gone(warnings) => Ok(Response {
            new_state: Some(convert::null()),
            diagnostics: managed.form.told(warnings),
            ..Response::default()
        }),
        ReadOutcome::Deferred(deferral) => {
            let deferred = Some(convert::deferred(deferral, capabilities)?);
            Ok(Response {
                new_state: Some(unchanged.state.clone()),
                private: unchanged.private.clone(),
                diagnostics: Vec::new(),
                deferred,
                new_identity: unchanged.identity.clone(),
            })
        }
    }
}
