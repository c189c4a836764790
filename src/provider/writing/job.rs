//! One call of Terraform, working on one object.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Managed;
use super::private_state::PrivateState;
use crate::arm::ids::ChildId as _;
use crate::arm::{ArmClient, Call, Error, PendingOperation};
use crate::plugin::resource::{ApplyError, Partial, Stored};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Value};
use crate::provider::applied;
use crate::provider::connection::Connection;
use crate::provider::existing::{self, Existing};
use crate::provider::locks::LockGuard;
use crate::provider::module;
use crate::provider::timeouts::{self, TimedOperation};

/// How long to spend on reading the object after a failed write. The call's own time is up by then, and a
/// person is waiting.
const READ_BACK: Duration = Duration::from_secs(3);

/// How often to check whether this run has begun to delete the object.
const POLL: Duration = Duration::from_millis(50);

/// One call of Terraform, working on one object.
#[derive(Debug)]
pub struct Job<'a, K: Managed> {
    /// Azure, and what this process knows.
    pub connection: &'a Connection,
    /// The client.
    pub client: ArmClient,
    /// The object.
    pub id: K::Id,
    /// The operation.
    pub operation: TimedOperation,
    /// The call, with its deadline.
    pub call: Call,
    /// The private state of the object once nothing is pending on it.
    pub private: PrivateState,
}

impl<'a, K: Managed> Job<'a, K> {
    /// Starts this operation on an object; `timeouts` is the value with the block of that name.
    ///
    /// # Errors
    /// If no login is configured.
    pub fn new(
        connection: &'a Connection,
        context: &Context,
        id: K::Id,
        operation: TimedOperation,
        timeouts: &Value,
        private: PrivateState,
    ) -> Result<Self, Diagnostic> {
        let call = module::call(context, timeouts::of(timeouts, operation));
        Ok(Self { connection, client: connection.client()?, id, operation, call, private })
    }

    /// Starts this operation on the object of a state.
    ///
    /// # Errors
    /// If the state has no usable id, or no login is configured.
    pub fn on_stored(
        connection: &'a Connection,
        context: &Context,
        operation: TimedOperation,
        state: &Value,
        private: &PrivateState,
    ) -> Result<Self, Failure> {
        Ok(Self::new(connection, context, K::id_in_state(state)?, operation, state, private.settled())?)
    }

    /// The diagnostic for a failure.
    #[must_use]
    pub fn failed(&self, error: &Error) -> Diagnostic {
        K::failed(self.operation, &self.id.to_string(), &self.call, error)
    }

    /// Reads the object.
    ///
    /// # Errors
    /// If it does not exist, or cannot be read.
    pub async fn get(&self) -> Result<K::Object, Error> {
        K::collection(&self.client).get(&self.id, &self.call).await
    }

    /// Waits for a write that was begun, and returns the object afterwards.
    ///
    /// # Errors
    /// If the write failed, or its end was not seen.
    pub async fn finish(&self, operation: &PendingOperation) -> Result<K::Object, Error> {
        K::collection(&self.client).finish(operation, &self.call).await
    }

    /// Reads the object once, even if the call is over.
    ///
    /// # Errors
    /// If it does not exist, or cannot be read.
    pub async fn read_back(&self) -> Result<K::Object, Error> {
        let call = Call::new(READ_BACK, CancellationToken::new());
        let call = call.on_behalf_of(self.call.module().unwrap_or_default());
        K::collection(&self.client).get(&self.id, &call).await
    }

    /// Whether Azure returns these attributes as planned. Attributes that are unknown in the plan do not
    /// count.
    #[must_use]
    pub fn is_as_planned(&self, planned: &Value, object: K::Object, attributes: &[&str]) -> bool {
        let (returned, _) = K::state(&self.id, object, planned);
        attributes.iter().all(|name| match planned.get(name) {
            Some(planned) if planned.is_wholly_known() => returned.get(name) == Some(planned),
            _ => true,
        })
    }

    /// The error for an object that this job has not created.
    #[must_use]
    pub fn exists_error(&self, how: Existing) -> Diagnostic {
        existing::diagnostic(K::TYPE, K::WORD, &self.id.own_name().to_string(), &self.id.to_string(), how)
    }

    /// Waits until nothing else in this process works on the object.
    ///
    /// # Errors
    /// If the timeout expires or the run is stopped.
    pub async fn lock(&self) -> Result<LockGuard, Diagnostic> {
        let (id, locks) = (self.id.to_string(), self.connection.locks());
        let waiting = format!("waiting for other work of this run on {id}");
        let guard = self.call.run(&waiting, Duration::ZERO, async { Ok(locks.lock(&id).await) }).await;
        guard.map_err(|error| self.failed(&error))
    }

    /// Checks before a creation, under the [`Self::lock`], whether the object exists already. If this run
    /// deletes it, since its address was changed, it waits for that.
    ///
    /// # Errors
    /// If it exists, or cannot be read.
    pub async fn must_not_exist(&self, mut lock: LockGuard, replaces: bool) -> Result<LockGuard, Diagnostic> {
        let mut has_waited = false;
        loop {
            match self.get().await {
                Err(error) if error.is_not_found() => return Ok(lock),
                Err(error) => return Err(self.failed(&error)),
                Ok(_) if replaces => return Err(self.exists_error(Existing::Replaced)),
                Ok(_) if has_waited => return Err(self.exists_error(Existing::Found)),
                Ok(_) => {}
            }
            drop(lock);
            has_waited = true;
            self.wait_for_deletion_to_begin().await;
            lock = self.lock().await?;
        }
    }

    /// Waits for a second, or until this process locks the object.
    async fn wait_for_deletion_to_begin(&self) {
        let id = self.id.to_string();
        for _ in 0..20 {
            if self.connection.locks().is_locked(&id) || self.call.pause(POLL, "waiting").await.is_err() {
                return;
            }
        }
    }

    /// The state once the object is as planned.
    #[must_use]
    pub fn done(&self, planned: Value, object: K::Object) -> Stored {
        K::record_existing(self.connection, &self.id, &object);
        let (returned, mut warnings) = K::state(&self.id, object, &planned);
        let (state, differing) = applied::settle(planned, returned);
        warnings.extend(differing);
        self.stored(state, warnings)
    }

    /// This state of an object on which nothing is pending.
    #[must_use]
    pub fn stored(&self, state: Value, warnings: Diagnostics) -> Stored {
        Stored { private: self.private.write(), warnings, ..Stored::new(state) }
    }

    /// The state of an unfinished object: the plan, with what Azure has returned of it so far.
    #[must_use]
    pub fn unfinished(&self, planned: Value, object: Option<K::Object>) -> Value {
        let known = applied::without_unknown(&planned);
        let (returned, _) = K::state(&self.id, object.unwrap_or_default(), &known);
        applied::without_unknown(&applied::settle(planned, returned).0)
    }

    /// The failure of a write. The state has this value for the object, and remembers the operation.
    #[must_use]
    pub fn interrupted(diagnostic: Diagnostic, state: Value, private: &PrivateState) -> ApplyError {
        let partial = Partial { state, private: private.write(), identity: None };
        ApplyError { failure: diagnostic.into(), partial: Some(partial) }
    }
}
