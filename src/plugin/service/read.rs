//! ReadResource.

use prost::bytes::Bytes;

use super::call::guarded;
use super::catalogue::Managed;
use super::held::{self, Held};
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use proto::read_resource::{Request, Response};

/// What is asked, without the message that it came in.
pub(super) struct Asked {
    type_name: String,
    state: Held,
    private: Bytes,
    identity: Option<proto::ResourceIdentityData>,
    meta: Option<proto::DynamicValue>,
    capabilities: ClientCapabilities,
}

impl From<Request> for Asked {
    fn from(request: Request) -> Self {
        Self {
            type_name: request.type_name,
            state: Held::packed(&request.current_state.map_or_else(convert::null, |state| *state)),
            private: Bytes::copy_from_slice(&request.private),
            identity: request.current_identity.as_deref().map(held::alone),
            meta: request.provider_meta.map(|meta| *meta),
            capabilities: convert::capabilities(request.client_capabilities),
        }
    }
}

impl Shared {
    /// Refreshes a state. Only the word "gone" makes it null; a read that fails leaves it as it came.
    pub(super) async fn read(&self, asked: Box<Asked>) -> Response {
        let unchanged = Unchanged::of(&asked);
        let managed = match self.catalogue().resource(&asked.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return unchanged.told(convert::pathless(unknown)),
        };
        let capabilities = asked.capabilities;
        let read = match self.asked(managed, *asked) {
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
    fn asked(&self, managed: &Managed, asked: Asked) -> Result<Option<Box<Read>>, Failure> {
        let state = managed.form.sent("state", Some(&asked.state))?;
        if state.is_null() {
            return Ok(None);
        }
        Ok(Some(Box::new(Read {
            state,
            private: asked.private.to_vec(),
            identity: managed.decode_identity(asked.identity.as_ref())?,
            meta: self.catalogue().meta(asked.meta)?,
            capabilities: asked.capabilities,
        })))
    }
}

/// What stands until something better is known.
struct Unchanged {
    state: Held,
    private: Bytes,
    identity: Option<proto::ResourceIdentityData>,
}

impl Unchanged {
    fn of(asked: &Asked) -> Self {
        Self { state: asked.state.clone(), private: asked.private.clone(), identity: asked.identity.clone() }
    }

    fn told(self, diagnostics: Vec<proto::Diagnostic>) -> Response {
        let Self { state, private, identity } = self;
        Response {
            new_state: Some(state.as_it_came()),
            private,
            new_identity: identity,
            diagnostics,
            deferred: None,
        }
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
                new_state: Some(unchanged.state.as_it_came()),
                private: unchanged.private.clone(),
                diagnostics: Vec::new(),
                deferred,
                new_identity: unchanged.identity.clone(),
            })
        }
    }
}
