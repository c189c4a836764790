//! What a managed resource implements.
//!
//! The results cannot report a failure as success. A call that fails returns only [`Failure`], or
//! [`ApplyError`], which contains one. A read reports a missing object as
//! [`ReadOutcome::Gone`]. A deletion is done only when it returns [`Deleted`].

use async_trait::async_trait;

use super::context::{ClientCapabilities, Context, Deferral};
use super::diagnostic::{Diagnostic, Diagnostics, Failure};
use super::path::Path;
use super::schema::{IdentitySchema, Schema};
use super::value::Value;

/// Private state: bytes that Terraform stores with the state for the provider alone. Never secrets.
pub type Private = Vec<u8>;

/// A plan to create an object. In a replacement it follows the plan of the change, and `private` is the
/// private data that that plan returned.
#[derive(Debug)]
pub struct PlanCreate {
    /// The configuration.
    pub config: Value,
    /// The configuration, with unknown values for computed attributes.
    pub proposed: Value,
    /// Private data of the plan before this one, if any.
    pub private: Private,
    /// Private data that an earlier round of the same plan returned: a host plans once more before it
    /// applies. Empty in the first round, and for a host that does not keep it.
    pub earlier: Private,
    /// What the host supports.
    pub capabilities: ClientCapabilities,
}

/// A plan to change an object in place or to replace it; often nothing changes.
#[derive(Debug)]
pub struct PlanUpdate {
    /// The state.
    pub prior: Value,
    /// The configuration.
    pub config: Value,
    /// The configuration, with computed attributes from the state.
    pub proposed: Value,
    /// Private data of the state.
    pub private: Private,
    /// Private data that an earlier round of the same plan returned, as in [`PlanCreate`].
    pub earlier: Private,
    /// The identity in the state.
    pub identity: Option<Value>,
    /// What the host supports.
    pub capabilities: ClientCapabilities,
}

/// A plan to delete an object.
#[derive(Debug)]
pub struct PlanDelete {
    /// The state.
    pub prior: Value,
    /// Private data of the state.
    pub private: Private,
}

/// The result of a plan.
#[derive(Debug)]
pub struct Planned {
    /// The state after the apply, with unknown values for what is not known yet.
    pub state: Value,
    /// The attributes whose change forces a new object; empty for a change in place.
    pub replace: Vec<Path>,
    /// Private data for the apply.
    pub private: Private,
    /// The identity after the apply, if it is known.
    pub identity: Option<Value>,
    /// Set to defer the object to a later run.
    pub deferred: Option<Deferral>,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl Planned {
    /// A plan for this state, in place.
    #[must_use]
    pub const fn new(state: Value) -> Self {
        Self {
            state,
            replace: Vec::new(),
            private: Vec::new(),
            identity: None,
            deferred: None,
            warnings: Diagnostics::new(),
        }
    }
}

/// An apply that creates.
#[derive(Debug)]
pub struct Create {
    /// The configuration.
    pub config: Value,
    /// The planned state.
    pub planned: Value,
    /// The plan's private data.
    pub private: Private,
    /// The planned identity.
    pub identity: Option<Value>,
}

/// An apply that changes in place.
#[derive(Debug)]
pub struct Update {
    /// The state.
    pub prior: Value,
    /// The configuration.
    pub config: Value,
    /// The planned state.
    pub planned: Value,
    /// The plan's private data.
    pub private: Private,
    /// The planned identity.
    pub identity: Option<Value>,
}

/// An apply that deletes.
#[derive(Debug)]
pub struct Delete {
    /// The state.
    pub prior: Value,
    /// The plan's private data.
    pub private: Private,
    /// The identity in the state.
    pub identity: Option<Value>,
}

/// The result of a create, update or import, for the state.
#[derive(Debug)]
pub struct Stored {
    /// The state.
    pub state: Value,
    /// Private data for the state.
    pub private: Private,
    /// The identity.
    pub identity: Option<Value>,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl Stored {
    /// The result with this state, without private data, identity or warnings.
    #[must_use]
    pub const fn new(state: Value) -> Self {
        Self { state, private: Vec::new(), identity: None, warnings: Diagnostics::new() }
    }
}

/// An apply that failed.
#[derive(Debug)]
pub struct ApplyError {
    /// The errors.
    pub failure: Failure,
    /// The object that exists all the same; `None` keeps the prior state (none, for a create).
    pub partial: Option<Partial>,
}

/// What a failed apply has left behind, for the state.
#[derive(Debug)]
pub struct Partial {
    /// The state.
    pub state: Value,
    /// Private data for the state.
    pub private: Private,
    /// The identity.
    pub identity: Option<Value>,
}

impl From<Failure> for ApplyError {
    fn from(failure: Failure) -> Self {
        Self { failure, partial: None }
    }
}

impl From<Diagnostic> for ApplyError {
    fn from(diagnostic: Diagnostic) -> Self {
        Failure::from(diagnostic).into()
    }
}

/// The object no longer exists.
#[derive(Debug, Default)]
pub struct Deleted {
    /// Warnings.
    pub warnings: Diagnostics,
}

/// A refresh.
#[derive(Debug)]
pub struct Read {
    /// The state.
    pub state: Value,
    /// Private data of the state.
    pub private: Private,
    /// The identity in the state.
    pub identity: Option<Value>,
    /// What the host supports.
    pub capabilities: ClientCapabilities,
}

/// The result of a refresh.
#[derive(Debug)]
pub enum ReadOutcome {
    /// The object, as it is now.
    Present(Stored),
    /// There is no such object any more: Terraform drops it from the state.
    Gone(Diagnostics),
    /// It cannot be read in this run; the state stays as it is.
    Deferred(Deferral),
}

/// The id or identity of an import.
#[derive(Debug)]
pub enum ImportTarget {
    /// The text after the address, or the `id` of an import block.
    Id(String),
    /// The `identity` of an import block.
    Identity(Value),
}

/// A state of another resource type, for a `moved` block.
#[derive(Debug)]
pub struct Move {
    /// The address of the provider it comes from.
    pub source_provider: String,
    /// Its resource type.
    pub source_type: String,
    /// The version of its schema.
    pub source_version: i64,
    /// Its state as stored.
    pub source_state: serde_json::Value,
    /// Its private data.
    pub source_private: Private,
}

/// A kind of object that Terraform manages.
///
/// Values passed in conform to the schema's type, and so must returned values. In a configuration, a required
/// attribute is never null.
#[async_trait]
pub trait Resource: Send + Sync {
    /// Its type in configurations, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// Its schema. Called once.
    fn schema(&self) -> Schema;

    /// Its identity, if it has one. Called once.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks a configuration, parts of which may be unknown, without the network.
    async fn validate(&self, context: &Context, config: Value) -> Diagnostics;

    /// Plans a new object.
    ///
    /// # Errors
    /// If it cannot be planned.
    async fn plan_create(&self, context: &Context, request: PlanCreate) -> Result<Planned, Failure>;

    /// Plans a change, or that there is none.
    ///
    /// # Errors
    /// If it cannot be planned.
    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure>;

    /// Plans a deletion. Returns warnings; by default none.
    ///
    /// # Errors
    /// If it must not be deleted.
    async fn plan_delete(&self, context: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        let _ = (context, request);
        Ok(Diagnostics::new())
    }

    /// Creates the object.
    ///
    /// # Errors
    /// If it could not be created, or only in part: then with what must be kept in the state.
    async fn create(&self, context: &Context, request: Create) -> Result<Stored, ApplyError>;

    /// Reads the object.
    ///
    /// # Errors
    /// If it cannot be read; the state is kept.
    async fn read(&self, context: &Context, request: Read) -> Result<ReadOutcome, Failure>;

    /// Changes the object in place.
    ///
    /// # Errors
    /// If it could not be changed, or only in part.
    async fn update(&self, context: &Context, request: Update) -> Result<Stored, ApplyError>;

    /// Deletes the object.
    ///
    /// # Errors
    /// If it may still exist; the state is kept.
    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, ApplyError>;

    /// Finds the object of an import. The state may be partial; a refresh follows.
    ///
    /// # Errors
    /// If the id is malformed or the object does not exist.
    async fn import(&self, context: &Context, target: ImportTarget) -> Result<Stored, Failure>;

    /// Removes arguments from a generated configuration that need not be written. The remaining configuration
    /// must plan empty against the state that it was generated from.
    fn tidy_config(&self, config: Value) -> Value {
        config
    }

    /// Upgrades a state stored under an older version of the schema. A state of the current version is never
    /// passed here.
    ///
    /// # Errors
    /// If the version is not known.
    async fn upgrade_state(&self, version: i64, state: serde_json::Value) -> Result<Value, Failure> {
        let _ = state;
        Err(Diagnostic::error(
            "State of an unknown version",
            format!(
                "The state of a `{}` was stored under schema version {version}, which this provider does not \
                 know. Use the version of the provider that wrote it, or a newer one.",
                self.type_name()
            ),
        )
        .into())
    }

    /// Upgrades an identity stored under another version of the identity's schema. One of the current version
    /// is never passed here.
    ///
    /// # Errors
    /// If the version is not known.
    async fn upgrade_identity(&self, version: i64, identity: serde_json::Value) -> Result<Value, Failure> {
        let _ = identity;
        Err(Diagnostic::error(
            "Identity of an unknown version",
            format!(
                "The identity of a `{}` was stored under schema version {version}, which this provider does not \
                 know. Use the version of the provider that wrote it, or a newer one.",
                self.type_name()
            ),
        )
        .into())
    }

    /// Whether [`Resource::move_state`] supports any source. The host calls it only then.
    fn moves(&self) -> bool {
        false
    }

    /// Takes over the state of another resource type.
    ///
    /// # Errors
    /// If that type cannot be taken over, which is the default.
    async fn move_state(&self, context: &Context, request: Move) -> Result<Stored, Failure> {
        let _ = context;
        Err(Diagnostic::error(
            "Move between these types is not supported",
            format!(
                "A `{}` cannot take over the state of a `{}` from {}.",
                self.type_name(),
                request.source_type,
                request.source_provider
            ),
        )
        .into())
    }
}
