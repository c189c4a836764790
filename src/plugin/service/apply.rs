//! ApplyResourceChange. Whatever happens, the answer's state is what is known to exist.

use prost::bytes::Bytes;

use super::call::guarded;
use super::catalogue::Managed;
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Partial, Stored, Update};
use crate::plugin::sent::Sent;
use crate::plugin::value::Value;
use proto::apply_resource_change::{Request, Response};

impl Shared {
    /// Creates, changes or deletes: a null prior state means that there is nothing yet, a null planned one that
    /// there shall be nothing.
    pub(super) async fn apply(&self, request: Request) -> Response {
        let before = Before {
            state: request.prior_state.as_ref().map_or_else(convert::null, convert::detached),
            private: Bytes::copy_from_slice(&request.planned_private),
            identity: request.planned_identity.as_ref().map(convert::detached_identity),
        };
        let managed = match self.catalogue().resource(&request.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return before.kept(convert::pathless(unknown)),
        };
        match Change::read(self, managed, request) {
            Ok(change) => self.apply_change(managed, before, change).await,
            Err(failure) => before.kept(managed.form.told(failure.into_diagnostics())),
        }
    }

    async fn apply_change(&self, managed: &Managed, before: Before, change: Change) -> Response {
        let Change { prior, planned, sent, config, private, identity, meta } = change;
        let context = self.context();
        let name = managed.name();
        let mut promised = Promised { state: None, identity: identity.clone() };
        let outcome = match (prior.is_null(), planned.is_null()) {
            (true, true) => return gone(Vec::new()),
            (true, false) => {
                promised.state = Some(sent.clone());
                let create = Create { config, planned, sent, private, identity, meta };
                let doing = format!("creating a {name}");
                flatten(guarded(&doing, managed.resource.create(&context, create)).await)
            }
            (false, true) => {
                let delete = Delete { prior, private, identity, meta };
                let doing = format!("deleting a {name}");
                match flatten(guarded(&doing, managed.resource.delete(&context, delete)).await) {
                    Ok(Deleted { warnings }) => return gone(managed.form.told(warnings)),
                    Err(interrupted) => Err(interrupted),
                }
            }
            (false, false) => {
                let update = Update { prior, config, planned, private, identity, meta };
                let doing = format!("changing a {name}");
                flatten(guarded(&doing, managed.resource.update(&context, update)).await)
            }
        };
        answer(managed, before, promised, outcome)
    }
}

/// What stands until something better is known: the state as it came, byte for byte.
struct Before {
    state: proto::DynamicValue,
    private: Bytes,
    identity: Option<proto::ResourceIdentityData>,
}

impl Before {
    fn kept(self, diagnostics: Vec<proto::Diagnostic>) -> Response {
        // Where there was nothing, there is nothing that could have private data or an identity.
        let nothing = self.state == convert::null();
        Response {
            new_state: Some(self.state),
            private: if nothing { Bytes::new() } else { self.private },
            diagnostics,
            legacy_type_system: false,
            new_identity: if nothing { None } else { self.identity },
        }
    }
}

/// What was planned.
struct Promised {
    /// For an object that is created: there is no state yet that could be kept.
    state: Option<Sent>,
    identity: Option<Value>,
}

/// The request, decoded.
struct Change {
    prior: Value,
    planned: Value,
    /// The planned state as it came.
    sent: Sent,
    config: Sent,
    private: Vec<u8>,
    identity: Option<Value>,
    meta: Option<Value>,
}

impl Change {
    fn read(shared: &Shared, managed: &Managed, request: Request) -> Result<Self, Failure> {
        let sent = managed
            .form
            .sent("planned state", request.planned_state.as_ref().map(convert::detached).as_ref())?;
        Ok(Self {
            prior: managed.form.decode("prior state", request.prior_state)?,
            planned: managed.form.decode("planned state", request.planned_state)?,
            sent,
            config: managed
                .form
                .sent("configuration", request.config.as_ref().map(convert::detached).as_ref())?,
            private: request.planned_private.to_vec(),
            identity: managed.decode_identity(request.planned_identity.as_ref())?,
            meta: shared.catalogue().meta(request.provider_meta)?,
        })
    }
}

/// A panic is a failure that knows nothing of the object.
fn flatten<T>(outcome: Result<Result<T, Interrupted>, Failure>) -> Result<T, Interrupted> {
    outcome.unwrap_or_else(|crashed| Err(crashed.into()))
}

fn gone(diagnostics: Vec<proto::Diagnostic>) -> Response {
    Response { new_state: Some(convert::null()), diagnostics, ..Response::default() }
}

fn answer(
    managed: &Managed,
    before: Before,
    promised: Promised,
    outcome: Result<Stored, Interrupted>,
) -> Response {
    let (found, mut diagnostics) = match outcome {
        Ok(Stored { state, private, identity, warnings }) => {
            (Some(Partial { state, private, identity }), warnings)
        }
        Err(Interrupted { failure, partial }) => {
            // Core refuses unknown values in a state; of an apply that failed, what is not known is not there.
            let known = |partial: Partial| Partial { state: partial.state.unknown_as_null(), ..partial };
            let partial = partial.filter(|partial| !partial.state.is_null()).map(known);
            (partial, failure.into_diagnostics())
        }
    };
    let Some(Partial { state, private, identity }) = found else {
        return before.kept(managed.form.told(diagnostics));
    };

    let new_state = managed.encode_object("new state", state).map_or_else(
        |invalid| {
            diagnostics.extend(invalid.into_diagnostics());
            // The object exists. What was planned is nearer to it than nothing, and keeps it from being forgotten.
            let planned = promised.state.and_then(|sent| sent.open().ok()).map(Value::unknown_as_null);
            planned.and_then(|planned| managed.encode_object("planned state", planned).ok())
        },
        Some,
    );
    let Some(new_state) = new_state else {
        return before.kept(managed.form.told(diagnostics));
    };
    let promised = promised.identity.filter(Value::is_wholly_known);
    let new_identity = managed.encode_identity(identity.or(promised)).unwrap_or_else(|invalid| {
        diagnostics.extend(invalid.into_diagnostics());
        None
    });
    Response {
        new_state: Some(new_state),
        private: private.into(),
        diagnostics: managed.form.told(diagnostics),
        legacy_type_system: false,
        new_identity,
    }
}
