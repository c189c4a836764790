//! One call of Terraform's at work on one object.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Written;
use super::carried::Carried;
use crate::arm;
use crate::arm::{ArmClient, Call};
use crate::plugin::resource::{Interrupted, Partial, Stored};
use crate::plugin::{Context, Diagnostic, Failure, Value};
use crate::provider::applied;
use crate::provider::connection::Connection;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::{self, Operation};

/// How long a look may take at what a write has left behind. The run is over by then, and a person is waiting.
const LOOK: Duration = Duration::from_secs(3);

/// One call of Terraform's at work on one object.
#[derive(Debug)]
pub struct Job<'a, K: Written> {
    /// Azure, and what this process knows.
    pub connection: &'a Connection,
    /// The client.
    pub client: ArmClient,
    /// The object.
    pub id: K::Id,
    /// What is done to it.
    pub operation: Operation,
    /// Until when.
    pub call: Call,
}

impl<'a, K: Written> Job<'a, K> {
    /// The job of doing this to an object; `timeouts` is what has the block of that name.
    ///
    /// # Errors
    /// When there is nothing to sign in with.
    pub fn new(
        connection: &'a Connection,
        context: &Context,
        id: K::Id,
        operation: Operation,
        timeouts: &Value,
    ) -> Result<Self, Diagnostic> {
        let call = Call::new(timeouts::of(timeouts, operation), context.cancel.clone());
        Ok(Self { connection, client: connection.client()?, id, operation, call })
    }

    /// The job of doing this to the object of a state.
    ///
    /// # Errors
    /// When the state has no usable id, or there is nothing to sign in with.
    pub fn on_stored(
        connection: &'a Connection,
        context: &Context,
        operation: Operation,
        state: &Value,
    ) -> Result<Self, Failure> {
        Ok(Self::new(connection, context, K::id_in_state(state)?, operation, state)?)
    }

    /// The diagnostic for a failure.
    #[must_use]
    pub fn failed(&self, error: &arm::Error) -> Diagnostic {
        let id = self.id.to_string();
        let attempt = Attempt {
            operation: self.operation,
            kind: K::WORD,
            id: &id,
            attributes: K::ATTRIBUTES,
            call: Some(&self.call),
        };
        attempt.failed(error)
    }

    /// Looks at the object once, also where the call is over.
    ///
    /// # Errors
    /// When it is not there, or cannot be told.
    pub async fn look(&self) -> Result<K::Object, arm::Error> {
        K::get(&self.client, &self.id, &Call::new(LOOK, CancellationToken::new())).await
    }

    /// What goes to the state once the object is as it was planned.
    #[must_use]
    pub fn done(&self, planned: Value, object: K::Object) -> Stored {
        K::is_there(self.connection, &self.id, &object);
        let (returned, mut warnings) = K::state(&self.id, object, &planned);
        let (state, differing) = applied::settle(planned, returned);
        warnings.extend(differing);
        Stored { warnings, ..Stored::new(state) }
    }

    /// The state of an object that is not finished: the plan, with what of it Azure has shown so far.
    #[must_use]
    pub fn unfinished(&self, planned: Value, object: Option<K::Object>) -> Value {
        let known = applied::without_answer(&planned);
        let (returned, _) = K::state(&self.id, object.unwrap_or_default(), &known);
        applied::without_answer(&applied::settle(planned, returned).0)
    }

    /// A failure after which the state says this of the object, and remembers what was begun.
    #[must_use]
    pub fn keeping(told: Diagnostic, state: Value, carried: &Carried) -> Interrupted {
        let partial = Partial { state, private: carried.write(), identity: None };
        Interrupted { failure: told.into(), partial: Some(partial) }
    }
}
