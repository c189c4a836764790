//! ApplyResourceChange. Whatever happens, the answer's state is what is known to exist.

use prost::bytes::Bytes;

use super::call::guarded;
use super::catalogue::Managed;
use super::held::{self, Held};
use super::{Shared, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::proto;
use crate::plugin::resource::{Create, Delete, Deleted, Interrupted, Partial, Stored, Update};
use crate::plugin::sent::Sent;
use crate::plugin::value::Value;
use proto::apply_resource_change::{Request, Response};

/// What is asked, without the message that it came in.
pub(super) struct Asked {
    type_name: String,
    prior: Option<Held>,
    planned: Option<Held>,
    /// As it came: most of it stands in the plan as well, and whoever creates or changes something has done with it before
    /// there is anything to wait for.
    config: Option<Held>,
    private: Bytes,
    identity: Option<proto::ResourceIdentityData>,
    meta: Option<proto::DynamicValue>,
}

impl From<Request> for Asked {
    fn from(request: Request) -> Self {
        Self {
            type_name: request.type_name,
            prior: request.prior_state.as_deref().map(Held::packed),
            planned: request.planned_state.as_deref().map(Held::packed),
            config: request.config.map(|config| Held::plain(*config)),
            private: Bytes::copy_from_slice(&request.planned_private),
            identity: request.planned_identity.as_deref().map(held::alone),
            meta: request.provider_meta.map(|meta| *meta),
        }
    }
}

impl Shared {
    /// Creates, changes or deletes: a null prior state means that there is nothing yet, a null planned one that
    /// there shall be nothing.
    pub(super) async fn apply(&self, asked: Box<Asked>) -> Response {
        let before = Before::of(&asked);
        let managed = match self.catalogue().resource(&asked.type_name) {
            Ok(managed) => managed,
            Err(unknown) => return before.kept(convert::pathless(unknown)),
        };
        let change = match Change::read(self, managed, asked) {
            Ok(change) => change,
            Err(failure) => return before.kept(managed.form.told(failure.into_diagnostics())),
        };
        let context = self.context();
        let name = managed.name();
        let mut promised = None;
        let outcome = match change {
            Change::Nothing => return gone(Vec::new()),
            Change::Create(create) => {
                promised = Some(create.planned.clone());
                let doing = format!("creating a {name}");
                flatten(guarded(&doing, managed.resource.create(&context, create)).await)
            }
            Change::Delete(delete) => {
                let doing = format!("deleting a {name}");
                match flatten(guarded(&doing, managed.resource.delete(&context, delete)).await) {
                    Ok(Deleted { warnings }) => return gone(managed.form.told(warnings)),
                    Err(interrupted) => Err(interrupted),
                }
            }
            Change::Update(update) => {
                let doing = format!("changing a {name}");
                flatten(guarded(&doing, managed.resource.update(&context, update)).await)
            }
        };
        answer(managed, before, promised, outcome)
    }
}

/// What stands until something better is known: the state as it came, byte for byte.
struct Before {
    state: Option<Held>,
    private: Bytes,
    /// Of an object that is created it is the planned one, parts of which may be unknown.
    identity: Option<proto::ResourceIdentityData>,
}

impl Before {
    fn of(asked: &Asked) -> Self {
        Self { state: asked.prior.clone(), private: asked.private.clone(), identity: asked.identity.clone() }
    }

    fn kept(self, diagnostics: Vec<proto::Diagnostic>) -> Response {
        let state = self.state.as_ref().map_or_else(convert::null, Held::as_it_came);
        // Where there was nothing, there is nothing that could have private data or an identity.
        let nothing = state == convert::null();
        Response {
            new_state: Some(state),
            private: if nothing { Bytes::new() } else { self.private },
            diagnostics,
            legacy_type_system: false,
            new_identity: if nothing { None } else { self.identity },
        }
    }
}

/// What is asked for.
enum Change {
    Nothing,
    Create(Box<Create>),
    Update(Box<Update>),
    Delete(Box<Delete>),
}

impl Change {
    fn read(shared: &Shared, managed: &Managed, asked: Box<Asked>) -> Result<Self, Failure> {
        let prior = managed.form.sent("prior state", asked.prior.as_ref())?;
        let planned = managed.form.sent("planned state", asked.planned.as_ref())?;
        let config = managed.form.sent("configuration", asked.config.as_ref())?;
        let private = asked.private.to_vec();
        let identity = managed.decode_identity(asked.identity.as_ref())?;
        let meta = shared.catalogue().meta(asked.meta)?;
        Ok(match (prior.is_null(), planned.is_null()) {
            (true, true) => Self::Nothing,
            (true, false) => Self::Create(Box::new(Create { config, planned, private, identity, meta })),
            (false, true) => Self::Delete(Box::new(Delete { prior, private, identity, meta })),
            (false, false) => {
                Self::Update(Box::new(Update { prior, config, planned, private, identity, meta }))
            }
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

/// The answer. `promised` is the planned state of an object that is created: there is none yet that could be kept.
fn answer(
    managed: &Managed,
    before: Before,
    promised: Option<Sent>,
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
            let planned = promised.and_then(|sent| sent.open().ok()).map(Value::unknown_as_null);
            planned.and_then(|planned| managed.encode_object("planned state", planned).ok())
        },
        Some,
    );
    let Some(new_state) = new_state else {
        return before.kept(managed.form.told(diagnostics));
    };
    let new_identity = match identity {
        None => before.identity.filter(|planned| {
            let planned = managed.decode_identity(Some(planned)).ok().flatten();
            planned.is_some_and(|planned| planned.is_wholly_known())
        }),
        identity => managed.encode_identity(identity).unwrap_or_else(|invalid| {
            diagnostics.extend(invalid.into_diagnostics());
            None
        }),
    };
    Response {
        new_state: Some(new_state),
        private: private.into(),
        diagnostics: managed.form.told(diagnostics),
        legacy_type_system: false,
        new_identity,
    }
}
