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
pub struct ListRequest {
    /// The `config` block, wholly known.
    pub config: Value,
    /// Whether to return the states, and not only the identities.
    pub include_resource: bool,
}

/// One object that was found.
#[derive(Debug)]
pub struct ListItem {
    /// Its identity.
    pub identity: Value,
    /// Its display name.
    pub display_name: String,
    /// Its state, as an import would return it; only if [`ListRequest::include_resource`] is set.
    pub resource: Option<Value>,
    /// Warnings about it.
    pub warnings: Diagnostics,
}

/// An event for the host while a list is read.
#[derive(Debug)]
pub(super) enum Event {
    /// An object.
    Item(ListItem),
    /// A warning about an object that is not in the list.
    Warning(Diagnostic),
}

/// Sends objects to the host one by one as they are found, and waits for a slow host.
#[derive(Debug)]
pub struct ListSender {
    events: mpsc::Sender<Event>,
    limit: Option<u64>,
    sent: u64,
    /// The last object within the limit, which is sent later. If there is another object, this one carries
    /// the warning about the limit, since a host reads nothing after it.
    last: Option<ListItem>,
}

impl ListSender {
    /// A sender that accepts at most this many objects; `None` for all.
    pub(super) const fn new(events: mpsc::Sender<Event>, limit: Option<u64>) -> Self {
        Self { events, limit, sent: 0, last: None }
    }

    /// Sends an object. `Break` means that no more are wanted: the limit is reached, or the host has gone.
    pub async fn send(&mut self, item: ListItem) -> ControlFlow<()> {
        if let Some(mut last) = self.last.take() {
            last.warnings.push(too_many(self.sent));
            self.send_event(Event::Item(last)).await?;
            return ControlFlow::Break(());
        }
        self.sent += 1;
        if self.limit.is_some_and(|limit| self.sent >= limit) {
            self.last = Some(item);
            return ControlFlow::Continue(());
        }
        self.send_event(Event::Item(item)).await
    }

    /// Sends the last object within the limit without a warning: there was no other.
    pub(super) async fn finish(mut self) {
        if let Some(last) = self.last.take() {
            // A host that is gone needs nothing.
            let _ = self.send_event(Event::Item(last)).await;
        }
    }

    /// Reports an object that cannot be listed; the list continues without it.
    pub async fn warn(&mut self, warning: Diagnostic) -> ControlFlow<()> {
        self.send_event(Event::Warning(warning)).await
    }

    async fn send_event(&mut self, event: Event) -> ControlFlow<()> {
        match self.events.send(event).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn too_many(limit: u64) -> Diagnostic {
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

    /// Finds the objects and passes each to the sender, until there are no more or it returns `Break`.
    ///
    /// # Errors
    /// If the list cannot be read, or not to its end.
    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        sender: &mut ListSender,
    ) -> Result<(), Failure>;
}
