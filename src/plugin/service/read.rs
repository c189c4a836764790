//! ReadResource.

use super::call::guarded;
use super::catalogue::Managed;
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use proto::read_resource::{Request, Response};

impl Shared {
    /// Refreshes a state. Only the word "gone" makes it null; a read that fails leaves it as it came.
    pub(super) async fn read(&self, request: Request) -> Response {
        let unchanged = Response {
            new_state: Some(request.current_state.clone().unwrap_or_else(convert::null)),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Response::default()
        };
        let managed = match self.catalogue().resource(&request.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return Response { diagnostics: convert::pathless(unknown), ..unchanged },
        };
        self.read_managed(managed, request, unchanged.clone()).await.unwrap_or_else(|failure| Response {
            diagnostics: managed.form.told(failure.into_diagnostics()),
            ..unchanged
        })
    }

    async fn read_managed(
        &self,
        managed: &Managed,
        request: Request,
        unchanged: Response,
    ) -> Result<Response, Failure> {
        let capabilities = convert::capabilities(request.client_capabilities);
        let current = request.current_state;
        let state = managed.form.decode("state", current.clone())?;
        if state.is_null() {
            return Ok(unchanged);
        }
        let identity = managed.decode_identity(request.current_identity.as_ref())?;
        let known = identity.clone();
        let meta = self.catalogue().meta(request.provider_meta)?;
        let sent = managed.form.sent(current.as_ref(), &state);
        drop(current);
        let read = Read { state, sent, private: request.private.to_vec(), identity, meta, capabilities };
        let doing = format!("reading a {}", managed.name());
        match guarded(&doing, managed.resource.read(&self.context(), read)).await?? {
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
                Ok(Response { deferred, ..unchanged })
            }
        }
    }
}
