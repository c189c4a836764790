//! What a list resource implements: `terraform query` over the objects of a resource type that has an identity.

use std::ops::ControlFlow;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::context::Context;
use super::diagnostic::{Diagnostic, Diagnostics, Failure};
use super::schema::Schema;
use super::value::Value;

/// A request to list objects.
#[derive(Debug)]
pub struct List {
    /// The `config` block, wholly known.
    pub config: Value,
    /// Whether to return the states, and not only the identities.
    pub include_resource: bool,
}

/// One object that was found.
#[derive(Debug)]
pub struct Listed {
    /// Its identity.
    pub identity: Value,
    /// Its display name.
    pub display_name: String,
    /// Its state, as an import would return it; only if [`List::include_resource`] is set.
    pub resource: Option<Value>,
    /// Warnings about it.
    pub warnings: Diagnostics,
}

/// What is sent to the host while a list is read.
#[derive(Debug)]
pub(super) enum Event {
    /// An object.
    Listed(Listed),
    /// A warning about an object that is not in the list.
    Warning(Diagnostic),
}

/// Sends objects to the host one by one as they are found, and waits for a slow host.
#[derive(Debug)]
pub struct Listener {
    events: mpsc::Sender<Event>,
    limit: Option<u64>,
    sent: u64,
    /// The last object within the limit. It is held back until the next one is found, since a host reads
    /// nothing after it: if there is a next one, the warning about the limit has to come with this one.
    last: Option<Listed>,
}

impl Listener {
    /// A listener that accepts at most this many objects; `None` for all.
    pub(super) const fn new(events: mpsc::Sender<Event>, limit: Option<u64>) -> Self {
        Self { events, limit, sent: 0, last: None }
    }

    /// Sends an object. `Break` means that no more are wanted: the limit is reached, or the host has gone.
    pub async fn found(&mut self, listed: Listed) -> ControlFlow<()> {
        if let Some(mut last) = self.last.take() {
            last.warnings.push(cut_off(self.sent));
            self.send(Event::Listed(last)).await?;
            return ControlFlow::Break(());
        }
        self.sent += 1;
        if self.limit.is_some_and(|limit| self.sent >= limit) {
            self.last = Some(listed);
            return ControlFlow::Continue(());
        }
        self.send(Event::Listed(listed)).await
    }

    /// Sends the last object within the limit, after which nothing was found.
    pub(super) async fn finish(mut self) {
        if let Some(last) = self.last.take() {
            // A host that is gone needs no more either.
            let _ = self.send(Event::Listed(last)).await;
        }
    }

    /// Reports an object that cannot be listed; the list continues without it.
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

fn cut_off(limit: u64) -> Diagnostic {
    Diagnostic::warning(
        format!("Only the first {limit} are listed"),
        format!(
            "The list is cut off at its limit of {limit}, but there are more. Set `limit` in the `list` \
             block to a larger number; without it, Terraform asks for 100."
        ),
    )
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

    /// Finds the objects and sends each to the listener, until there are no more or the listener wants no
    /// more.
    ///
    /// # Errors
    /// If the list cannot be read, or not to its end.
    async fn list(&self, context: &Context, request: List, listener: &mut Listener) -> Result<(), Failure>;
}
