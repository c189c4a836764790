//! What a list resource implements: `terraform query` over the objects of a resource type that has an identity.

use std::ops::ControlFlow;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::diagnostic::{Diagnostic, Diagnostics, Failure};
use super::provider::Context;
use super::schema::Schema;
use super::value::Value;

/// What is asked for.
#[derive(Debug)]
pub struct List {
    /// The `config` block, wholly known.
    pub config: Value,
    /// Whether the states are wanted, and not the identities alone.
    pub include_resource: bool,
}

/// One object that was found.
#[derive(Debug)]
pub struct Listed {
    /// Its identity.
    pub identity: Value,
    /// What a person knows it by.
    pub display_name: String,
    /// Its state, as an import would give it; wanted only when [`List::include_resource`] says so.
    pub resource: Option<Value>,
    /// Warnings about it.
    pub warnings: Diagnostics,
}

/// What goes to the host while a list is read.
#[derive(Debug)]
pub(super) enum Event {
    /// An object.
    Listed(Listed),
    /// A warning about something that is not in the list for it.
    Warning(Diagnostic),
}

/// Where what is found goes, one by one as it is found. It waits when the host takes its time.
#[derive(Debug)]
pub struct Listener {
    events: mpsc::Sender<Event>,
    left: Option<u64>,
}

impl Listener {
    /// A listener that wants at most this many objects; `None` for all.
    pub(super) const fn new(events: mpsc::Sender<Event>, limit: Option<u64>) -> Self {
        Self { events, left: limit }
    }

    /// Hands over an object. `Break` says that no more are wanted: there are enough, or the host has gone.
    pub async fn found(&mut self, listed: Listed) -> ControlFlow<()> {
        if self.left == Some(0) {
            return ControlFlow::Break(());
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.send(Event::Listed(listed)).await?;
        if self.left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Tells of an object that cannot be listed, and that the list goes on without it.
    pub async fn warn(&mut self, warning: Diagnostic) -> ControlFlow<()> {
        self.send(Event::Warning(warning)).await
    }

    async fn send(&mut self, event: Event) -> ControlFlow<()> {
        match self.events.send(event).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// A resource type whose objects can be listed.
#[async_trait]
pub trait ListResource: Send + Sync {
    /// The resource type, which must have an identity.
    fn type_name(&self) -> &'static str;

    /// The schema of the `config` block. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration, parts of which may be unknown, without the network.
    async fn validate(&self, context: &Context, config: Value) -> Diagnostics;

    /// Finds the objects and hands each to the listener, until there are no more or the listener wants no more.
    ///
    /// # Errors
    /// When the list cannot be read, or not to its end.
    async fn list(&self, context: &Context, request: List, listener: &mut Listener) -> Result<(), Failure>;
}
